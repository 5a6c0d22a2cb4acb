"""Pace: orders and messages by second and minute, orders alike, executions of one symbol. Read as a blotter."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk import STOCKS, Desk, approved, refused

from seatrial.core import records as r
from seatrial.domain.effects import Approved, CancelOrder, Refused
from seatrial.domain.facts import CancelRequest, Timer
from seatrial.domain.limits import RiskLimits
from seatrial.domain.orders import OrderStatus
from seatrial.domain.refusals import RefusalCode as C
from seatrial.domain.time import MINUTE_NS, SECOND_NS

FREE = RiskLimits(max_open_positions=10)


def test_cancels_are_counted_as_messages_and_never_refused() -> None:
    desk = Desk(replace(FREE, messages_per_second_max=3))
    desk.bar("AAPL", "170")
    first = approved(desk.order("AAPL", "buy", "1", limit="169"))
    second = approved(desk.order("AAPL", "buy", "2", limit="169"))
    (cancel,) = desk.tell(CancelRequest(desk.now_ns, first.client_order_id))
    assert isinstance(cancel, CancelOrder)

    no = refused(desk.order("AAPL", "buy", "3", limit="169"))
    (again,) = desk.tell(CancelRequest(desk.now_ns, second.client_order_id))

    assert (no.code, no.limit, no.actual) == (C.MESSAGE_RATE_SECOND, 3, 4)
    assert isinstance(again, CancelOrder)


def test_the_next_second_is_free_again_and_the_minute_is_not() -> None:
    desk = Desk(replace(FREE, orders_per_second_max=1, messages_per_minute_max=2))
    desk.bar("AAPL", "170")
    approved(desk.order("AAPL", "buy", "1", limit="169"))
    assert refused(desk.order("AAPL", "buy", "2", limit="169")).code is C.ORDER_RATE_SECOND
    desk.tell(Timer(desk.now_ns + SECOND_NS))
    approved(desk.order("AAPL", "buy", "3", limit="169"))
    desk.tell(Timer(desk.now_ns + 2 * SECOND_NS))

    no = refused(desk.order("AAPL", "buy", "4", limit="169"))

    assert (no.code, no.limit, no.actual) == (C.MESSAGE_RATE, 2, 3)


def test_the_same_order_again_is_refused_until_its_window_has_passed() -> None:
    desk = Desk(replace(FREE, duplicate_orders_max=2, duplicate_window_ns=5 * SECOND_NS))
    desk.bar("AAPL", "170")
    approved(desk.order("AAPL", "buy", "1", limit="169"))
    approved(desk.order("AAPL", "buy", "1", limit="168"))  # another price
    approved(desk.order("AAPL", "buy", "1", limit="169"))
    no = refused(desk.order("AAPL", "buy", "1", limit="169"))
    approved(desk.order("AAPL", "buy", "2", limit="169"))  # another quantity
    desk.tell(Timer(desk.now_ns + 5 * SECOND_NS))

    approved(desk.order("AAPL", "buy", "1", limit="169"))
    assert (no.code, no.limit, no.actual) == (C.DUPLICATE_ORDER, 2, 3)


def test_a_symbol_that_executed_too_often_waits_for_the_next_window_and_can_be_left() -> None:
    desk = Desk(replace(FREE, executions_per_symbol_max=2))
    desk.bar("AAPL", "170")
    for qty in ("1", "2"):
        order = approved(desk.order("AAPL", "buy", qty))
        desk.works(order)
        desk.fill(order, "170")

    no = refused(desk.order("AAPL", "buy", "3"))
    approved(desk.order("AAPL", "sell", "3"))
    desk.bar("AAPL", "170")

    approved(desk.order("AAPL", "buy", "3"))
    assert (no.code, no.limit, no.actual) == (C.REPEATED_EXECUTION, 2, 3)


def test_an_order_that_executes_in_parts_executed_once() -> None:
    desk = Desk(replace(FREE, executions_per_symbol_max=1))
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "buy", "3"))
    for _ in range(3):
        desk.fill(order, "170", "1")
    row = desk.machine.row_of(STOCKS, order.symbol)

    assert desk.machine.state.positions[row, r.P_EXECUTIONS] == 1


# ------------------------------------------------------------------ the property

PACE = replace(
    FREE, orders_per_second_max=3, orders_per_minute_max=9, messages_per_second_max=4, messages_per_minute_max=12,
    duplicate_orders_max=2, duplicate_window_ns=20 * SECOND_NS, executions_per_symbol_max=5, orders_working_max=6,
)  # fmt: skip
scripts = st.lists(
    st.tuples(st.sampled_from(["buy", "sell", "cancel", "fill", "wait"]), st.integers(1, 3), st.integers(0, 2)),
    max_size=70,
)


@settings(max_examples=60)
@given(scripts)
def test_no_sequence_of_entries_is_faster_than_its_limits(script: list[tuple[str, int, int]]) -> None:
    desk = Desk(PACE)
    desk.bar("AAPL", "170")
    at_ns = desk.now_ns
    entries: list[tuple[int, tuple[object, ...]]] = []
    messages: list[int] = []
    open_orders: list[Approved] = []
    for verb, qty, number in script:
        held_before = desk.qty("AAPL")
        match verb:
            case "wait":
                at_ns += qty * SECOND_NS
                effects = desk.tell(Timer(at_ns))
            case "buy" | "sell":
                effects = desk.order("AAPL", verb, str(qty), limit=str(170 + number))
            case "cancel" if open_orders:
                effects = desk.tell(CancelRequest(at_ns, open_orders[number % len(open_orders)].client_order_id))
                assert not any(isinstance(effect, Refused) for effect in effects)
            case "fill" if open_orders:
                effects = desk.fill(open_orders.pop(number % len(open_orders)), "170")
            case _:
                effects = ()
        for effect in effects:
            messages += [at_ns] * isinstance(effect, Approved | CancelOrder)
            if isinstance(effect, Approved):
                open_orders.append(effect)
                if held_before * effect.side >= 0:  # adds to what is held: an entry for certain
                    like = (effect.side, effect.qty_units, effect.limit_units)
                    entries.append((at_ns, like))
                    second = [one for one, _ in entries if one // SECOND_NS == at_ns // SECOND_NS]
                    alike = [one for one, seen in entries if seen == like and at_ns - one < PACE.duplicate_window_ns]
                    assert len(second) <= PACE.orders_per_second_max
                    assert len(alike) <= PACE.duplicate_orders_max
                    told = [one for one in messages if one // SECOND_NS == at_ns // SECOND_NS]
                    assert len(told) <= PACE.messages_per_second_max
                    told = [one for one in messages if one // MINUTE_NS == at_ns // MINUTE_NS]
                    assert len(told) <= PACE.messages_per_minute_max
                    assert len(desk.machine.registry.working()) <= PACE.orders_working_max


def test_an_order_that_the_venue_rejected_counts_as_sent() -> None:
    desk = Desk(replace(FREE, duplicate_orders_max=1))
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "buy", "1"))
    desk.works(order)
    desk.report(order, OrderStatus.REJECTED)

    assert refused(desk.order("AAPL", "buy", "1")).code is C.DUPLICATE_ORDER
