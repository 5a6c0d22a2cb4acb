"""A run over depth or quotes: one machine, two forms of a strategy, every order through risk and ledger."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runs.depth_markets import INSTRUMENT, LIMITS, CompiledQuoter, PlainQuoter, market_of, table_of

from seatrial.core.depth import EVENT_WIDTH
from seatrial.core.depth_orders import FillRules
from seatrial.core.latency import constant_latency, sampled_latency
from seatrial.core.queue_position import QUEUE_MODELS
from seatrial.domain.faults import NoData, RequestFault
from seatrial.domain.orders import Side
from seatrial.domain.refusals import RefusalCode
from seatrial.domain.time import MILLISECOND_NS
from seatrial.runs.depth_backtest import depth_backtest
from seatrial.runs.depth_market import DepthMarket, DepthRules
from seatrial.runs.depth_result import depth_result
from seatrial.runs.feed_latency import with_feed
from seatrial.runs.statistics import statistics_of
from seatrial.runs.trades import cash_change_units, quantity_change_units
from seatrial.strategy.depth_desk import DepthDesk, DepthFill
from seatrial.strategy.depth_strategy import DepthStrategy

MS = MILLISECOND_NS


@pytest.mark.parametrize("queue", sorted(QUEUE_MODELS))
@pytest.mark.parametrize("quotes", [False, True])
def test_both_forms_of_a_strategy_come_to_the_same_end(queue: str, quotes: bool) -> None:
    rules = DepthRules(FillRules(queue=queue), constant_latency(3 * MS, 5 * MS))
    runs = [
        depth_backtest(market_of(quotes=quotes), strategy, rules=rules).run
        for strategy in (CompiledQuoter(), PlainQuoter())
    ]

    assert runs[0].fills
    assert runs[0].outcome_fingerprint == runs[1].outcome_fingerprint
    assert runs[0].machine.state_fingerprint() == runs[1].machine.state_fingerprint()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(QUEUE_MODELS)), st.integers(0, 40))
def test_no_unit_of_cash_or_coin_appears_or_vanishes(seed: int, queue: str, latency_ms: int) -> None:
    market = market_of(seed, 1_500)
    rules = DepthRules(FillRules(queue=queue), constant_latency(latency_ms * MS, latency_ms * MS))

    run = depth_backtest(market, CompiledQuoter(), rules=rules).run

    fills = [fill.outcome for fill in run.fills]
    cash = market.cash_units + sum(cash_change_units(fill, INSTRUMENT) for fill in fills)
    coin = market.holding_units + sum(quantity_change_units(fill, INSTRUMENT) for fill in fills)
    assert run.machine.cash(market.account.id, market.account.currency) == cash
    assert run.machine.positions()[0].qty_units == coin


def test_a_seed_is_a_run() -> None:
    def of(seed: int) -> str:
        latency = sampled_latency(5 * MS, 5 * MS, spread=0.8, generator=np.random.default_rng(seed))
        return depth_backtest(market_of(), CompiledQuoter(), rules=DepthRules(latency=latency)).run.outcome_fingerprint

    assert of(1) == of(1)
    assert of(1) != of(2)


def test_risk_refuses_here_as_everywhere() -> None:
    tight = replace(LIMITS, orders_per_minute_max=3)

    run = depth_backtest(market_of(limits=tight), CompiledQuoter()).run

    assert run.refusals[RefusalCode.ORDER_RATE] > 0
    empty_handed = replace(market_of(), holding_units=0)
    assert RefusalCode.SHORT_NOT_ALLOWED in depth_backtest(empty_handed, CompiledQuoter()).run.refusals


def market_with(script: str) -> DepthMarket:
    """Events as `milliseconds kind side tick lots`."""
    rows = [tuple(int(word) for word in line.split()) for line in script.strip().splitlines()]
    first = market_of(count=1)
    start_ns = first.table.first_ns
    return replace(
        first, table=table_of([(kind, start_ns + at * MS, side, tick, lots) for at, kind, side, tick, lots in rows])
    )


class Once(DepthStrategy):
    """Buys once, at its first timer."""

    symbols = ("BTCUSDT",)
    interval_ms = 10

    def on_begin(self, desk: DepthDesk) -> None:
        self.sent_ns, self.heard = 0, list[tuple[int, DepthFill]]()

    def on_timer(self, desk: DepthDesk) -> None:
        if not self.sent_ns:
            self.sent_ns = desk.now_ns
            desk.limit(1, 9_990, 3)

    def on_fill(self, desk: DepthDesk, fill: DepthFill) -> None:
        self.heard.append((desk.now_ns, fill))


OPENING = "0 1 1 9990 4\n0 1 -1 10010 4\n"


def test_an_order_travels_there_and_a_word_travels_back() -> None:
    """Sent at 10 ms, at the venue from 14 ms on, behind 4 lots; the trade at 20 ms is heard of at 29 ms."""
    strategy = Once()
    market = market_with(OPENING + "13 2 -1 9990 4\n20 2 -1 9990 5\n40 1 1 9980 1")

    run = depth_backtest(market, strategy, rules=DepthRules(latency=constant_latency(4 * MS, 9 * MS))).run

    start_ns = market.table.first_ns
    assert strategy.sent_ns == start_ns + 10 * MS
    assert [(at - start_ns, fill.at_ns - start_ns, fill.lots, fill.maker) for at, fill in strategy.heard] == [
        (29 * MS, 20 * MS, 1, True)
    ]
    assert [(fill.outcome.at_ns - start_ns, fill.outcome.side, fill.left_units) for fill in run.fills] == [
        (20 * MS, Side.BUY, 2 * INSTRUMENT.lot_units)
    ]


def test_a_book_seen_late_is_acted_on_late_and_words_come_when_they_came() -> None:
    """Seen 3 ms late: what is decided on the book of 10 ms leaves at 13 and arrives at 17, behind 5 lots, not 4.

    The trade at 20 ms is heard of at 29 ms, when the newest book that is seen is that of 26 ms.
    """
    market = market_with(OPENING + "15 1 1 9990 5\n20 2 -1 9990 7\n40 1 1 9980 1")
    told = []
    for feed_ms in (0, 3):
        strategy = Once()
        latency = with_feed(constant_latency(4 * MS, 9 * MS), feed_ms * MS)
        depth_backtest(market, strategy, rules=DepthRules(latency=latency))
        start_ns = market.table.first_ns
        told += [(at - start_ns + feed_ms * MS, fill.at_ns - start_ns, fill.lots) for at, fill in strategy.heard]

    assert told == [(29 * MS, 20 * MS, 3), (29 * MS, 20 * MS, 2)]


@pytest.mark.parametrize("feed_ns", [-1, 9 * MS + 1])
def test_a_feed_slower_than_the_venues_word_is_refused(feed_ns: int) -> None:
    with pytest.raises(RequestFault, match="feed latency"):
        with_feed(constant_latency(4 * MS, 9 * MS), feed_ns)


def test_what_is_under_way_at_the_end_arrives() -> None:
    strategy = Once()
    market = market_with(OPENING + "20 2 -1 9980 9\n21 2 -1 9980 9")

    run = depth_backtest(market, strategy, rules=DepthRules(latency=constant_latency(1 * MS, 500 * MS))).run

    assert len(run.fills) == 1
    assert run.machine.positions()[0].working_buy_units == 0


class Listening(DepthStrategy):
    """Hears everything."""

    symbols = ("BTCUSDT",)

    def on_begin(self, desk: DepthDesk) -> None:
        self.events = list[tuple[int, ...]]()

    def on_event(self, desk: DepthDesk) -> None:
        self.events.append(tuple(desk.event))


def test_a_strategy_hears_every_event_it_asks_for() -> None:
    strategy, market = Listening(), market_of(count=300)

    depth_backtest(market, strategy)

    assert strategy.events == [tuple(row) for row in market.table.rows.tolist()]
    assert len(strategy.events[0]) == EVENT_WIDTH


class Broken(PlainQuoter):
    """Fails in its fifth decision."""

    count = 0

    def on_timer(self, desk: DepthDesk) -> None:
        self.count += 1
        if self.count == 5:
            raise ZeroDivisionError("at the fifth")


def test_what_a_strategy_raises_arrives_unchanged() -> None:
    with pytest.raises(ZeroDivisionError, match="at the fifth"):
        depth_backtest(market_of(), Broken())


def test_a_compiled_strategy_can_end_a_run() -> None:
    class Brief(CompiledQuoter):
        stops_after = 3

    assert depth_backtest(market_of(), Brief()).run.bars < depth_backtest(market_of(), CompiledQuoter()).run.bars


def test_its_result_is_a_result_like_any_other() -> None:
    market = market_of()
    done = depth_backtest(market, CompiledQuoter())

    result = depth_result(done, market, [])

    (figures,) = statistics_of(result)
    assert figures.closing_units == done.run.equity[-1].equity_units == done.run.machine.equity_units(market.account.id)
    assert sum(symbol.fills for symbol in figures.symbols) == len(done.run.fills)
    traded = market.table.rows[market.table.rows[:, 0] == 2, 4].sum() * INSTRUMENT.lot_units
    assert int(result.prices[market.account.id, INSTRUMENT.symbol].rows[:, -1].sum()) == traded


@pytest.mark.parametrize(
    ("strategy", "rules", "named"),
    [
        (Once(), DepthRules(mark_ns=0), "interval"),
        (Once(), DepthRules(fee_maker_ppm=-1), "fee"),
        (Once(), DepthRules(FillRules(queue="none")), "queue"),
    ],
)
def test_what_cannot_be_run_is_named(strategy: DepthStrategy, rules: DepthRules, named: str) -> None:
    with pytest.raises(RequestFault, match=named):
        depth_backtest(market_of(count=10), strategy, rules=rules)


def test_nothing_to_run_over_is_no_result() -> None:
    market = replace(market_of(count=5), table=table_of([]))
    with pytest.raises(NoData):
        depth_backtest(market, Once())
