"""One set of parameters that was tried, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from seatrial.domain.faults import RequestFault

LARGER = ("sharpe", "sortino", "total_return", "cagr", "calmar", "profit_factor", "win_rate")
SMALLER = ("max_drawdown", "volatility", "downside_deviation")
OBJECTIVES = (*LARGER, *SMALLER)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be tried, and over which part of the market; None: all of it."""

    number: int
    parameters: Mapping[str, str]
    span_ns: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one proposal.

    `figures` hold None where the data was too thin, with the reason in `reasons`. `fault` is set where the
    strategy did not run with these parameters; then there are no figures.
    """

    number: int
    parameters: Mapping[str, str]
    figures: Mapping[str, float | None]
    reasons: Mapping[str, str]
    returns: tuple[float, ...]
    trades: int
    fills: int
    result: str  # exact, in the account's currency
    fingerprint: str
    fault: str = ""
    refused: int = 0  # orders that risk refused

    def value(self, objective: str) -> float | None:
        """The figure a search looks at."""
        return self.figures.get(objective)

    def body(self) -> dict[str, Any]:
        """As it stands in the log."""
        return asdict(self)

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Trial:
        """The inverse of `body`."""
        return cls(**{**body, "returns": tuple(body["returns"])})


def known_objective(name: str) -> str:
    """The objective of this name.

    Raises:
        RequestFault: there is none.
    """
    if name not in OBJECTIVES:
        raise RequestFault("objective", f"one of {', '.join(OBJECTIVES)}", name)
    return name


def better_first(trials: list[Trial], objective: str) -> list[Trial]:
    """Trials in order of merit: those without a figure last, of equals the earlier."""
    sign = -1.0 if objective in LARGER else 1.0

    def rank(trial: Trial) -> tuple[bool, float, int]:
        value = trial.value(objective)
        return value is None, 0.0 if value is None else sign * value, trial.number

    return sorted(trials, key=rank)
