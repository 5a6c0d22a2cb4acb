"""What a strategy says beside its decisions, and what of them waits or is withheld."""

from __future__ import annotations

import pytest
from tests.strategy.test_runner import AAPL, BTC, SPY, bar

from seatrial.domain.facts import CancelRequest, OrderRequest, Rebalance, Target
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, StrategyId
from seatrial.domain.time import MINUTE_NS
from seatrial.strategy import Strategy
from seatrial.strategy.runner import StrategyRunner


class Gate:
    """Opens at the minutes a test names."""

    def __init__(self, *minutes: int) -> None:
        self.minutes = minutes

    def opens(self, batch_ns: int) -> bool:
        return batch_ns // MINUTE_NS in self.minutes


def runner(decide, **more) -> StrategyRunner:
    class Said(Strategy):
        symbols = ("AAPL", "SPY")

        def on_bar(self, context, bar):
            decide(context, bar)

    return StrategyRunner(
        Said(), strategy_id=StrategyId("said"), account=AccountId("a"), instruments=[AAPL, BTC, SPY], **more
    )


def said(runner: StrategyRunner) -> list[tuple[str, str, float | None, str | None]]:
    return [(each.symbol, each.action, each.confidence, each.reason) for each in runner.sayings]


def test_a_strategy_says_which_way_how_sure_and_why():
    weights = iter([0.1, 0.1, 0.2, 0.0])
    desk = runner(lambda context, bar: context.target(bar.symbol, weight=next(weights), confidence=0.7, reason="up"))
    actions = []
    for minute in range(4):
        desk.on_bars([bar(AAPL, minute)], {})
        actions += said(desk)
    assert actions[0] == ("AAPL", "buy", 0.7, "up")
    assert [action for _, action, _, _ in actions] == ["buy", "hold", "buy", "sell"]


def test_who_gives_no_confidence_has_none():
    desk = runner(lambda context, bar: context.buy(bar.symbol, 1))
    desk.on_bars([bar(AAPL)], {})
    assert said(desk) == [("AAPL", "buy", None, None)]


def test_a_signal_alone_asks_for_nothing():
    desk = runner(lambda context, bar: context.signal(bar.symbol, "sell", confidence=1, reason="too high"))
    assert desk.on_bars([bar(AAPL)], {}) == []
    assert said(desk) == [("AAPL", "sell", 1.0, "too high")]


@pytest.mark.parametrize(
    ("more", "field"),
    [({"confidence": 1.1}, "confidence"), ({"confidence": True}, "confidence"), ({"reason": "x" * 501}, "reason")],
)
def test_what_is_no_confidence_or_no_reason_is_refused_on_the_line_that_made_it(more, field):
    desk = runner(lambda context, bar: context.target(bar.symbol, quantity=1, **more))
    with pytest.raises(RequestFault) as caught:
        desk.on_bars([bar(AAPL)], {})
    assert caught.value.field == field


def test_what_is_not_sure_enough_is_withheld_and_what_gives_no_confidence_is_not():
    def decide(context, bar):
        sure = {"AAPL": 0.4, "SPY": None}[bar.symbol]
        context.target(bar.symbol, weight=0.1, confidence=sure)

    desk = runner(decide, confidence_min=0.5)
    facts = desk.on_bars([bar(AAPL), bar(SPY)], {})
    assert [(type(fact), fact.symbol) for fact in facts] == [(Target, "SPY"), (Rebalance, "SPY")]
    assert [each.symbol for each in desk.withheld] == ["AAPL"]


def test_with_a_gate_the_latest_targets_wait_for_the_run_and_are_decided_at_it():
    weights = iter([0.1, 0.2, 0.3])
    desk = runner(lambda context, bar: context.target(bar.symbol, weight=next(weights)), gate=Gate(3))
    assert desk.on_bars([bar(AAPL, 0)], {}) == []
    assert desk.on_bars([bar(SPY, 1)], {}) == []
    target, other, *rebalances = desk.on_bars([bar(AAPL, 2)], {})
    assert (target.weight_ppm, target.decided_at_ns, other.weight_ppm) == (300_000, 3 * MINUTE_NS, 200_000)
    assert other.decided_at_ns == other.at_ns == 3 * MINUTE_NS
    assert [type(each) for each in rebalances] == [Rebalance, Rebalance]


def test_between_runs_cancels_leave_and_explicit_orders_do_not():
    orders = []

    def decide(context, bar):
        if orders:
            context.cancel(orders.pop())
        orders.append(context.buy(bar.symbol, 1))

    desk = runner(decide, gate=Gate(1))
    assert [type(fact) for fact in desk.on_bars([bar(AAPL, 0)], {})] == [OrderRequest]
    assert [type(fact) for fact in desk.on_bars([bar(AAPL, 1)], {})] == [CancelRequest]
    assert desk.holding.dropped == 1


def test_a_target_from_the_warm_up_waits_for_the_first_run_too():
    weights = iter([0.1])
    desk = runner(lambda context, bar: context.target(bar.symbol, weight=next(weights, 0.1)), gate=Gate(2))
    desk.warm_up([bar(AAPL, 0)])
    assert desk.sayings == []
    facts = desk.on_bars([bar(SPY, 1)], {})
    assert [fact.symbol for fact in facts if isinstance(fact, Target)] == ["AAPL", "SPY"]
