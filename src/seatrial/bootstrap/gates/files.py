"""Gates over what is written down: credentials, configuration, limits."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from seatrial.bootstrap.addresses import host_of, is_live_host
from seatrial.bootstrap.credentials import PAPER_SETTINGS
from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.gates.context import GateContext
from seatrial.bootstrap.guards import ADDRESSES, LIVE_KEYS
from seatrial.bootstrap.releases.collect import collect
from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.bootstrap.stages import Mode, Stage
from seatrial.domain.faults import SeatrialFault
from seatrial.domain.time import SECOND_NS
from seatrial.release.gates import config_valid, credential_age, credential_guard, risk_limits
from seatrial.release.gates.credential_guard import CredentialsSeen
from seatrial.release.verdict import GateResult, JsonObject


def credentials(context: GateContext) -> GateResult:
    """Which credentials this environment holds, by name."""
    settings = context.settings
    seen = CredentialsSeen(
        stage=str(settings.stage),
        mode=str(settings.mode),
        live=tuple(_known_as(name) for name in LIVE_KEYS if settings.values[name]),
        missing=tuple(_known_as(name) for name in _needed(settings) if not settings.values[name]),
        live_hosts={
            _known_as(name): str(host_of(settings.values[name]))
            for name in ADDRESSES
            if is_live_host(host_of(settings.values[name]))
        },
    )
    return credential_guard.evaluate(seen, context.asked("credential_guard"))


def credential_ages(context: GateContext) -> GateResult:
    """How old the credentials of the mode are: the time of the file that `NAME_FILE` names."""
    made = {_known_as(name): _made_ns(name) for name in _needed(context.settings) if context.settings.values[name]}
    return credential_age.evaluate(made, str(context.settings.mode), context.asked("credential_age"))


def configuration(context: GateContext) -> GateResult:
    """Load the settings of every stage, and the project as a release."""
    faults: dict[str, str] = {}
    config = str(context.settings.values["config"])
    for stage in Stage:
        faults[f"stage {stage.value}"] = _fault_of(partial(load_settings, {"stage": stage.value, "config": config}, {}))
    faults["strategies and files"] = _fault_of(partial(collect, context.settings, source=False))
    return config_valid.evaluate(faults, context.asked("config_valid"))


def limits(context: GateContext) -> GateResult:
    """The limits that were sealed, stage by stage."""
    stages = context.manifest.sections["limits"].get("stages")
    known: JsonObject = stages if isinstance(stages, dict) else {}
    return risk_limits.evaluate(known, context.asked("risk_limits"))


def _needed(settings: Settings) -> list[str]:
    if settings.mode is Mode.LIVE:
        return list(LIVE_KEYS)
    if settings.mode is not Mode.PAPER:
        return []
    traded = [venue for venue in settings.values["trading.venues"] if settings.strategies[venue]]
    return [name for venue in traded for name in PAPER_SETTINGS[venue]]


def _known_as(name: str) -> str:
    return BY_NAME[name].known_as


def _made_ns(name: str) -> int | None:
    for variable in BY_NAME[name].variables:
        path = os.environ.get(f"{variable}_FILE")
        if path and Path(path).is_file():
            return int(Path(path).stat().st_mtime) * SECOND_NS
    return None


def _fault_of(load: Callable[[], object]) -> str:
    try:
        load()
    except SeatrialFault as fault:
        return str(fault)
    return ""
