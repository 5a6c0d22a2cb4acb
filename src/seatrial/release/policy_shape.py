"""Which keys a promotion policy may have and what each holds. Anything else is an error that names the nearest key.

A shape is a word of `_LEAVES`, a list of one shape, a mapping of keys to shapes, `{"*": shape}` for names of the
author's choice, or a tuple of alternatives.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from seatrial.domain.faults import BadSetting, UnknownSetting
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from seatrial.release.catalogue import GATES, MACHINE_GATES
from seatrial.release.verdict import JsonValue

Shape: TypeAlias = "str | list[Shape] | dict[str, Shape] | tuple[Shape, ...]"

DURATION = re.compile(r"(\d{1,6})([smhd])")
_UNIT_NS = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}
MODES = ("sim", "replay", "dry_run", "paper", "live")

_SOAK: Shape = {"wall": "duration", "sessions": "count"}
_ACCEPTS: Shape = {"clocks": ["clock"], "venues": ["venue"]}
_RATE: Shape = {"max": "count", "max_ratio": "number", "window": ("duration", "word"), "min_events": "count"}
_GATE: dict[str, Shape] = {
    "waivable": "flag",
    "observe": "flag",
    "every": ("duration", "word"),
    "max_age": "duration",
    "consecutive_error_limit": "count",
    "consecutive_success_limit": "count",
    "failure_limit": "count",
    "inconclusive_limit": "count",
    "accepts": _ACCEPTS,
}
_METRIC: Shape = {
    "name": "word",
    "group": "word",
    "pair": "word",
    "aggregate": "word",
    "direction": "word",
    "margin": "number",
    "critical_margin": "number",
    "critical": "flag",
    "must_have_data": "flag",
    "muted": "flag",
    "test": "text",
    "p0": "number",
    "p1": "number",
}
_JUDGE: dict[str, Shape] = {
    "exact": ["word"],
    "groups": {"*": "count"},
    "pass": "count",
    "marginal": "count",
    "metrics": [_METRIC],
}
_TIER: Shape = {
    "tier": "word",
    "capital": "number",
    "max_notional": "number",
    "sessions": "count",
    "min_fills": "count",
    "approvals": "count",
}
_RAMP: Shape = {
    "tiers": [_TIER],
    "alarm": {"e_value": "number", "warn": "number", "demote": "count"},
    "hard": {"*": "word"},
    "hysteresis": {
        "cooldown_sessions": "count",
        "reserve_full_tier": "flag",
        "max_demotions": "count",
        "then": "word",
    },
}
_STAGE: Shape = {
    "mode": "mode",
    "accepts": _ACCEPTS,
    "deploy": {"lock": "flag", "health_timeout": "duration", "barrier": "word", "fleet_digest": "word"},
    "entry": ["gate"],
    "continuous": ["gate"],
    "exit": (["gate"], {"all_of": ["gate"], "then": "word", "then_wait": "word"}),
    "ramp": _RAMP,
}
_GATES: dict[str, Shape] = {
    **dict.fromkeys(GATES, _GATE),
    "credential_guard": {**_GATE, "checks": ["word"]},
    "smoke": {**_GATE, "suite": "text"},
    "soak": {**_GATE, "wall": "duration", "sessions": "count", "session_uptime_min": "number", "resets_on": ["word"]},
    "error_budget": {
        **_GATE,
        "critical_logs": _RATE,
        "error_logs": _RATE,
        "http_5xx": _RATE,
        "api_errors": _RATE,
        "burn": [{"rate": "number", "long": "duration", "short": "duration", "act": "word"}],
    },
    "divergence": {**_GATE, **_JUDGE},
    "approvals": {
        "need": "count",
        "roles": {"*": "count"},
        "not": ["word"],
        "binds": ["word"],
        "expires": "duration",
    },
    "cooling_off": {"for": "duration", "starts": "word", "keep_evaluating": "flag"},
}
POLICY: dict[str, Shape] = {
    "apiVersion": "text",
    "kind": "word",
    "name": "word",
    "calendar": ("word", "text"),
    "clock": "clock",
    "capital_max": "number",
    "change_classes": {
        "*": {"soak": _SOAK, "divergence": "word", "requires": ["gate"], "max_tier": "word"},
    },
    "defaults": {
        "on_nodata": "word",
        "on_error": "word",
        "max_age": "duration",
        "hold_grace": "duration",
        "consecutive_error_limit": "count",
        "retain": "word",
    },
    "stages": {"dev": _STAGE, "staging": _STAGE, "prod": _STAGE},
    "gates": _GATES,
    "judge": _JUDGE,
    "ramp": _RAMP,
    "floor_override": {"reason": "text", "key": "text", "signature": "text"},
}


def duration_ns(text: str) -> int:
    """`48h` -> nanoseconds; units s, m, h, d.

    Raises:
        ValueError: it is not one whole number and one unit.
    """
    found = DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"a duration is a whole number and s, m, h or d, was {text!r}")
    return int(found[1]) * _UNIT_NS[found[2]]


def check_shape(value: JsonValue, shape: Shape = POLICY, path: str = "") -> None:
    """Refuse the first key or value that is not of its shape.

    Raises:
        UnknownSetting: a key that does not exist; names its path and the nearest that does.
        BadSetting: a value of another kind; names its path and what is accepted.
    """
    if isinstance(shape, tuple):
        _check_any(value, shape, path)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise BadSetting(f"{path or 'the policy'}: accepted is a list, was {value!r}")
        for index, each in enumerate(value):
            check_shape(each, shape[0], f"{path}[{index}]")
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            raise BadSetting(f"{path or 'the policy'}: accepted is a mapping, was {value!r}")
        for key, each in value.items():
            inner = f"{path}.{key}" if path else str(key)
            if "*" not in shape and key not in shape:
                raise UnknownSetting(f"{inner}: there is no such key{_nearest(str(key), shape)}")
            check_shape(each, shape["*"] if "*" in shape else shape[key], inner)
    elif not _fits(value, shape):
        hint = _nearest(str(value), (*GATES, *MACHINE_GATES)) if shape == "gate" else ""
        raise BadSetting(f"{path}: accepted is {_LEAVES[shape]}, was {value!r}{hint}")


def _check_any(value: JsonValue, shapes: tuple[Shape, ...], path: str) -> None:
    like: list[Shape] = [each for each in shapes if isinstance(each, type(value))] or [*shapes]
    for index, each in enumerate(like):
        try:
            check_shape(value, each, path)
        except BadSetting:
            if index == len(like) - 1:
                raise
        else:
            return


_LEAVES = {
    "text": "text",
    "word": "one word of letters, digits, _ - and .",
    "count": "a whole number from 0",
    "number": "a decimal number",
    "flag": "true or false",
    "duration": "a duration such as 48h, 30m, 60s or 3d",
    "gate": "the name of a gate",
    "mode": f"one of {', '.join(MODES)}",
    "clock": "wall or virtual",
    "venue": "emulated, paper or live",
}
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")


def _fits(value: JsonValue, leaf: str) -> bool:
    if leaf == "flag":
        return isinstance(value, bool)
    if leaf == "count":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if leaf == "number":
        return not isinstance(value, bool) and isinstance(value, int | str) and _is_decimal(str(value))
    if not isinstance(value, str):
        return False
    if leaf == "duration":
        return DURATION.fullmatch(value) is not None
    if leaf == "word":
        return _WORD.fullmatch(value) is not None
    words = {"mode": MODES, "clock": ("wall", "virtual"), "venue": ("emulated", "paper", "live"), "gate": tuple(GATES)}
    return value in words[leaf] if leaf in words else True


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
