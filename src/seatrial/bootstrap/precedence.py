"""Which of several values holds. Later sources win; accounts never differ; what was overruled is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.sources import DEFAULT, Sourced
from seatrial.domain.faults import ConfigurationFault

LATER_WINS = "later sources win"
STRICTEST_WINS = "the strictest wins"
SAME = "they say the same"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Several sources spoke of one thing: which holds, and why."""

    name: str
    holds: Sourced
    others: tuple[Sourced, ...]
    why: str

    def __str__(self) -> str:
        others = ", ".join(f"{_said(other.value)} ({other.source})" for other in self.others)
        return f"{self.name}: {_said(self.holds.value)} ({self.holds.source}) holds over {others}: {self.why}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def settle(layers: Sequence[Iterable[Sourced]]) -> tuple[dict[str, Sourced], list[Conflict]]:
    """The value of each name from layers of rising precedence, and every conflict on the way.

    Raises:
        ConfigurationFault: two values of one name in one layer, or two accounts in any.
    """
    values: dict[str, Sourced] = {}
    conflicts: list[Conflict] = []
    for layer in layers:
        for name, said in _by_name(layer).items():
            first = said[0]
            for other in said[1:]:
                refuse_disagreement(first, other)
            if said[1:]:
                conflicts.append(Conflict(name, first, tuple(said[1:]), SAME))
            below = values.get(name)
            if below is not None and below.source != DEFAULT and below.value != first.value:
                if BY_NAME[name].credential and below.value:
                    refuse_disagreement(below, first)
                conflicts.append(Conflict(name, first, (below,), LATER_WINS))
            values[name] = first
    return values, conflicts


def refuse_disagreement(first: Sourced, other: Sourced) -> None:
    """Two names of one thing must say the same: neither is later nor stricter.

    Raises:
        ConfigurationFault: naming both sources.
    """
    if first.value != other.value:
        raise ConfigurationFault(
            f"{first.name} = {_said(first.value)} ({first.source}) and {_said(other.value)} ({other.source}) "
            "disagree: unset one"
        )


def _by_name(layer: Iterable[Sourced]) -> dict[str, list[Sourced]]:
    grouped: dict[str, list[Sourced]] = {}
    for sourced in layer:
        grouped.setdefault(sourced.name, []).append(sourced)
    return grouped
