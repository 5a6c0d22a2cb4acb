"""The machine: sizing by deltas, latches, repetitions, stops, the breaker, and equal fingerprints."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk import COINS, STOCKS, Desk, approved, refused

from seatrial.core.machine import Machine
from seatrial.domain.effects import Alert, Approved, BreakerTripped, CancelOrder
from seatrial.domain.facts import CancelRequest, Command, CommandKind, Fill, Report, Sent, Target
from seatrial.domain.ids import ClientOrderId
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderStatus, Side
from seatrial.domain.refusals import RefusalCode

WIDE = RiskLimits(
    max_notional_per_position_units=50_000 * CASH_SCALE,
    max_total_exposure_units=90_000 * CASH_SCALE,
    max_loss_per_trade_units=5_000 * CASH_SCALE,
)


def test_a_target_becomes_the_difference_to_what_is_held_and_working() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")

    first = approved(desk.target("AAPL", "20"))
    again = desk.target("AAPL", "20")
    desk.works(first)
    desk.fill(first, "170", "15")
    more = approved(desk.target("AAPL", "22"))

    assert (first.qty_units, again, more.qty_units) == (20 * 10**9, (), 2 * 10**9)


def test_a_target_by_weight_is_that_part_of_equity_in_whole_lots() -> None:
    desk = Desk()
    desk.bar("AAPL", "171")
    wish = Target(desk.now_ns, STOCKS, "trend", "AAPL", desk.now_ns, weight_ppm=40_000)  # type: ignore[arg-type]
    desk.tell(wish)
    from seatrial.domain.facts import Rebalance

    order = approved(desk.tell(Rebalance(desk.now_ns, STOCKS, "AAPL", desk.now_ns)))  # type: ignore[arg-type]

    assert order.qty_units == 23 * 10**9  # 4,000 USD at 171, rounded down


def test_what_works_the_other_way_is_cancelled_before_the_new_order_is_sent() -> None:
    desk = Desk()
    desk.hold("AAPL", "20", "170")
    selling = approved(desk.target("AAPL", "5"))
    desk.works(selling)

    (cancel,) = desk.target("AAPL", "20")
    assert isinstance(cancel, CancelOrder)
    desk.fill(selling, "170", "10")
    follow = approved(desk.report(cancel, OrderStatus.CANCELED))

    assert (follow.side, follow.qty_units) == (Side.BUY, 10 * 10**9)


def test_no_order_crosses_zero() -> None:
    desk = Desk()
    desk.hold("AAPL", "20", "170")

    closing = approved(desk.target("AAPL", "-10"))
    desk.works(closing)
    opening = approved(desk.fill(closing, "170"))

    assert (closing.side, closing.qty_units) == (Side.SELL, 20 * 10**9)
    assert (opening.side, opening.qty_units) == (Side.SELL, 10 * 10**9)


def test_two_strategies_are_netted_and_share_the_order() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    desk.works(approved(desk.target("AAPL", "10", "trend")))

    order = approved(desk.target("AAPL", "5", "other"))

    assert order.qty_units == 5 * 10**9
    assert sum(units for _, units in order.allocation) == order.qty_units
    assert {strategy for strategy, _ in order.allocation} == {"trend", "other"}


def test_a_repeated_fill_is_booked_once_and_a_backward_report_changes_nothing() -> None:
    desk = Desk()
    desk.hold("AAPL", "20", "170")
    before = desk.machine.state_fingerprint()
    last_fill = next(fact for fact, _ in reversed(desk.told) if isinstance(fact, Fill))

    assert desk.tell(last_fill) == ()
    assert desk.machine.state_fingerprint() == before
    order = desk.machine.order(last_fill.client_order_id)
    assert order is not None
    desk.tell(Report(desk.now_ns, last_fill.client_order_id, OrderStatus.WORKING))
    after = desk.machine.order(last_fill.client_order_id)
    assert after is not None
    assert after.status is OrderStatus.FILLED


def test_a_fill_that_comes_after_the_cancel_is_booked() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    order = approved(desk.target("AAPL", "20"))
    desk.works(order)
    desk.report(order, OrderStatus.CANCELED)

    desk.fill(order, "170", "5")

    assert desk.qty("AAPL") == 5


def test_a_fill_of_no_order_of_ours_is_booked_with_an_alert() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    stranger = replace(approved(desk.target("AAPL", "5")), client_order_id=ClientOrderId("SOMEBODY"))

    (alert,) = desk.fill(stranger, "170")

    assert isinstance(alert, Alert)
    assert desk.qty("AAPL") == 5


def test_a_lost_answer_counts_as_working_until_the_venue_has_spoken() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    order = approved(desk.target("AAPL", "20"))
    desk.tell(Sent(desk.now_ns, order.client_order_id))
    view = desk.machine.order(order.client_order_id)

    assert view is not None
    assert view.status is OrderStatus.UNKNOWN
    assert desk.target("AAPL", "20") == ()
    desk.report(order, OrderStatus.REJECTED)
    assert approved(desk.target("AAPL", "20")).qty_units == 20 * 10**9


def test_halt_latches_and_only_resume_lifts_it() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    desk.tell(Command(desk.now_ns, CommandKind.HALT, "ops", "test"))

    assert refused(desk.target("AAPL", "20")).code is RefusalCode.HALTED
    desk.bar("AAPL", "170", minutes=600)
    assert refused(desk.target("AAPL", "20")).code is RefusalCode.HALTED
    desk.tell(Command(desk.now_ns, CommandKind.RESUME, "ops", "done"))
    approved(desk.target("AAPL", "20"))


def test_kill_cancels_everything_that_works() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    desk.bar("BTCUSDT", "100000")
    first, second = approved(desk.target("AAPL", "20")), approved(desk.target("BTCUSDT", "0.04"))

    effects = desk.tell(Command(desk.now_ns, CommandKind.KILL, "ops", "test"))

    assert {effect.client_order_id for effect in effects if isinstance(effect, CancelOrder)} == {
        first.client_order_id,
        second.client_order_id,
    }


@pytest.mark.parametrize(("price", "stopped"), [("165", False), ("164.90", True)])
def test_a_filled_entry_has_its_stop_loss(price: str, stopped: bool) -> None:
    desk = Desk(replace(RiskLimits(), enable_trailing_stop=False))
    desk.hold("AAPL", "20", "170")

    effects = desk.bar("AAPL", price)

    assert [type(effect) for effect in effects] == [Approved] * stopped
    if stopped:
        exit_order = approved(effects)
        assert (exit_order.side, exit_order.qty_units, exit_order.reason) == (Side.SELL, 20 * 10**9, "stop_loss")


def test_the_trailing_stop_follows_the_best_close_and_the_target_waits_for_a_change_of_mind() -> None:
    desk = Desk()
    desk.hold("AAPL", "20", "170")
    desk.bar("AAPL", "180")

    exit_order = approved(desk.bar("AAPL", "176.40"))
    desk.works(exit_order)
    desk.fill(exit_order, "176.40")

    assert desk.target("AAPL", "20") == ()
    assert desk.target("AAPL", "0") == ()
    approved(desk.target("AAPL", "20"))


def test_a_stop_takes_working_orders_back_before_it_sells() -> None:
    desk = Desk()
    desk.hold("AAPL", "20", "170")
    resting = approved(desk.order("AAPL", "sell", "20", limit="175", id="REST"))
    desk.works(resting)

    (cancel,) = desk.bar("AAPL", "160")
    assert isinstance(cancel, CancelOrder)
    assert refused(desk.order("AAPL", "sell", "1", limit="161")).code is RefusalCode.EXIT_UNDER_WAY
    exit_order = approved(desk.report(cancel, OrderStatus.CANCELED))

    assert (exit_order.side, exit_order.qty_units) == (Side.SELL, 20 * 10**9)


def test_three_losses_in_a_row_trip_the_breaker_and_only_a_person_resets_it() -> None:
    desk = Desk()
    tripped = None
    for _ in range(3):
        desk.hold("AAPL", "20", "170")
        order = approved(desk.target("AAPL", "0"))
        desk.works(order)
        tripped = desk.fill(order, "169")
    assert tripped is not None
    assert isinstance(tripped[0], BreakerTripped)
    assert desk.machine.breaker(STOCKS) == "TRIPPED"
    assert desk.machine.breaker(COINS) == "NORMAL"
    assert refused(desk.target("AAPL", "20")).code is RefusalCode.BREAKER_TRIPPED

    desk.tell(Command(desk.now_ns, CommandKind.RESET_BREAKER, "ops", "seen"))
    assert desk.machine.breaker(STOCKS) == "COOLDOWN"
    desk.bar("AAPL", "170", minutes=31)
    assert desk.machine.breaker(STOCKS) == "NORMAL"
    approved(desk.target("AAPL", "20"))


def test_the_daily_loss_trips_the_breaker_and_reducing_stays_possible() -> None:
    desk = Desk(
        replace(
            WIDE,
            max_daily_loss_units=500 * CASH_SCALE,
            breaker_daily_loss_units=500 * CASH_SCALE,
            default_stop_loss_ppm=0,
            enable_trailing_stop=False,
        )
    )
    desk.hold("AAPL", "200", "170")

    (tripped,) = desk.bar("AAPL", "167")

    assert isinstance(tripped, BreakerTripped)
    assert (tripped.reason, tripped.actual) == ("daily_loss", 600 * CASH_SCALE)
    assert refused(desk.target("SPY", "1")).code is RefusalCode.BREAKER_TRIPPED
    approved(desk.target("AAPL", "0"))


def test_an_order_is_cancelled_once_and_a_cancel_of_nothing_does_nothing() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "buy", "5", limit="169", id="MINE"))

    assert len(desk.tell(CancelRequest(desk.now_ns, order.client_order_id))) == 1
    assert desk.tell(CancelRequest(desk.now_ns, order.client_order_id)) == ()
    assert desk.tell(CancelRequest(desk.now_ns, ClientOrderId("NOBODY"))) == ()


# ------------------------------------------------------------------ properties

moves = st.lists(
    st.tuples(
        st.sampled_from(["bar", "target", "order", "works", "fill", "report", "halt", "resume", "kill"]),
        st.sampled_from(["AAPL", "SPY", "BTCUSDT"]),
        st.integers(-40, 40),
    ),
    max_size=60,
)
PRICES = {"AAPL": 170, "SPY": 270, "BTCUSDT": 100_000}


def play(desk: Desk, script: list[tuple[str, str, int]]) -> None:
    """Act a random script; what does not apply is passed over."""
    seen: list[Approved] = []
    for verb, symbol, number in script:
        price = str(PRICES[symbol] + number)
        scale = 1_000 if symbol == "BTCUSDT" else 1
        match verb:
            case "bar":
                effects = desk.bar(symbol, price)
            case "target":
                effects = desk.target(symbol, str(number / scale))
            case "order" if number:
                effects = desk.order(symbol, "buy" if number > 0 else "sell", str(abs(number) / scale), limit=price)
            case "works" if seen:
                desk.works(seen[number % len(seen)])
                effects = ()
            case "fill" if seen:
                order = seen[number % len(seen)]
                view = desk.machine.order(order.client_order_id)
                left = order.qty_units - (view.filled_units if view else order.qty_units)
                effects = desk.fill(order, str(PRICES[order.symbol] + number)) if left == order.qty_units else ()
            case "report" if seen:
                status = [OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.FILLED][number % 3]
                effects = desk.report(seen[number % len(seen)], status)
            case "halt" | "resume" | "kill":
                effects = desk.tell(Command(desk.now_ns, CommandKind(verb), "ops", "script"))
            case _:
                effects = ()
        seen += [effect for effect in effects if isinstance(effect, Approved)]


@settings(max_examples=60)
@given(moves)
def test_recovery_and_a_snapshot_reach_the_state_that_deciding_reached(script: list[tuple[str, str, int]]) -> None:
    desk = Desk(WIDE)
    play(desk, script)
    expected = desk.machine.state_fingerprint()

    recovered = desk.fresh()
    for fact, effects in desk.told:
        recovered.recover(fact, effects)
    machine = desk.machine
    restored = Machine.restore(machine.accounts, machine.instruments, machine.epoch, machine.snapshot())

    assert recovered.state_fingerprint() == expected
    assert recovered.orders() == machine.orders()
    assert restored.state_fingerprint() == expected


@settings(max_examples=60)
@given(moves)
def test_whatever_happens_money_is_conserved_and_worst_cases_add_up(script: list[tuple[str, str, int]]) -> None:
    desk = Desk(WIDE)
    play(desk, script)
    machine = desk.machine

    for account, currency in ((STOCKS, "USD"), (COINS, "USDT")):
        held = [view for view in machine.positions() if view.account == account]
        spent = sum(view.cost_units - view.realized_units for view in held)
        assert machine.cash(account, currency) + spent == 100_000 * CASH_SCALE  # type: ignore[arg-type]
        marked = sum(view.market_value_units for view in held)
        assert machine.equity_units(account) == machine.cash(account, currency) + marked  # type: ignore[arg-type]
    working = machine.registry.working()
    for view in machine.positions():
        for side, units in ((Side.BUY, view.working_buy_units), (Side.SELL, view.working_sell_units)):
            mine = [order for order in working if (order.symbol, order.side) == (view.symbol, side)]
            assert units == sum(order.qty_units - order.filled_units for order in mine)
