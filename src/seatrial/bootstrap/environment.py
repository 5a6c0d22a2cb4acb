"""The environment, read once. Names that start with ours and do not exist are refused: they may be misspelt limits."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping

from seatrial.bootstrap import parsing
from seatrial.bootstrap.declarations import OTHER_VARIABLES, SETTINGS
from seatrial.bootstrap.sources import Sourced, environment_source
from seatrial.domain.faults import ConfigurationFault, UnknownSetting

PREFIX = "SEATRIAL_"


def real_environment() -> dict[str, str]:
    """The process's environment, as a copy nobody can change behind our back."""
    return dict(os.environ)


def from_environment(environment: Mapping[str, str]) -> Iterator[Sourced]:
    """The settings the environment carries, stage excepted where several variables name it.

    Raises:
        UnknownSetting: a variable of ours that does not exist.
        BadSetting: a value that does not parse.
        ConfigurationFault: two names of one setting disagree.
    """
    _refuse_unknown(environment)
    for declared in SETTINGS:
        found = [
            Sourced(
                declared.name,
                parsing.parse(declared.name, environment[variable], environment_source(variable), declared.kind),
                environment_source(variable),
            )
            for variable in declared.variables
            if environment.get(variable)
        ]
        _refuse_disagreement(found)
        yield from found[:1]


def _refuse_disagreement(found: list[Sourced]) -> None:
    for other in found[1:]:
        first = found[0]
        if other.value != first.value:
            raise ConfigurationFault(
                f"{other.name} = {first.value} ({first.source}) and {other.value} ({other.source}) disagree: unset one"
            )


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {declared.variable for declared in SETTINGS} | set(OTHER_VARIABLES)
    for variable in environment:
        if variable.startswith(PREFIX) and variable not in known:
            raise UnknownSetting(f"{variable} in the environment is not a setting{did_you_mean(variable, known)}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or where to look instead."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f": did you mean {near[0]}?" if near else ": docs/reference/settings.md lists them all"
