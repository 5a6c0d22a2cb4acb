"""Orders parked inside the machine, as blotters: trailing stops, brackets, OTO, OCO, reduce-only, cash and expiry."""

from dataclasses import replace

import pytest
from tests.core.desk import INSTRUMENTS, STOCKS, Desk, approved, of_kind, refused

from seatrial.core.machine import Machine
from seatrial.domain.effects import Approved, CancelOrder, Effect, Parked, Refused, Unparked
from seatrial.domain.facts import CommandKind, Split
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from seatrial.domain.refusals import RefusalCode

SHARE = 10**9
# The position's own stops of the limits are off here: only what was asked for is at work.
OPEN = replace(
    RiskLimits(),
    max_notional_per_position_units=50_000 * CASH_SCALE,
    max_total_exposure_units=90_000 * CASH_SCALE,
    max_loss_per_trade_units=5_000 * CASH_SCALE,
    default_stop_loss_ppm=0,
    enable_trailing_stop=False,
)


def price(text: str) -> int:
    return INSTRUMENTS["AAPL"][1].parse_price(text)


def holding(qty: str = "20", price: str = "170") -> Desk:
    desk = Desk(OPEN)
    desk.hold("AAPL", qty, price)
    return desk


def parked(effects: tuple[Effect, ...]) -> Parked:
    (effect,) = effects
    assert isinstance(effect, Parked), effect
    return effect


def bracket(desk: Desk, qty: str = "10", **rest: str) -> tuple[Approved, Parked, Parked]:
    """A bought bracket around 170 whose entry works."""
    wanted = {"cls": "BRACKET", "profit": "180", "loss": "160", "id": "ENTRY", **rest}
    entry, profit, loss = desk.order("AAPL", "buy", qty, **wanted)
    assert isinstance(entry, Approved)
    assert isinstance(profit, Parked)
    assert isinstance(loss, Parked)
    desk.works(entry)
    return entry, profit, loss


def bought(desk: Desk, qty: str = "10") -> tuple[Approved, Parked, Parked, Approved]:
    """A bracket whose entry has filled, and the take-profit that works for it."""
    entry, profit, loss = bracket(desk, qty)
    taking = approved(desk.fill(entry, "170"))
    desk.works(taking)
    return entry, profit, loss, taking


# ----------------------------------------------------------------- trailing stops


@pytest.mark.parametrize(
    ("trail", "bars", "sold"),
    [
        ("5", [("168", "168", "169")], False),  # 170 - 5 = 165 was not touched
        ("5", [("165", "165", "168")], True),  # a touch is enough
        ("5", [("169", "176", "172"), ("171", "173", "171")], True),  # followed to 171
        ("5", [("171", "178", "174"), ("173.01", "174", "174")], False),  # to 173, not yet touched
        ("5", [("168", "180", "175")], True),  # the bar's own high counts against its close alone
        ("2%", [("166.61", "170", "168")], False),  # 170 x 0.98 = 166.60
        ("2%", [("166.60", "170", "168")], True),
        ("2%", [("178", "200", "199"), ("196", "199", "197")], True),  # 200 x 0.98
    ],
)
def test_a_trailing_sell_follows_the_best_price_and_triggers_on_touch(
    trail: str, bars: list[tuple[str, str, str]], sold: bool
) -> None:
    desk = holding()
    stop = parked(desk.order("AAPL", "sell", "20", trail=trail, id="TRAIL"))

    effects: tuple[Effect, ...] = ()
    for low, high, close in bars:
        effects = desk.bar("AAPL", close, low=low, high=high)

    assert [type(effect) for effect in effects] == [Approved] * sold
    if sold:
        child = approved(effects)
        assert (child.type, child.side, child.qty_units) == (OrderType.MARKET, Side.SELL, 20 * SHARE)
        assert (child.parent, child.reason) == (stop.client_order_id, "trailing_stop")
        (ended,) = desk.fill(child, "165")
        assert isinstance(ended, Unparked)
        assert (desk.status(stop), desk.qty("AAPL")) == (OrderStatus.FILLED, 0)


def test_a_trailing_buy_follows_the_lowest_price() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    parked(desk.order("AAPL", "buy", "10", trail="2"))

    assert desk.bar("AAPL", "165.50", low="165", high="170") == ()
    child = approved(desk.bar("AAPL", "166.50", low="165.50", high="167"))

    assert (child.side, child.qty_units) == (Side.BUY, 10 * SHARE)


def test_a_parked_order_that_may_open_counts_in_the_worst_case_until_its_order_takes_its_place() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    parked(desk.order("AAPL", "buy", "200", trail="2"))

    assert desk.machine.position(STOCKS, "AAPL").working_buy_units == 200 * SHARE  # type: ignore[arg-type]
    assert refused(desk.order("AAPL", "buy", "100")).code is RefusalCode.MAX_POSITION_NOTIONAL
    child = approved(desk.bar("AAPL", "173"))
    desk.works(child)
    assert desk.machine.position(STOCKS, "AAPL").working_buy_units == 200 * SHARE  # type: ignore[arg-type]
    desk.fill(child, "173")
    assert desk.machine.position(STOCKS, "AAPL").working_buy_units == 0  # type: ignore[arg-type]


def test_a_triggered_entry_that_risk_refuses_is_over_and_an_exit_that_came_to_nothing_is_tried_again() -> None:
    desk = Desk(replace(OPEN, max_loss_per_trade_units=10**15))
    desk.bar("AAPL", "170")
    opening = parked(desk.order("AAPL", "buy", "290", trail="2"))
    refusal, ended = desk.bar("AAPL", "173")
    assert isinstance(refusal, Refused)
    assert isinstance(ended, Unparked)
    assert desk.status(opening) is OrderStatus.REJECTED

    desk = holding()
    stop = parked(desk.order("AAPL", "sell", "20", trail="5"))
    first = approved(desk.bar("AAPL", "165"))
    assert desk.report(first, OrderStatus.REJECTED) == ()
    again = approved(desk.bar("AAPL", "166"))
    assert (again.parent, again.qty_units) == (stop.client_order_id, 20 * SHARE)
    assert again.client_order_id != first.client_order_id


# ---------------------------------------------------------------------- brackets


def test_a_bracket_brings_its_exits_for_exactly_what_has_filled() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    entry, profit, loss = bracket(desk)

    first = approved(desk.fill(entry, "170", "3"))
    desk.works(first)
    second = approved(desk.fill(entry, "170", "7"))

    assert [(each.type, each.side, each.limit_units) for each in (first, second)] == [
        (OrderType.LIMIT, Side.SELL, price("180"))
    ] * 2
    assert (first.qty_units, second.qty_units) == (3 * SHARE, 7 * SHARE)
    assert first.reduce_only
    assert (first.parent, desk.status(loss), loss.parent) == (
        profit.client_order_id,
        OrderStatus.WORKING,
        entry.client_order_id,
    )


def test_the_take_profit_that_fills_ends_the_stop_loss() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    _, profit, loss, taking = bought(desk)

    assert desk.fill(taking, "180", "4") == ()
    effects = desk.fill(taking, "180", "6")

    assert [type(effect) for effect in effects] == [Unparked, Unparked]
    assert (desk.status(profit), desk.status(loss)) == (OrderStatus.FILLED, OrderStatus.CANCELED)
    assert desk.bar("AAPL", "150", low="140") == ()


def test_a_stop_that_is_touched_takes_the_take_profit_back_and_sells_when_that_is_in() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    _, profit, loss, taking = bought(desk)

    (cancel,) = desk.bar("AAPL", "165", low="160")
    assert isinstance(cancel, CancelOrder)
    assert desk.bar("AAPL", "161") == ()  # waits for the venue's word
    desk.fill(taking, "180", "4")  # which a fill may still win
    selling = approved(desk.report(cancel, OrderStatus.CANCELED))
    desk.works(selling)

    assert (selling.type, selling.side, selling.qty_units) == (OrderType.MARKET, Side.SELL, 6 * SHARE)
    assert (selling.parent, selling.reason) == (loss.client_order_id, "leg_stop")
    desk.fill(selling, "160")
    assert desk.qty("AAPL") == 0
    assert (desk.status(profit), desk.status(loss)) == (OrderStatus.FILLED, OrderStatus.FILLED)


def test_a_stop_loss_with_a_limit_sends_a_limit_order() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    entry, _, _ = bracket(desk, then="159.50")
    taking = approved(desk.fill(entry, "170"))
    (cancel,) = desk.bar("AAPL", "160")
    assert isinstance(cancel, CancelOrder)
    selling = approved(desk.report(taking, OrderStatus.CANCELED))

    assert (selling.type, selling.limit_units) == (OrderType.LIMIT, price("159.50"))


def test_a_cancelled_entry_ends_the_exits_of_nothing_and_keeps_those_of_what_has_filled() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    entry, profit, loss = bracket(desk)
    assert len(of_kind(desk.cancel(entry), CancelOrder)) == 1
    ended = desk.report(entry, OrderStatus.CANCELED)
    assert [type(effect) for effect in ended] == [Unparked, Unparked]

    entry, profit, loss = bracket(desk, id="SECOND")
    approved(desk.fill(entry, "170", "4"))
    desk.cancel(entry)
    assert desk.report(entry, OrderStatus.CANCELED) == ()
    assert (desk.status(profit), desk.status(loss)) == (OrderStatus.WORKING, OrderStatus.WORKING)


def test_a_cancel_of_one_leg_or_of_an_entry_that_is_done_ends_both_exits() -> None:
    for name in ("entry", "loss", "child"):
        desk = Desk(OPEN)
        desk.bar("AAPL", "170")
        entry, profit, loss, taking = bought(desk)

        effects = desk.cancel({"entry": entry, "loss": loss, "child": taking}[name])

        assert [each.client_order_id for each in of_kind(effects, CancelOrder)] == [taking.client_order_id]
        assert {each.client_order_id for each in of_kind(effects, Unparked)} == {
            profit.client_order_id,
            loss.client_order_id,
        }


def test_an_exit_waits_while_halted_and_follows_the_resume() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    entry, _, _ = bracket(desk)
    desk.say(CommandKind.HALT)

    assert desk.fill(entry, "170") == ()  # the take-profit is owed
    assert desk.bar("AAPL", "160") == ()
    desk.say(CommandKind.RESUME)
    taking = approved(desk.bar("AAPL", "170"))
    (cancel,) = desk.bar("AAPL", "160")

    assert (taking.reason, taking.qty_units) == ("take_profit", 10 * SHARE)
    assert isinstance(cancel, CancelOrder)


def test_kill_ends_what_is_parked_too() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    bought(desk)
    desk.bar("SPY", "270")
    parked(desk.order("SPY", "buy", "1", trail="2"))

    effects = desk.say(CommandKind.KILL)

    assert (len(of_kind(effects, CancelOrder)), len(of_kind(effects, Unparked))) == (1, 3)
    assert [order for order in desk.machine.registry.working() if order.parked] == []


def test_a_breaker_that_trips_takes_parked_entries_back_and_leaves_exits() -> None:
    desk = Desk(replace(OPEN, max_daily_loss_units=100 * CASH_SCALE, breaker_daily_loss_units=100 * CASH_SCALE))
    desk.bar("SPY", "270")
    opening = parked(desk.order("SPY", "buy", "1", trail="20"))
    desk.bar("AAPL", "170")
    _, profit, loss, _ = bought(desk, "20")

    effects = desk.bar("AAPL", "164")

    assert [each.client_order_id for each in of_kind(effects, Unparked)] == [opening.client_order_id]
    assert (desk.status(profit), desk.status(loss)) == (OrderStatus.WORKING, OrderStatus.WORKING)


def test_a_target_that_asks_for_less_takes_the_exits_back_first() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    *_, taking = bought(desk)

    effects = desk.target("AAPL", "0")
    assert len(of_kind(effects, Unparked)) == 2
    closing = approved(desk.report(taking, OrderStatus.CANCELED))

    assert (closing.side, closing.qty_units) == (Side.SELL, 10 * SHARE)


def test_exits_that_would_sell_more_than_is_held_are_cut_to_it() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    *_, taking = bought(desk)
    selling = approved(desk.order("AAPL", "sell", "6"))
    desk.works(selling)

    (cancel,) = desk.fill(selling, "170")
    assert isinstance(cancel, CancelOrder)
    assert desk.report(cancel, OrderStatus.CANCELED) == ()
    again = approved(desk.bar("AAPL", "170"))

    assert (taking.qty_units, again.qty_units) == (10 * SHARE, 4 * SHARE)


def test_a_split_moves_the_exits_with_the_shares() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    *_, loss, taking = bought(desk)
    effects = desk.tell(Split(desk.now_ns, STOCKS, taking.symbol, 2, 1))
    assert len(of_kind(effects, CancelOrder)) == 1
    desk.report(taking, OrderStatus.CANCELED)

    again = approved(desk.bar("AAPL", "85"))
    view = desk.machine.order(loss.client_order_id)

    assert (again.qty_units, again.limit_units) == (20 * SHARE, price("90"))
    assert view is not None
    assert (view.qty_units, view.stop_units) == (20 * SHARE, price("80"))


# ------------------------------------------------------------------- OTO and OCO


def test_an_oto_brings_one_exit() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    entry, loss = desk.order("AAPL", "buy", "10", cls="OTO", loss="160")
    assert isinstance(entry, Approved)
    assert isinstance(loss, Parked)

    assert desk.fill(entry, "170") == ()
    selling = approved(desk.bar("AAPL", "159"))

    assert (selling.reason, selling.qty_units) == ("leg_stop", 10 * SHARE)


def test_an_oco_is_for_what_is_held_and_bears_the_name_it_was_given() -> None:
    desk = holding()

    profit, loss, taking = desk.order("AAPL", "sell", "25", cls="OCO", profit="180", loss="160", id="MINE")

    assert isinstance(profit, Parked)
    assert isinstance(loss, Parked)
    assert isinstance(taking, Approved)
    assert (profit.client_order_id, loss.parent, taking.parent) == ("MINE", "MINE", "MINE")
    assert (profit.qty_units, taking.qty_units) == (20 * SHARE, 20 * SHARE)
    desk.works(taking)
    (cancel,) = desk.bar("AAPL", "160")
    assert isinstance(cancel, CancelOrder)
    assert approved(desk.report(taking, OrderStatus.CANCELED)).reason == "leg_stop"


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ({"cls": "BRACKET", "profit": "180"}, RefusalCode.PRICES_DISAGREE),
        ({"cls": "BRACKET", "profit": "165", "loss": "160"}, RefusalCode.PRICES_DISAGREE),
        ({"cls": "BRACKET", "profit": "180", "loss": "171"}, RefusalCode.PRICES_DISAGREE),
        ({"cls": "BRACKET", "profit": "180.001", "loss": "160"}, RefusalCode.OFF_TICK),
        ({"cls": "BRACKET", "profit": "200", "loss": "160"}, RefusalCode.PRICE_COLLAR),
        ({"cls": "OTO", "profit": "180", "loss": "160"}, RefusalCode.PRICES_DISAGREE),
        ({"trail": "170"}, RefusalCode.PRICES_DISAGREE),
        ({"trail": "100%"}, RefusalCode.PRICES_DISAGREE),
        ({"trail": "2", "cls": "BRACKET", "profit": "180", "loss": "160"}, RefusalCode.PRICES_DISAGREE),
        ({"cls": "OCO", "profit": "160", "loss": "180"}, RefusalCode.NOTHING_TO_REDUCE),
        ({"reduce": "yes"}, RefusalCode.NOTHING_TO_REDUCE),
        ({"minutes": "0", "tif": "GTD"}, RefusalCode.EXPIRES_IN_THE_PAST),
        (
            {"minutes": "0", "tif": "GTD", "cls": "BRACKET", "profit": "165", "loss": "160"},
            RefusalCode.PRICES_DISAGREE,
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(rest: dict[str, str], code: RefusalCode) -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")

    assert refused(desk.order("AAPL", "buy", "10", **rest)).code is code


@pytest.mark.parametrize("wanted", ["11", "520", "1000", "2555", "900000"])
def test_a_target_for_more_leaves_the_exits_however_much_more_it_is(wanted: str) -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    bought(desk, "3")

    told = desk.target("AAPL", wanted)

    assert not of_kind(told, Unparked), "the product of two quantities passes 64 bits"


def test_parked_orders_are_bounded() -> None:
    desk = Desk(replace(OPEN, orders_working_max=3))
    desk.bar("AAPL", "170")
    bracket(desk)

    assert refused(desk.order("AAPL", "buy", "1", cls="BRACKET", profit="180", loss="160")).code is (
        RefusalCode.TOO_MANY_ORDERS
    )


# ------------------------------------------- reduce-only, amounts of cash, expiry


def test_reduce_only_is_cut_to_what_is_held() -> None:
    desk = holding()

    assert approved(desk.order("AAPL", "sell", "30", reduce="yes")).qty_units == 20 * SHARE
    assert refused(desk.order("AAPL", "sell", "1", reduce="yes")).code is RefusalCode.NOTHING_TO_REDUCE


def test_an_amount_of_cash_buys_whole_lots_at_the_last_price_rounded_down() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    desk.bar("BTCUSDT", "30000")

    assert approved(desk.order("AAPL", "buy", "0", notional="1000")).qty_units == 5 * SHARE
    assert approved(desk.order("BTCUSDT", "buy", "0", notional="1000")).qty_units == 3_333_000
    assert refused(desk.order("AAPL", "buy", "0", notional="100")).code is RefusalCode.QUANTITY_TOO_SMALL


def test_what_is_good_until_a_time_is_taken_back_with_the_bar_that_reaches_it() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "buy", "5", limit="168", tif="GTD", minutes="2"))
    trail = parked(desk.order("AAPL", "buy", "5", trail="5", tif="GTD", minutes="2"))
    desk.works(order)

    assert order.time_in_force is TimeInForce.GTC  # the machine keeps the time: neither venue has GTD
    assert desk.bar("AAPL", "170") == ()
    cancel, ended = desk.bar("AAPL", "170")

    assert isinstance(cancel, CancelOrder)
    assert isinstance(ended, Unparked)
    assert (cancel.reason, desk.status(trail)) == ("expired", OrderStatus.EXPIRED)


# ------------------------------------------------------------- what survives a restart


def test_parked_orders_survive_recovery_and_a_snapshot() -> None:
    desk = Desk(OPEN)
    desk.bar("AAPL", "170")
    bought(desk)
    desk.bar("AAPL", "175", high="178")
    recovered = desk.fresh()
    for fact, effects in desk.told:
        recovered.recover(fact, effects)
    machine = desk.machine
    restored = Machine.restore(machine.accounts, machine.instruments, machine.epoch, machine.snapshot())

    for other in (recovered, restored):
        assert other.state_fingerprint() == machine.state_fingerprint()
        assert other.orders() == machine.orders()
        assert len([order for order in other.registry.working() if order.parked]) == 2
