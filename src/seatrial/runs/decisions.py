"""From a strategy's decisions to the machine of a backtest, and what the machine holds and works for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from seatrial.core import course as c
from seatrial.core import records as r
from seatrial.core.machine import Machine
from seatrial.core.stepping import step_now
from seatrial.core.stretch_loop import mark_shown
from seatrial.domain.facts import Fact, OrderRequest, Target
from seatrial.domain.ids import ClientOrderId, Symbol
from seatrial.runs.passage import Passage
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.wishing import Wish


class HeldUnits(Mapping[Symbol, int]):
    """What an account holds now, read when asked for."""

    def __init__(self, machine: Machine, runner: StrategyRunner) -> None:
        self._positions = memoryview(machine.state.positions)  # type: ignore[arg-type]
        self._rows = {symbol: machine.row_of(runner.account, symbol) for symbol in runner.symbols}

    def __getitem__(self, symbol: Symbol) -> int:
        return self._positions[self._rows[symbol], r.P_QTY]

    def get(self, symbol: Symbol, default: int = 0) -> int:  # type: ignore[override]  # asked for every target
        """What is held of a symbol."""
        row = self._rows.get(symbol)
        return default if row is None else self._positions[row, r.P_QTY]

    def __iter__(self) -> Iterator[Symbol]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Decisions:
    """Lets the machine have what strategies decided, and remembers which order is whose."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage
        self._machine, self._venue = passage.machine, passage.venue
        self._said = memoryview(passage.course.said)  # type: ignore[arg-type]
        self._desk = memoryview(passage.desk)  # type: ignore[arg-type]
        state = self._machine.state
        self._positions, self._scalars = memoryview(state.positions), memoryview(state.scalars)  # type: ignore[arg-type]
        self._targets, self._has_target = memoryview(state.targets), memoryview(state.has_target)  # type: ignore[arg-type]
        self._numbers: dict[ClientOrderId, int] = {}
        self._ids: dict[int, ClientOrderId] = {}

    def working(self) -> Iterator[ClientOrderId]:
        """The orders that have not ended."""
        state = self._machine.state
        numbers = state.orders[: int(state.scalars[r.S_ORDERS]), r.O_NUMBER].tolist()
        if state.scalars[r.S_PARKED]:  # an entry lives in its exits
            parked = state.parked[: int(state.scalars[r.S_PARKED]), [r.K_NUMBER, r.K_PARENT]]
            numbers = sorted({*numbers, *parked.ravel().tolist()})
        return (self._ids[number] for number in numbers if number in self._ids)

    def say(self, insts: Mapping[Symbol, int], targets: Sequence[Target | Wish]) -> None:
        """Put down targets of a lone strategy, one per symbol, for the compiled loop to take."""
        said = self._said
        for place, target in enumerate(targets):
            said[place, c.W_INST] = insts[target.symbol]
            said[place, c.W_QTY] = target.quantity_units or 0
            said[place, c.W_WEIGHT_PPM] = target.weight_ppm or 0
            said[place, c.W_IS_WEIGHT] = target.weight_ppm is not None
        self._desk[c.D_SAID] = len(targets)

    def change_nothing(self, column: int, insts: Mapping[Symbol, int], wishes: Sequence[Wish]) -> bool:
        """Whether the machine has these wishes of a strategy already and holds them, while it is calm."""
        if self._scalars[r.S_PARKED]:
            return False
        positions = self._positions
        for wish in wishes:
            inst, units = insts[wish.symbol], wish.quantity_units
            known = self._has_target[inst, column] == 1 and self._targets[inst, column] == units
            if not known or positions[inst, r.P_QTY] != units:
                return False
            if positions[inst, r.P_STOPPED_SIDE] or positions[inst, r.P_EXIT_PENDING]:
                return False
        return True

    def count_facts(self, count: int) -> None:
        """So many facts were heard that changed nothing else."""
        self._scalars[r.S_FACTS] += count

    def step_through(self, facts: Sequence[Fact]) -> None:
        """One fact after the other, on the state that was decided on: what was shown is marked first."""
        progress = self._passage.course.progress
        mark_shown(self._venue.block)
        for fact in facts:
            progress[c.G_TAIL] += self._step(fact, int(progress[c.G_TAIL]))

    def _step(self, fact: Fact, tail: int) -> int:
        """One decision through the machine. Order views are not kept: a backtest may have millions of orders."""
        effects = self._venue.effects
        self._venue.fact[:] = self._machine.encode(fact, self._numbers)
        count = step_now(self._venue.block, tail)
        if isinstance(fact, OrderRequest) and fact.client_order_id is not None and count:
            number = int(effects[tail, r.E_NUMBER])
            if effects[tail, r.E_KIND] in (r.EFFECT_APPROVED, r.EFFECT_PARKED):
                self._numbers[fact.client_order_id] = number
                self._ids[number] = fact.client_order_id
        return int(count)
