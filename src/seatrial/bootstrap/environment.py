"""The environment, read once. Names that start with ours and do not exist are refused: they may be misspelt limits."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap import parsing
from seatrial.bootstrap.declarations import OTHER_VARIABLES, SETTINGS
from seatrial.bootstrap.sources import Sourced, environment_source
from seatrial.bootstrap.variables import FILE_SUFFIX, SECRETS
from seatrial.domain.faults import ConfigurationFault, UnknownSetting

PREFIX = "SEATRIAL_"


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables, secrets that live in files among them. `carriers` says which `NAME_FILE` told a secret."""

    variables: Mapping[str, str]
    carriers: Mapping[str, str]

    def get(self, variable: str) -> str:
        """A variable's text; empty where it is not set, or set to nothing."""
        return self.variables.get(variable, "").strip()

    def source(self, variable: str) -> str:
        """How a value from this variable names its source."""
        return environment_source(self.carriers.get(variable, variable))


def real_environment() -> dict[str, str]:
    """The process's environment, as a copy nobody can change behind our back."""
    return dict(os.environ)


def read_environment(variables: Mapping[str, str]) -> Environment:
    """The variables with every `NAME_FILE` of a secret read.

    Raises:
        ConfigurationFault: a file that cannot be read or is empty; a variable and its file that differ.
    """
    told = dict(variables)
    carriers: dict[str, str] = {}
    for secret in SECRETS:
        carrier = secret.name + FILE_SUFFIX
        path = variables.get(carrier, "").strip()
        if not path:
            continue
        text = _file_text(carrier, Path(path).expanduser())
        if variables.get(secret.name, "").strip() not in ("", text):
            raise ConfigurationFault(f"{secret.name} and the file of {carrier} disagree: unset one")
        told[secret.name] = text
        carriers[secret.name] = carrier
    return Environment(told, carriers)


def _file_text(carrier: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not text"
        raise ConfigurationFault(
            f"{carrier} = {str(path)!r} cannot be read ({why}): name a readable file that holds the secret"
        ) from fault
    if not text:
        raise ConfigurationFault(f"{carrier} = {str(path)!r} is empty: put the secret in it, or unset {carrier}")
    return text


def from_environment(environment: Environment) -> Iterator[Sourced]:
    """Every setting the environment carries, once for each variable that does. A blank one carries nothing.

    Raises:
        UnknownSetting: a variable of ours that does not exist.
        BadSetting: a value that does not parse, a blank boolean among them.
    """
    _refuse_unknown(environment.variables)
    for declared in SETTINGS:
        for variable in declared.variables:
            raw = environment.variables.get(variable)
            if raw is None or (not raw.strip() and declared.kind is not parsing.BOOLEAN):
                continue
            source = environment.source(variable)
            yield Sourced(declared.name, parsing.parse(declared.name, raw, source, declared.kind), source)


def _refuse_unknown(variables: Iterable[str]) -> None:
    known = {declared.variable for declared in SETTINGS} | set(OTHER_VARIABLES)
    known |= {declared.variable + FILE_SUFFIX for declared in SETTINGS if declared.kind.secret}
    for variable in variables:
        if variable.startswith(PREFIX) and variable not in known:
            raise UnknownSetting(f"{variable} in the environment is not a setting{did_you_mean(variable, known)}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or where to look instead."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f": did you mean {near[0]}?" if near else ": docs/reference/settings.md lists them all"
