"""What is tried next: everything, a draw, or what Optuna proposes. All are functions of a seed and of the answers.

A searcher asks in generations and hears the answers of one before it makes the next, in order of number. So what is
tried does not depend on how many workers there are or which of them is first.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.runs.search.space import Axis, Space
from seatrial.runs.search.trial import LARGER, Proposal, Trial

SEARCHES = ("grid", "random", "optuna")
GENERATION = 8  # proposals of Optuna between two looks at the answers
DRAWS_MAX = 1_000  # in a row that break a condition or were tried before


class Searcher(Protocol):
    """Asks what to try, and hears what came of it."""

    @property
    def trials(self) -> int:
        """How many there will be in all."""
        ...

    def ask(self) -> list[Proposal]:
        """The next generation; empty at the end."""
        ...

    def tell(self, answers: Sequence[Trial]) -> None:
        """What came of the last generation, in order of number."""
        ...


class Listed:
    """Every proposal is known before the first answer: a grid, or a draw."""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self._proposals = list(proposals)
        self.trials = len(self._proposals)

    def ask(self) -> list[Proposal]:
        """All of them, once."""
        proposals, self._proposals = self._proposals, []
        return proposals

    def tell(self, answers: Sequence[Trial]) -> None:
        """Answers change nothing here."""


class OptunaSearch:
    """The tree-structured Parzen estimator of Optuna, seeded, in generations of eight."""

    def __init__(self, space: Space, trials: int, objective: str, seed: int) -> None:
        try:
            optuna: Any = import_module("optuna")
        except ImportError as absent:
            needed = "--search optuna needs the package optuna: `make extras`, or pip install 'seatrial[research]'"
            raise ConfigurationFault(needed) from absent
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._failed = optuna.trial.TrialState.FAIL
        direction = "maximize" if objective in LARGER else "minimize"
        self._study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed), direction=direction)
        self._space, self._objective = space, objective
        self._asked: list[tuple[Any, Proposal]] = []
        self._next = 0
        self._tries = 0
        self.trials = trials

    def ask(self) -> list[Proposal]:
        """Up to eight sets that no condition forbids."""
        self._asked = []
        while len(self._asked) < GENERATION and self._next < self.trials:
            trial = self._study.ask()
            parameters = {axis.name: _suggest(trial, axis) for axis in self._space.axes}
            if not self._space.allows(parameters):
                self._study.tell(trial, state=self._failed)
                self._tries += 1
                _refuse_narrow(self._tries)
                continue
            self._tries = 0
            self._asked.append((trial, Proposal(self._next, parameters)))
            self._next += 1
        return [proposal for _, proposal in self._asked]

    def tell(self, answers: Sequence[Trial]) -> None:
        """A trial without a figure counts as failed, never as a bad value."""
        by_number = {answer.number: answer for answer in answers}
        for trial, proposal in self._asked:
            value = by_number[proposal.number].value(self._objective)
            if value is None:
                self._study.tell(trial, state=self._failed)
            else:
                self._study.tell(trial, value)


def searcher_of(search: str, space: Space, *, trials: int | None, objective: str, seed: int) -> Searcher:
    """The searcher of this name.

    Raises:
        RequestFault: no such search, no number of trials where one is needed, or nothing to try.
        ConfigurationFault: Optuna is not installed.
    """
    if search not in SEARCHES:
        raise RequestFault("search", f"one of {', '.join(SEARCHES)}", search)
    if search == "grid":
        proposals = [Proposal(number, parameters) for number, parameters in enumerate(space.grid())]
        if not proposals:
            raise RequestFault("where", "conditions that some set meets", ", ".join(map(str, space.conditions)))
        return Listed(proposals if trials is None else proposals[:trials])
    if trials is None:
        raise RequestFault("trials", f"a number of trials for --search {search}", "none")
    if search == "random":
        return Listed(_drawn(space, trials, seed))
    return OptunaSearch(space, trials, objective, seed)


def _drawn(space: Space, trials: int, seed: int) -> list[Proposal]:
    """Different sets as long as there are any left to find."""
    chance = random.Random(seed)
    seen: set[tuple[str, ...]] = set()
    proposals: list[Proposal] = []
    tries = 0
    while len(proposals) < trials and tries < DRAWS_MAX:
        parameters = {axis.name: axis.draw(chance) for axis in space.axes}
        key = tuple(parameters.values())
        tries += 1
        if key not in seen and space.allows(parameters):
            seen.add(key)
            proposals.append(Proposal(len(proposals), parameters))
            tries = 0
    if not proposals:
        _refuse_narrow(tries)
    return proposals


def _refuse_narrow(tries: int) -> None:
    if tries >= DRAWS_MAX:
        raise RequestFault("where", "conditions that more than one set in a thousand meets", "narrower ones")


def _suggest(trial: Any, axis: Axis) -> str:
    if axis.values:
        return axis.values[int(trial.suggest_int(axis.name, 0, len(axis.values) - 1))]
    if axis.whole:
        return str(trial.suggest_int(axis.name, int(axis.low), int(axis.high)))
    return repr(trial.suggest_float(axis.name, float(axis.low), float(axis.high)))
