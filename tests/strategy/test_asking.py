"""Every word a strategy may say of an order, as the request it is; every slip by the argument that made it."""

from datetime import UTC, datetime

import pytest
from tests.strategy.test_runner import AAPL, bar, run

from seatrial.domain.facts import CancelRequest
from seatrial.domain.faults import RequestFault
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderClass, OrderType, Side, TimeInForce
from seatrial.domain.time import HOUR_NS, MINUTE_NS

LATER = MINUTE_NS + HOUR_NS
TICK = AAPL.parse_price("1")


def asked(say, **positions):
    handles = []
    facts, _ = run(lambda context, _: handles.append(say(context)), [bar(AAPL)], positions=positions)
    return facts[0], handles[0]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({"limit_price": 99}, {"type": OrderType.LIMIT, "limit_units": 99 * TICK}),
        ({"stop_price": 99}, {"type": OrderType.STOP, "stop_units": 99 * TICK}),
        (
            {"limit_price": 99, "stop_price": 98},
            {"type": OrderType.STOP_LIMIT, "limit_units": 99 * TICK, "stop_units": 98 * TICK},
        ),
        ({"trail_amount": "2"}, {"type": OrderType.TRAILING_STOP, "trail_units": 2 * TICK}),
        ({"trail_percent": 1.5}, {"trail_ppm": 15_000, "time_in_force": TimeInForce.GTC}),
        ({"take_profit": 110, "stop_loss": 95}, {"order_class": OrderClass.BRACKET, "take_profit_units": 110 * TICK}),
        ({"stop_loss": 95, "stop_loss_limit": 94}, {"order_class": OrderClass.OTO, "stop_loss_limit_units": 94 * TICK}),
        ({"limit_price": 99, "post_only": True}, {"post_only": True}),
        ({"reduce_only": True}, {"reduce_only": True}),
        ({"limit_price": 99, "extended_hours": True}, {"extended_hours": True}),
        ({"time_in_force": "opg"}, {"time_in_force": TimeInForce.OPG}),
        ({"good_till": LATER}, {"time_in_force": TimeInForce.GTD, "expires_at_ns": LATER}),
        ({"time_in_force": "gtd", "good_till": "1970-01-01T01:01:00Z"}, {"expires_at_ns": LATER}),
        ({"good_till": datetime(1970, 1, 1, 1, 1, tzinfo=UTC)}, {"expires_at_ns": LATER}),
    ],
)
def test_what_is_said_is_what_is_asked_for(words, fields):
    request, _ = asked(lambda context: context.buy("AAPL", 3, **words))

    assert {name: getattr(request, name) for name in fields} == fields


def test_an_amount_of_cash_stands_for_the_quantity():
    request, handle = asked(lambda context: context.buy("AAPL", notional="1000.50"))

    assert (request.qty_units, request.notional_units) == (0, 100_050 * CASH_SCALE // 100)
    assert (handle.quantity, handle.notional) == (0, 1000.5)


def test_an_oco_protects_what_is_held_on_either_side():
    held = 20 * AAPL.qty_scale
    request, handle = asked(lambda context: context.oco("AAPL", take_profit=110, stop_loss=95), AAPL=held)
    short, _ = asked(lambda context: context.oco("AAPL", 5, take_profit=90, stop_loss=105), AAPL=-held)

    assert (request.side, request.qty_units, request.order_class) == (Side.SELL, held, OrderClass.OCO)
    assert (handle.take_profit, handle.stop_loss, handle.has_legs) == (110, 95, True)
    assert (short.side, short.qty_units) == (Side.BUY, held // 4)


def test_an_entry_taken_back_keeps_its_handle_because_its_exits_may_work_on():
    kept = []

    def decide(context, _):
        entry = context.buy("AAPL", 3, stop_loss=95)
        context.open_batch(2 * MINUTE_NS, {})
        context.cancel(entry)
        kept.append(context.working())

    facts, _ = run(decide, [bar(AAPL)])

    assert [type(fact) for fact in facts] == [CancelRequest]
    assert [len(each) for each in kept] == [1]


@pytest.mark.parametrize(
    ("field", "say"),
    [
        ("quantity", lambda context: context.buy("AAPL")),
        ("quantity", lambda context: context.buy("AAPL", 1, notional=100)),
        ("notional", lambda context: context.buy("AAPL", notional=-1)),
        ("trail_percent", lambda context: context.sell("AAPL", 1, trail_amount=1, trail_percent=1)),
        ("trail_percent", lambda context: context.sell("AAPL", 1, trail_percent=100)),
        ("limit_price", lambda context: context.sell("AAPL", 1, trail_amount=1, limit_price=90)),
        ("take_profit", lambda context: context.buy("AAPL", 1, trail_amount=1, take_profit=90)),
        ("stop_loss_limit", lambda context: context.buy("AAPL", 1, stop_loss_limit=90)),
        ("post_only", lambda context: context.buy("AAPL", 1, post_only=True)),
        ("post_only", lambda context: context.buy("AAPL", 1, limit_price=9, post_only="yes")),
        ("reduce_only", lambda context: context.buy("AAPL", 1, reduce_only=True, stop_loss=90)),
        ("extended_hours", lambda context: context.buy("AAPL", 1, extended_hours=True)),
        ("good_till", lambda context: context.buy("AAPL", 1, time_in_force="gtd")),
        ("good_till", lambda context: context.buy("AAPL", 1, time_in_force="gtc", good_till=LATER)),
        ("good_till", lambda context: context.buy("AAPL", 1, good_till=MINUTE_NS)),
        ("good_till", lambda context: context.buy("AAPL", 1, good_till="tomorrow")),
        ("good_till", lambda context: context.buy("AAPL", 1, good_till=datetime(2030, 1, 1))),  # noqa: DTZ001
        ("time_in_force", lambda context: context.sell("AAPL", 1, trail_amount=1, time_in_force="day")),
        ("time_in_force", lambda context: context.buy("AAPL", 1, stop_price=9, time_in_force="cls")),
        ("time_in_force", lambda context: context.buy("BTCUSDT", 1, time_in_force="opg")),
        ("price", lambda context: context.buy("AAPL", 1, price=9)),
        ("oco", lambda context: context.oco("AAPL", take_profit=110, stop_loss=95)),
    ],
)
def test_a_slip_names_the_argument_and_what_is_accepted(field, say):
    with pytest.raises(RequestFault) as caught:
        run(lambda context, _: say(context), [bar(AAPL)])

    assert caught.value.field == field
    assert caught.value.accepted
