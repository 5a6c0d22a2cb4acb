from dataclasses import replace

import pytest

from seatrial.domain.bars import Bar
from seatrial.domain.facts import CancelRequest, OrderRequest, Rebalance, Target
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.domain.instrument import binance_spot, us_equity
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.time import MINUTE_NS
from seatrial.strategy import Strategy
from seatrial.strategy.runner import StrategyRunner

AAPL = us_equity("AAPL")
SPY = us_equity("SPY")
BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")


def bar(instrument, minute=0, close="100"):
    price = instrument.parse_price(close)
    start_ns = minute * MINUTE_NS
    return Bar(instrument.symbol, start_ns, start_ns + MINUTE_NS, price, price, price, price, instrument.qty_scale)


def run(decide, bars, symbols=("AAPL", "BTCUSDT", "SPY"), positions=None, **attributes):
    class Said(Strategy):
        def on_bar(self, context, bar):
            decide(context, bar)

    Said.symbols = symbols
    for name, value in attributes.items():
        setattr(Said, name, value)
    runner = StrategyRunner(
        Said(), strategy_id=StrategyId("said"), account=AccountId("a"), instruments=[AAPL, BTC, SPY], epoch="e"
    )
    return runner.on_bars(bars, positions or {}), runner


def test_what_is_taken_back_comes_first_then_targets_orders_and_one_rebalance_per_targeted_symbol():
    before = []

    def decide(context, bar):
        if not before:
            before.append(context.buy("SPY", 1, limit_price=1))
            context.cancel(context.buy("SPY", 2))
        context.target(bar.symbol, weight=0.1)
        context.target(bar.symbol, weight=0.25)
        if bar.symbol == "SPY":
            context.cancel(context.buy("SPY", 3))
            context.buy("SPY", 4)
            context.cancel(replace(before[0], client_order_id="OF AN EARLIER BATCH"))

    facts, _ = run(decide, [bar(AAPL), bar(SPY)])

    kinds = [CancelRequest, Target, Target, Target, Target, OrderRequest, OrderRequest, Rebalance, Rebalance]
    assert [type(fact) for fact in facts] == kinds
    assert [fact.symbol for fact in facts[-2:]] == ["AAPL", "SPY"]
    assert {fact.at_ns for fact in facts} == {MINUTE_NS}
    assert facts[2].weight_ppm == 250_000
    assert facts[2].quantity_units is None


def test_a_limit_order_reaches_the_tick_grid_to_the_nearest_and_the_lot_grid_downwards():
    def decide(context, bar):
        context.sell(bar.symbol, 0.123456789, limit_price=100.006)

    facts, _ = run(decide, [bar(BTC)])

    assert facts[0].side is Side.SELL
    assert facts[0].type is OrderType.LIMIT
    assert facts[0].time_in_force is TimeInForce.GTC
    assert BTC.qty_text(facts[0].qty_units) == "0.12345"
    assert BTC.price_text(facts[0].limit_units) == "100.01"


def test_a_quantity_a_float_could_not_hold_is_the_lot_it_means():
    facts, _ = run(lambda context, bar: context.buy(bar.symbol, 0.1 + 0.2 - 1e-16, stop_price="99.5"), [bar(BTC)])

    assert BTC.qty_text(facts[0].qty_units) == "0.3"
    assert facts[0].type is OrderType.STOP


def test_the_same_batch_asks_for_the_same_orders_and_the_next_batch_for_others():
    def decide(context, bar):
        context.buy(bar.symbol, 1)
        context.buy(bar.symbol, 1)

    first, _ = run(decide, [bar(AAPL)])
    again, _ = run(decide, [bar(AAPL)])
    later, _ = run(decide, [bar(AAPL, minute=1)])

    ids = [fact.client_order_id for fact in first + later]
    assert len(set(ids)) == 4
    assert [fact.client_order_id for fact in again] == ids[:2]


def test_positions_are_the_accounts_and_are_told_in_units_of_the_asset():
    seen = {}

    def decide(context, bar):
        seen[bar.symbol] = context.position(bar.symbol)

    run(decide, [bar(AAPL), bar(BTC)], positions={Symbol("AAPL"): -(3 * AAPL.qty_scale)})

    assert seen == {"AAPL": -3.0, "BTCUSDT": 0.0}


def test_orders_that_work_are_remembered_until_cancelled_or_known_to_be_done():
    handles = []

    def decide(context, bar):
        handles.append(context.working("AAPL"))
        if bar.start_ns == 0:
            context.buy("AAPL", 1, limit_price=90)
            context.buy("AAPL", 2, limit_price=91)

    _, runner = run(decide, [bar(AAPL)])
    runner.on_bars([bar(AAPL, minute=1)], {})
    runner.on_bars([bar(AAPL, minute=2)], {}, working=[handles[1][1].client_order_id])

    assert [[handle.limit_price for handle in seen] for seen in handles] == [[], [90.0, 91.0], [91.0]]


def test_what_is_decided_during_warm_up_does_not_count():
    facts, runner = run(lambda context, bar: context.buy(bar.symbol, 1), [bar(AAPL)], warmup_bars=1)

    assert facts == []
    assert runner.discarded == 1
    assert len(runner.on_bars([bar(AAPL, minute=1)], {})) == 1


def test_history_shown_before_the_run_leads_to_no_fact_and_no_working_order():
    seen = []
    _, runner = run(lambda context, bar: seen.append(len(context.working())) or context.buy(bar.symbol, 1), [])

    runner.warm_up([bar(AAPL, minute=minute) for minute in range(3)])

    assert seen == [0, 0, 0]
    assert runner.discarded == 3


def test_bars_of_other_symbols_are_passed_over():
    facts, _ = run(lambda context, bar: context.buy(bar.symbol, 1), [bar(AAPL), bar(SPY)], symbols=("SPY",))

    assert [fact.symbol for fact in facts] == ["SPY"]


WRONG = [
    ("symbol", lambda context: context.buy("NOPE", 1)),
    ("quantity", lambda context: context.buy("AAPL", 0)),
    ("quantity", lambda context: context.buy("AAPL", 0.5)),
    ("quantity", lambda context: context.buy("AAPL", float("nan"))),
    ("quantity", lambda context: context.buy("AAPL", "ten")),
    ("quantity", lambda context: context.buy("AAPL", True)),
    ("limit_price", lambda context: context.buy("AAPL", 1, limit_price=0.001)),
    ("limit_price", lambda context: context.buy("AAPL", 1, limit_price=float("inf"))),
    ("time_in_force", lambda context: context.buy("BTCUSDT", 1, time_in_force="day")),
    ("time_in_force", lambda context: context.buy("AAPL", 1, time_in_force="forever")),
    ("weight", lambda context: context.target("AAPL", weight=25)),
    ("weight", lambda context: context.target("BTCUSDT", weight=-0.1)),
    ("quantity", lambda context: context.target("BTCUSDT", quantity=-1)),
    ("target", lambda context: context.target("AAPL")),
    ("target", lambda context: context.target("AAPL", weight=0.1, quantity=1)),
    ("handle", lambda context: context.cancel("abc")),
]


@pytest.mark.parametrize(("field", "say"), WRONG)
def test_a_slip_is_answered_by_the_argument_that_made_it(field, say):
    with pytest.raises(RequestFault) as caught:
        run(lambda context, bar: say(context), [bar(AAPL)])

    assert caught.value.field == field
    assert caught.value.accepted


def test_ordering_outside_of_on_bar_is_refused():
    class Eager(Strategy):
        symbols = ("AAPL",)

        def on_start(self, context):
            context.buy("AAPL", 1)

    with pytest.raises(RequestFault, match="inside on_bar"):
        StrategyRunner(Eager(), strategy_id=StrategyId("s"), account=AccountId("a"), instruments=[AAPL])


def test_a_strategy_for_a_symbol_without_instrument_does_not_start():
    with pytest.raises(RequestFault, match="symbols: accepted is symbols among AAPL, BTCUSDT, SPY"):
        run(lambda context, bar: None, [], symbols=("TSLA",))
