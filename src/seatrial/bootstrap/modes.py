"""The runbooks' flags to one stage and one mode. The strictest wins, and what cannot be ordered refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from seatrial.bootstrap import parsing
from seatrial.bootstrap.addresses import host_of, is_live_host, is_paper_host
from seatrial.bootstrap.precedence import LATER_WINS, STRICTEST_WINS, Conflict
from seatrial.bootstrap.sources import DEFAULT, Sourced, environment_source
from seatrial.bootstrap.stages import Mode, Stage, strictest
from seatrial.domain.faults import ConfigurationFault

DRY_RUN = "DRY_RUN"
PAPER_FLAGS = ("ALPACA_PAPER", "QT_EXECUTION_BINANCE_TESTNET")
ENDPOINTS = ("alpaca.base_url", "binance.base_url")


def flag(environment: Mapping[str, str], variable: str) -> bool | None:
    """A boolean variable, None where it is not set.

    Raises:
        BadSetting: set, and not a recognised boolean. It never reads as false.
    """
    raw = environment.get(variable)
    if raw is None:
        return None
    value = parsing.parse(variable, raw, environment_source(variable), parsing.BOOLEAN)
    return bool(value)


def flags_of(environment: Mapping[str, str]) -> list[Sourced]:
    """The flags of the environment that speak of the mode, those that are set.

    Raises:
        BadSetting: one of them is not a boolean.
    """
    told = [(variable, flag(environment, variable)) for variable in (DRY_RUN, *PAPER_FLAGS)]
    return [
        Sourced(variable, value, environment_source(f"{variable}={str(value).lower()}"))
        for variable, value in told
        if value is not None
    ]


def resolve_mode(
    said: Sourced, stage: Stage, flags: Iterable[Sourced], endpoints: Sequence[Sourced] = ()
) -> tuple[Sourced, list[Conflict]]:
    """The effective mode from the setting `mode`, the runbooks' flags and the venue addresses that were named.

    `DRY_RUN=true` with a venue named (paper, or a local one by `mode = "sim"`) sends orders there and
    nowhere else; alone it sends nothing. A paper flag that is false, or a live address, asks for live, which
    only prod has.

    Raises:
        ConfigurationFault: live outside prod, naming the source.
    """
    flags = list(flags)
    effective, conflicts = _asked_for(said, flags, endpoints)
    dry = [each for each in flags if each.name == DRY_RUN]
    asked = [each for each in dry if each.value]
    if asked:
        denied = tuple(each for each in dry if not each.value)
        if denied:
            conflicts.append(Conflict("dry_run", asked[0], denied, STRICTEST_WINS))
        if effective.source == DEFAULT or effective.value not in (Mode.SIM, Mode.PAPER):
            dry_run = Sourced("mode", Mode.DRY_RUN, asked[0].source.removesuffix("=true"))
            if effective.source != DEFAULT and effective.value is not Mode.DRY_RUN:
                conflicts.append(Conflict("mode", dry_run, (effective,), STRICTEST_WINS))
            effective = dry_run
    if effective.value is Mode.LIVE and stage is not Stage.PROD:
        raise ConfigurationFault(
            f"mode = live ({effective.source}) exists only in stage prod, and this is {stage}: "
            "use dry_run, sim or paper, or set the stage"
        )
    return effective, conflicts


def resolve_speed(said: Sourced, mode: Sourced) -> tuple[Sourced, list[Conflict]]:
    """The pace of the market: a venue that is not ours keeps the pace of the world."""
    if mode.value not in (Mode.PAPER, Mode.LIVE) or said.value == 1:
        return said, []
    real = Sourced("speed", Decimal(1), f"mode {mode.value}")
    conflicts = [Conflict("speed", real, (said,), "a venue's own market runs in real time")]
    return real, conflicts if said.source != DEFAULT else []


def _asked_for(said: Sourced, flags: Iterable[Sourced], endpoints: Iterable[Sourced]) -> tuple[Sourced, list[Conflict]]:
    """What setting, paper flags and addresses ask for; of two the stricter."""
    effective, conflicts = said, []
    asks = [Sourced("mode", Mode.PAPER if each.value else Mode.LIVE, each.source) for each in flags if _paper(each)]
    for asked in [*asks, *_by_address(endpoints)]:
        if effective.source == DEFAULT or asked.value is effective.value:
            effective = asked if effective.source == DEFAULT else effective
            continue
        wins = strictest(effective.value, asked.value) is asked.value
        holds, gives_way = (asked, effective) if wins else (effective, asked)
        conflicts.append(Conflict("mode", holds, (gives_way,), STRICTEST_WINS))
        effective = holds
    return effective, conflicts


def _paper(told: Sourced) -> bool:
    return told.name in PAPER_FLAGS


def _by_address(endpoints: Iterable[Sourced]) -> list[Sourced]:
    asks = []
    for endpoint in endpoints:
        host = host_of(endpoint.value)
        if endpoint.source != DEFAULT and (is_live_host(host) or is_paper_host(host)):
            mode = Mode.LIVE if is_live_host(host) else Mode.PAPER
            asks.append(Sourced("mode", mode, f"{endpoint.source}, which names {host}"))
    return asks


def resolve_stage(said: list[Sourced], chosen: Sourced | None = None) -> tuple[Sourced, list[Conflict]]:
    """One stage from everything in the environment that names one; the command line's choice wins over them.

    Raises:
        ConfigurationFault: two of the environment disagree, and a stage cannot be ordered by strictness.
    """
    first = said[0]
    for other in said[1:]:
        if other.value is not first.value:
            raise ConfigurationFault(
                f"stage = {first.value} ({first.source}) and stage = {other.value} ({other.source}) disagree: unset one"
            )
    if chosen is None:
        return first, []
    overruled = tuple(each for each in said if each.source != DEFAULT and each.value is not chosen.value)
    return chosen, [Conflict("stage", chosen, overruled, LATER_WINS)] if overruled else []
