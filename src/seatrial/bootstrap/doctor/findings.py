"""What the doctor finds: one sentence each, and how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is. Only a failure ends the command with 1."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `next_step` says what to do where it is not well."""

    group: str
    name: str
    level: Level
    message: str
    next_step: str = ""


def fine(group: str, name: str, message: str) -> Finding:
    """It is well."""
    return Finding(group, name, Level.OK, message)


def lacking(group: str, name: str, message: str, next_step: str, *, strict: bool) -> Finding:
    """It is not well: a failure where it is asked for, else a warning."""
    return Finding(group, name, Level.FAILURE if strict else Level.WARNING, message, next_step)
