"""A strategy that a compiled loop shows its bars: what is left to Python is what follows from a decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from seatrial.domain.facts import Fact, Target
from seatrial.domain.ids import ClientOrderId, Symbol
from seatrial.strategy.context import Context
from seatrial.strategy.holding import Decision
from seatrial.strategy.wishing import Wish, Wishes

if TYPE_CHECKING:
    from seatrial.strategy.runner import StrategyRunner


class Stretches:
    """Of one runner. Decisions count from here on, batch after batch; the loop moves `clock` and looks at the rest."""

    def __init__(
        self, runner: StrategyRunner, context: Context, positions: Mapping[Symbol, int], *, briefly: bool
    ) -> None:
        """`briefly`: nobody but the machine listens to its targets."""
        self.runner, self.context = runner, context
        self.clock, self.decisions, self.handles = context.open_for_many(positions)
        self.wishes = Wishes(self.clock, self.decisions)
        context.wishes = self.wishes if briefly else None

    def open(self, working: Iterable[ClientOrderId], shown: Collection[Symbol]) -> None:
        """A batch begins. `shown` are the symbols that have a new bar, where anything may have happened before it."""
        self.context.forget_ended(working)
        if self.runner.reentry is not None and shown:
            self.runner.reentry.look(self.context.held_units, shown)

    def take(self, calm: bool) -> list[Decision]:
        """What was decided in the batch that was shown last, in order. `calm`: nobody looked at what is held yet."""
        runner = self.runner
        decisions = runner.sure([self._spelled(each) for each in self.decisions])
        self.decisions.clear()
        if runner.reentry is not None:
            if calm:
                runner.reentry.look(self.context.held_units, runner.symbols)
            decisions = runner.reentry.pass_on(decisions, self.clock[0])
        return decisions

    def facts_of(self, decisions: Sequence[Decision]) -> list[Fact]:
        """The decisions of the batch that was shown last as the machine hears of them, one by one."""
        return self.runner.facts_of(decisions, self.clock[0])

    def drop(self, kept: int) -> None:
        """A bar of the warm-up was shown: what was decided on it, after the first `kept`, does not count."""
        self.runner.discarded += self.context.discard(kept)

    def end(self, seen: Mapping[Symbol, int]) -> None:
        """So many bars were shown by symbol."""
        self.context.wishes = None
        self.runner.count_shown(seen)

    def _spelled(self, each: Decision | Wish) -> Decision:
        if not isinstance(each, Wish):
            return each
        at_ns, runner = self.clock[0], self.runner
        return Target(
            at_ns,
            runner.account,
            runner.strategy_id,
            each.symbol,
            at_ns,
            each.quantity_units,
            each.weight_ppm,
            runner.digest,
        )
