"""Text and TOML values to settings. Each parser refuses rather than guesses, and says what it accepts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from seatrial.bootstrap.secrets import HIDDEN, Secret
from seatrial.bootstrap.stages import STAGE_WORDS, Mode, Stage
from seatrial.domain.faults import BadSetting

TRUE_WORDS = frozenset({"true", "1", "yes", "on"})
FALSE_WORDS = frozenset({"false", "0", "no", "off"})
BOOLEAN_WORDS = "true, false, 1, 0, yes, no, on or off, in any case"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SPEED_MAX = 100_000
PORT_MAX = 65_535


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: how it is parsed, and in words what is accepted."""

    accepted: str
    parse: Callable[[Any], Any]
    secret: bool = False


def parse(name: str, raw: object, source: str, kind: Kind) -> Any:
    """The value of a setting.

    Raises:
        BadSetting: naming setting, value, source and what is accepted.
    """
    try:
        return kind.parse(raw)
    except (ValueError, TypeError, KeyError, InvalidOperation):
        shown = HIDDEN if kind.secret else repr(raw)
        raise BadSetting(f"{name} = {shown} ({source}) is not accepted: use {kind.accepted}") from None


def boolean(raw: object) -> bool:
    """A boolean in words. Anything else is a ValueError; it never reads as false."""
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(word)


def _whole(least: int, most: int) -> Callable[[object], int]:
    def whole(raw: object) -> int:
        if isinstance(raw, bool | float):
            raise TypeError(raw)
        value = int(str(raw).strip())
        if not least <= value <= most:
            raise ValueError(value)
        return value

    return whole


def _speed(raw: object) -> Decimal:
    if isinstance(raw, bool):
        raise TypeError(raw)
    value = Decimal(str(raw).strip())
    if not value.is_finite() or not 0 < value <= SPEED_MAX:
        raise ValueError(value)
    return value


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError(raw)
    return raw.strip()


def _symbols(raw: object) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise TypeError(raw)
    return tuple(part.strip().upper() for part in parts if part.strip())


def _stage(raw: object) -> Stage:
    return STAGE_WORDS[_text(raw).lower()]


def _mode(raw: object) -> Mode:
    return Mode(_text(raw).lower())


def _level(raw: object) -> str:
    level = _text(raw).upper()
    if level not in LEVELS:
        raise ValueError(level)
    return level


def _percent_ppm(raw: object) -> int:
    ppm = _decimal(raw) * 10_000
    if ppm != ppm.to_integral_value() or not 0 < ppm <= 1_000_000:
        raise ValueError(raw)
    return int(ppm)


def _money_units(raw: object) -> int:
    units = _decimal(raw) * 10**8
    if units != units.to_integral_value() or not 0 < units < 2**62:
        raise ValueError(raw)
    return int(units)


def _decimal(raw: object) -> Decimal:
    if isinstance(raw, bool):
        raise TypeError(raw)
    value = Decimal(str(raw).strip())
    if not value.is_finite():
        raise ValueError(raw)
    return value


BOOLEAN = Kind(BOOLEAN_WORDS, boolean)
PORT = Kind(f"a port from 0 to {PORT_MAX}; 0 lets the machine choose", _whole(0, PORT_MAX))
COUNT = Kind("a whole number from 1 to 1000000000", _whole(1, 10**9))
SEED = Kind("a whole number from 0 to 9223372036854775807", _whole(0, 2**63 - 1))
SPEED = Kind(f"a number above 0, at most {SPEED_MAX}", _speed)
TEXT = Kind("text", _text)
SYMBOLS = Kind("symbols separated by commas, or a list of them", _symbols)
STAGE = Kind("dev, staging or prod (production is prod)", _stage)
MODE = Kind("dry_run, sim, paper or live", _mode)
LEVEL = Kind("one of " + ", ".join(LEVELS) + ", in any case", _level)
SECRET = Kind("text", lambda raw: Secret(_text(raw)), secret=True)
PERCENT = Kind("a percentage above 0, at most 100, with at most four decimals", _percent_ppm)
MONEY = Kind("an amount above 0 with at most eight decimals", _money_units)
