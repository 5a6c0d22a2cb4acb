"""One strategy at one account: bars in, facts out. The same runner serves every mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from seatrial.core.views import OrderView
from seatrial.domain.bars import Bar
from seatrial.domain.facts import CancelRequest, Fact, OrderRequest, Rebalance, Target
from seatrial.domain.ids import AccountId, ClientOrderId, JournalEpoch, StrategyId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.strategy.context import Context
from seatrial.strategy.declaring import hears_more, hears_trades, own_instruments
from seatrial.strategy.frames import SessionsAt
from seatrial.strategy.handle import handle_of_order
from seatrial.strategy.holding import Decision, Gate, Holding
from seatrial.strategy.reentry import Reentry, parse_after_stop
from seatrial.strategy.saying import Saying
from seatrial.strategy.strategy import Strategy, view_of
from seatrial.strategy.stretches import Stretches
from seatrial.strategy.watching import Trades, TradesTold, Watching

_PRECEDENCE = {CancelRequest: 0, Target: 1, OrderRequest: 2}


class StrategyRunner:
    """Calls `on_bar` for the bars of a batch and turns what the strategy says into facts.

    It never sees a venue, a clock or an outcome other than positions, so equal bars and equal positions
    give equal facts.
    """

    def __init__(
        self,
        strategy: Strategy,
        *,
        strategy_id: StrategyId,
        account: AccountId,
        instruments: Sequence[Instrument],
        epoch: str = "",
        digest: str = "",
        gate: Gate | None = None,
        confidence_min: float | None = None,
        sessions_at: SessionsAt | None = None,
        trades: Trades | None = None,
    ) -> None:
        """Calls `on_start`.

        `epoch` is the journal's, so that order ids of two journals differ; `digest` names source and parameters
        and travels with every target. With a `gate`, targets wait until it opens. What the strategy decides with
        less confidence than `confidence_min` is withheld; a decision without one is not. `sessions_at` tells the
        trading days from which longer bars begin, `trades` those of the market: recorded, or `TradesTold` bar by bar.

        Raises:
            RequestFault: the strategy names no symbol, or one that is not among `instruments`; or it declares what
                nobody understands or this run does not have (`strategy.watching`).
        """
        self.strategy = strategy
        self.strategy_id = strategy_id
        self.account = account
        self.digest = digest
        self.discarded = 0  # decisions made during warm-up, which do not count
        self.sayings: list[Saying] = []  # what was said with the newest bars
        self.withheld: list[Saying] = []  # and what of it was not sure enough
        self.holding = None if gate is None else Holding(gate)
        self._confidence_min = confidence_min
        self._instruments = own_instruments(strategy, instruments)
        self._seen = dict.fromkeys(self._instruments, 0)
        self._context = Context(
            strategy=strategy_id,
            account=account,
            instruments=self._instruments,
            epoch=JournalEpoch(epoch),
            digest=digest,
            timeframes=strategy.timeframes,
        )
        self.lines = self._context.lines
        self._watching = Watching(strategy, self._instruments, sessions_at, trades)
        self.told = trades if isinstance(trades, TradesTold) and hears_trades(strategy) else None
        self._hears_more = hears_more(strategy)
        rule = parse_after_stop(strategy.after_stop)
        self.reentry = None if rule is None else Reentry(rule, self._instruments)
        strategy.on_start(self._context)

    @property
    def bars_seen(self) -> Mapping[Symbol, int]:
        """Bars shown so far, by symbol; decisions count from `warmup_bars` on."""
        return self._seen

    @property
    def is_fresh(self) -> bool:
        """Whether no bar was shown yet and no order is remembered."""
        return not any(self._seen.values()) and not self._context.working()

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols whose bars the strategy wants."""
        return tuple(self._instruments)

    def on_bars(
        self,
        bars: Sequence[Bar],
        positions: Mapping[Symbol, int],
        working: Iterable[ClientOrderId] | None = None,
    ) -> list[Fact]:
        """Decide on the bars that ended at one instant; bars of other symbols are passed over.

        Args:
            bars: of one batch, all with the same `end_ns`, in order of symbol.
            positions: signed quantity units held by the account.
            working: client order ids that are not terminal, where the caller knows them.

        Returns:
            Cancels, targets and orders, each in the order they were made, then one `Rebalance` per symbol that
            got a target: what is taken back makes room before anything new is asked for. Every `at_ns` is the
            batch's end.
        """
        wanted = [bar for bar in bars if bar.symbol in self._instruments]
        if not wanted:
            return []
        batch_ns = wanted[0].end_ns
        self._context.open_batch(batch_ns, positions, working)
        if self.reentry is not None:
            self.reentry.look(positions, {bar.symbol for bar in wanted})
        self._on_batch(wanted)
        return self._facts(self._context.close_batch(), batch_ns)

    def _facts(self, decisions: list[Decision], batch_ns: int) -> list[Fact]:
        decisions = self.sure(decisions)
        if self.reentry is not None:
            decisions = self.reentry.pass_on(decisions, batch_ns)
        if self.holding is not None:
            decisions = self.holding.pass_on(decisions, batch_ns)
        return self.facts_of(decisions, batch_ns)

    @property
    def can_be_shown_stretches(self) -> bool:
        """Whether every bar decides by itself, and nothing else does.

        Targets of a scheduled strategy wait, and its gate counts bars; so do timers, and some of what follows a stop.
        """
        return self.holding is None and not self._hears_more

    def begin_stretches(self, positions: Mapping[Symbol, int]) -> Stretches:
        """A driver that shows the bars itself begins."""
        briefly = self.reentry is None and self._confidence_min is None
        return Stretches(self, self._context, positions, briefly=briefly)

    def count_shown(self, seen: Mapping[Symbol, int]) -> None:
        """So many bars were shown by symbol, by a driver of its own."""
        self._seen.update(seen)

    def facts_of(self, decisions: Sequence[Decision], batch_ns: int) -> list[Fact]:
        """Decisions in the order in which the machine hears of them, and what follows from their targets."""
        ordered = sorted(decisions, key=lambda decision: _PRECEDENCE[type(decision)])
        return [*ordered, *self._rebalances(ordered, batch_ns)]

    def adopt(self, orders: Iterable[OrderView]) -> None:
        """Give the strategy back what it asked for before this runner was made, or it would ask for it twice."""
        for order in orders:
            instrument = self._instruments.get(order.symbol)
            if instrument is not None:
                self._context.adopt(handle_of_order(order, instrument))

    def warm_up(self, bars: Iterable[Bar]) -> None:
        """Show bars from before the run, so that indicators are ready. Whatever is decided on them is discarded.

        Only a target that waits for a run anyway goes on waiting for it.
        """
        wanted = (bar for bar in bars if bar.symbol in self._instruments)
        for end_ns, batch in groupby(wanted, key=lambda bar: bar.end_ns):
            self._context.open_batch(end_ns, {})
            self._on_batch(list(batch))
            decisions = self.sure(self._context.close_batch())
            if self.holding is not None:
                self.holding.keep(decisions)
            self.discarded += self._context.discard(0)
        self.sayings, self.withheld = [], []

    def sure(self, decisions: list[Decision]) -> list[Decision]:
        """What is left of a batch's decisions without those that are not sure enough."""
        sayings = self._context.sayings
        self.sayings = sayings.newest
        self.withheld = [] if self._confidence_min is None else sayings.below(self._confidence_min)
        if not self.withheld:
            return decisions
        return [each for each in decisions if not any(said.decision is each for said in self.withheld)]

    def _on_batch(self, bars: Sequence[Bar]) -> None:
        for bar in bars:
            self._on_bar(bar)
        if self._hears_more:
            decided = self._context.count()
            self._watching.after_batch(self._context, bars[0].start_ns, bars[0].end_ns)
            if min(self._seen.values()) <= self.strategy.warmup_bars:
                self.discarded += self._context.discard(decided)

    def _on_bar(self, bar: Bar) -> None:
        assert bar.end_ns == self._context.now_ns, "one batch, one end"
        decided = self._context.count()
        if self._hears_more:
            self._watching.before_bar(self._context, bar)
        view = view_of(bar, self._instruments[bar.symbol])
        self.lines.on_bar(view)
        self.strategy.on_bar(self._context, view)
        self._seen[bar.symbol] += 1
        if self._seen[bar.symbol] <= self.strategy.warmup_bars:
            self.discarded += self._context.discard(decided)

    def _rebalances(self, decisions: Sequence[Decision], batch_ns: int) -> list[Rebalance]:
        targeted = dict.fromkeys(each.symbol for each in decisions if isinstance(each, Target))
        return [Rebalance(batch_ns, self.account, symbol, batch_ns) for symbol in targeted]
