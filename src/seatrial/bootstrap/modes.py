"""The runbooks' flags to one mode. The strictest wins, and what cannot be ordered refuses."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.bootstrap import parsing
from seatrial.bootstrap.sources import DEFAULT, Sourced, environment_source
from seatrial.bootstrap.stages import Mode, Stage, strictest
from seatrial.domain.faults import ConfigurationFault

PAPER_FLAGS = ("ALPACA_PAPER", "QT_EXECUTION_BINANCE_TESTNET")


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


def resolve_mode(said: Sourced, stage: Stage, environment: Mapping[str, str]) -> Sourced:
    """The effective mode from the setting `mode` and the runbooks' flags.

    `DRY_RUN=true` with a venue named (paper, or a local one by `mode = "sim"`) sends orders there and
    nowhere else; alone it sends nothing. A paper flag that is false asks for live, which only prod has.

    Raises:
        ConfigurationFault: live outside prod, naming the source.
        BadSetting: a flag that is not a boolean.
    """
    effective = _with_paper_flags(said, environment)
    if flag(environment, "DRY_RUN"):
        named = effective.source != DEFAULT and effective.value in (Mode.SIM, Mode.PAPER)
        if not named:
            effective = Sourced("mode", Mode.DRY_RUN, environment_source("DRY_RUN"))
    if effective.value is Mode.LIVE and stage is not Stage.PROD:
        raise ConfigurationFault(
            f"mode = live ({effective.source}) exists only in stage prod, and this is {stage}: "
            "use dry_run, sim or paper, or set the stage"
        )
    return effective


def _with_paper_flags(said: Sourced, environment: Mapping[str, str]) -> Sourced:
    effective = said
    for variable in PAPER_FLAGS:
        value = flag(environment, variable)
        if value is None:
            continue
        asked = Mode.PAPER if value else Mode.LIVE
        stricter = asked is not effective.value and strictest(effective.value, asked) is asked
        if effective.source == DEFAULT or stricter:
            effective = Sourced("mode", asked, environment_source(f"{variable}={str(value).lower()}"))
    return effective


def resolve_stage(said: list[Sourced]) -> Sourced:
    """One stage from everything that names one; two different ones refuse, naming both.

    Raises:
        ConfigurationFault: two sources disagree, and a stage cannot be ordered by strictness.
    """
    first = said[0]
    for other in said[1:]:
        if other.value is not first.value:
            raise ConfigurationFault(
                f"stage = {first.value} ({first.source}) and stage = {other.value} ({other.source}) disagree: unset one"
            )
    return first
