"""How a search goes about it, as it was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.runs.search.space import Space


@dataclass(frozen=True, slots=True)
class Search:
    """`workers` and `ray` decide how long it takes and nothing else."""

    space: Space
    search: str = "grid"
    trials: int | None = None
    objective: str = "sharpe"
    seed: int = 1
    workers: int | None = None
    ray: str | None = None

    @property
    def names(self) -> list[str]:
        """The parameters that are searched."""
        return [axis.name for axis in self.space.axes]
