"""A value and where it came from, so that every refusal and every page can say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sourced:
    """One effective value. `source` reads like `config/dev.toml` or `environment LOG_LEVEL`."""

    name: str
    value: Any
    source: str


DEFAULT = "default"
COMMAND_LINE = "command line"


def environment_source(variable: str) -> str:
    """How a value from an environment variable names its source."""
    return f"environment {variable}"
