"""Alpaca's own words, as its documentation writes them, read by our adapter."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueRefused, VenueUnreadable
from seatrial.domain.ids import AccountId, ClientOrderId
from seatrial.domain.instrument import us_equity
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from seatrial.venues.alpaca import stream, wire
from seatrial.venues.alpaca.records import (
    AccountRecord,
    ActivityRecord,
    AssetRecord,
    BarRecord,
    BarsRecord,
    ClockRecord,
    OrderRecord,
)
from seatrial.venues.alpaca.request import order_body
from seatrial.venues.alpaca.taking import lacks
from seatrial.venues.answer import Answer, decode
from seatrial.venues.port import BarEvent, FillEvent, OrderEvent, TickEvent

AAPL = us_equity("AAPL")
KNOWN = {AAPL.symbol: AAPL}

ORDER = (
    '{"id":"61e69015-8549-4bfd-b9c3-01e75843f47d","client_order_id":"ELEGANT-LAMP",'
    '"created_at":"2021-03-16T18:38:01.942282Z","updated_at":"2021-03-16T18:38:01.942282123Z",'
    '"submitted_at":"2021-03-16T18:38:01.937734Z","filled_at":null,"expired_at":null,"canceled_at":null,'
    '"failed_at":null,"replaced_at":null,"replaced_by":null,"replaces":null,'
    '"asset_id":"b0b6dd9d-8b9b-48a9-ba46-b9d54906e415","symbol":"AAPL","asset_class":"us_equity","notional":null,'
    '"qty":"10","filled_qty":"0","filled_avg_price":null,"order_class":"","order_type":"limit","type":"limit",'
    '"side":"buy","time_in_force":"day","limit_price":"150.1","stop_price":null,"status":"pending_new",'
    '"extended_hours":false,"legs":null,"trail_percent":null,"trail_price":null,"hwm":null}'
)
UPDATE = (
    '{"stream":"trade_updates","data":{"event":"partial_fill","execution_id":"2f63ea93-423d-4169-b3f6-3fdafc10c418",'
    '"order":%s,"position_qty":"4","price":"150.0999","qty":"4","timestamp":"2021-03-16T18:38:02.5Z"}}'
)
ACTIVITY = (
    '{"id":"20210316183802500::2f63ea93-423d-4169-b3f6-3fdafc10c418","account_id":"a","activity_type":"FILL",'
    '"transaction_time":"2021-03-16T18:38:02.5Z","type":"partial_fill","price":"150.0999","qty":"4","side":"buy",'
    '"symbol":"AAPL","leaves_qty":"6","order_id":"61e69015-8549-4bfd-b9c3-01e75843f47d","cum_qty":"4",'
    '"order_status":"partially_filled"}'
)


def order(**changes: object) -> str:
    return json.dumps(json.loads(ORDER) | changes)


def approved(kind: OrderType, *, limit: int = 0, stop: int = 0) -> Approved:
    return Approved(
        ClientOrderId("ELEGANT-LAMP"),
        AccountId("equity"),
        AAPL.symbol,
        Side.SELL,
        kind,
        TimeInForce.DAY,
        10 * AAPL.qty_scale,
        limit,
        stop,
        1,
        0,
        0,
    )


def test_an_order_reads_as_the_venue_tells_it() -> None:
    told = wire.venue_order(decode(ORDER, OrderRecord, "order"))

    assert (told.side, told.type, told.status) == (Side.BUY, OrderType.LIMIT, OrderStatus.WORKING)
    assert (told.qty_units, told.filled_units) == (10 * AAPL.qty_scale, 0)
    assert told.updated_ns % 10**9 == 942_282_123


@pytest.mark.parametrize(
    ("word", "filled", "status"),
    [
        ("accepted", "0", OrderStatus.WORKING),
        ("new", "0", OrderStatus.WORKING),
        ("held", "0", OrderStatus.WORKING),
        ("pending_cancel", "3", OrderStatus.PARTIALLY_FILLED),
        ("partially_filled", "3", OrderStatus.PARTIALLY_FILLED),
        ("filled", "10", OrderStatus.FILLED),
        ("canceled", "3", OrderStatus.CANCELED),
        ("replaced", "0", OrderStatus.CANCELED),
        ("expired", "0", OrderStatus.EXPIRED),
        ("rejected", "0", OrderStatus.REJECTED),
    ],
)
def test_every_status_word_has_one_meaning(word: str, filled: str, status: OrderStatus) -> None:
    record = decode(order(status=word, filled_qty=filled), OrderRecord, "order")

    assert wire.venue_order(record).status == status


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "melted"}, "order.status"),
        ({"type": "pegged"}, "order.type"),
        ({"side": "lend"}, "order.side"),
        ({"qty": "1.0000000001"}, "order.qty"),
        ({"updated_at": "yesterday"}, "order.updated_at"),
    ],
)
def test_what_we_cannot_read_names_the_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(VenueUnreadable, match=field):
        wire.venue_order(decode(order(**changes), OrderRecord, "order"))


def test_a_missing_field_is_named_too() -> None:
    with pytest.raises(VenueUnreadable, match="client_order_id"):
        decode('{"id":"1"}', OrderRecord, "order")


def test_numbers_may_come_as_numbers() -> None:
    assert decode(order(qty=2.5), OrderRecord, "order").qty == Decimal("2.5")


def test_an_order_by_notional_has_the_quantity_it_filled() -> None:
    record = decode(order(qty=None, notional="100", filled_qty="0.5"), OrderRecord, "order")

    assert wire.venue_order(record).qty_units == AAPL.qty_scale // 2


def test_a_fill_update_is_a_fill_and_then_an_order_in_text_or_binary() -> None:
    told = UPDATE % order(status="partially_filled", filled_qty="4")

    fill, after = stream.trade_update_events(told.encode(), KNOWN)

    assert isinstance(fill, FillEvent)
    assert fill.fill.price_units == 1_500_999
    assert isinstance(after, OrderEvent)
    assert after.order.filled_units == 4 * AAPL.qty_scale
    assert stream.trade_update_events(told, KNOWN) == [fill, after]


def test_a_trade_of_the_history_has_the_id_of_the_stream() -> None:
    streamed = stream.trade_update_events(UPDATE % ORDER, KNOWN)[0]

    listed = wire.activity_fill(decode(ACTIVITY, ActivityRecord, "activity"), ClientOrderId("ELEGANT-LAMP"), AAPL)

    assert isinstance(streamed, FillEvent)
    assert listed == streamed.fill


def test_an_activity_without_a_uuid_is_not_understood() -> None:
    record = decode(ACTIVITY.replace("::", ":"), ActivityRecord, "activity")

    with pytest.raises(VenueUnreadable, match=r"activity\.id"):
        wire.activity_fill(record, ClientOrderId("ELEGANT-LAMP"), AAPL)


def test_a_cancel_refused_by_a_faster_fill_tells_how_the_order_stands() -> None:
    told = UPDATE.replace("partial_fill", "order_cancel_rejected") % order(status="filled", filled_qty="10")

    (event,) = stream.trade_update_events(told, KNOWN)

    assert isinstance(event, OrderEvent)
    assert event.order.status == OrderStatus.FILLED


def test_a_frame_of_the_data_stream_may_carry_many_messages() -> None:
    told = (
        '[{"T":"b","S":"AAPL","o":172.01,"h":172.5,"l":171.9999,"c":172.2,"v":1234,"t":"2021-02-22T19:15:00Z","n":3,'
        '"vw":172.1},{"T":"t","i":96921,"S":"AAPL","x":"D","p":172.0001,"s":1,"t":"2021-02-22T19:15:00.123456789Z",'
        '"c":["@","I"],"z":"C"},{"T":"c","S":"AAPL"},{"T":"b","S":"SPY","o":1,"h":1,"l":1,"c":1,"v":1,'
        '"t":"2021-02-22T19:15:00Z"}]'
    )

    bar, tick = stream.data_events(told, KNOWN)

    assert isinstance(bar, BarEvent)
    assert (bar.bar.low_units, bar.bar.volume_units) == (1_719_999, 1234 * AAPL.qty_scale)
    assert bar.bar.end_ns - bar.bar.start_ns == 60 * 10**9
    assert tick == TickEvent(AAPL.symbol, 1_720_001, AAPL.qty_scale, bar.bar.start_ns + 123_456_789)


def test_an_error_on_the_data_stream_is_a_refusal() -> None:
    with pytest.raises(VenueRefused, match="406: connection limit exceeded"):
        stream.data_events('[{"T":"error","code":406,"msg":"connection limit exceeded"}]', KNOWN)


def test_bars_come_with_a_token_for_the_next_page() -> None:
    told = (
        '{"bars":{"AAPL":[{"t":"2021-02-01T16:01:00Z","o":133.32,"h":133.74,"l":133.31,"c":133.5,"v":9876,"n":1,'
        '"vw":1.5}]},"next_page_token":"QUFQTHxN"}'
    )

    page = decode(told, BarsRecord, "bars")

    assert page.next_page_token == "QUFQTHxN"
    assert wire.bar(page.bars["AAPL"][0], AAPL).open_units == 1_333_200


def test_a_price_between_two_grid_points_is_refused() -> None:
    with pytest.raises(VenueUnreadable, match=r"bar\.o"):
        wire.bar(decode('{"t":"2021-02-01T16:01:00Z","o":1.00001,"h":2,"l":1,"c":1,"v":1}', BarRecord, "bar"), AAPL)


def test_the_clock_keeps_its_offset() -> None:
    told = (
        '{"timestamp":"2018-04-01T12:00:00.000-04:00","is_open":true,"next_open":"2018-04-02T09:30:00-04:00",'
        '"next_close":"2018-04-01T16:00:00-04:00"}'
    )

    clock = wire.venue_clock(decode(told, ClockRecord, "clock"))

    assert clock.next_close_ns - clock.now_ns == 4 * 3600 * 10**9


def test_cash_is_exact_and_in_dollars() -> None:
    assert (
        wire.cash_units(decode('{"id":"a","cash":"-23140.2","currency":"USD"}', AccountRecord, "account"))
        == -2_314_020_000_000
    )
    with pytest.raises(VenueUnreadable, match=r"account\.currency"):
        wire.cash_units(decode('{"id":"a","cash":"1","currency":"CAD"}', AccountRecord, "account"))


def test_an_asset_that_cannot_be_borrowed_cannot_be_shorted() -> None:
    told = (
        '{"id":"x","class":"us_equity","exchange":"NASDAQ","symbol":"AAPL","status":"active","tradable":true,'
        '"shortable":true,"easy_to_borrow":false}'
    )

    assert not wire.instrument_of(decode(told, AssetRecord, "asset")).shortable
    with pytest.raises(VenueRefused, match="does not trade"):
        wire.instrument_of(decode(told.replace('"active"', '"inactive"'), AssetRecord, "asset"))


def test_orders_carry_what_their_type_needs_and_nothing_else() -> None:
    price = AAPL.parse_price("150.10")

    market = json.loads(order_body(approved(OrderType.MARKET), AAPL))
    limit = json.loads(order_body(approved(OrderType.LIMIT, limit=price), AAPL))
    stop = json.loads(order_body(approved(OrderType.STOP, stop=price), AAPL))

    assert market == {
        "symbol": "AAPL",
        "qty": "10",
        "side": "sell",
        "type": "market",
        "time_in_force": "day",
        "client_order_id": "ELEGANT-LAMP",
    }
    assert limit["limit_price"] == "150.1"
    assert stop["stop_price"] == "150.1"


def test_a_stop_limit_names_both_prices_and_every_time_in_force_has_its_word() -> None:
    stop_limit = approved(OrderType.STOP_LIMIT, limit=AAPL.parse_price("150"), stop=AAPL.parse_price("151"))
    night = replace(approved(OrderType.LIMIT, limit=AAPL.parse_price("150")), extended_hours=True)

    body = json.loads(order_body(stop_limit, AAPL))

    assert (body["type"], body["limit_price"], body["stop_price"]) == ("stop_limit", "150", "151")
    assert json.loads(order_body(night, AAPL))["extended_hours"] is True
    words = {
        tif.name: json.loads(order_body(replace(stop_limit, time_in_force=tif), AAPL))["time_in_force"]
        for tif in TimeInForce
    }
    assert words == {"DAY": "day", "GTC": "gtc", "IOC": "ioc", "FOK": "fok", "GTD": "gtc", "OPG": "opg", "CLS": "cls"}


def test_what_alpaca_lacks_is_denied_in_words() -> None:
    market, limit, stop = (approved(kind) for kind in (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP))

    assert [lacks(order) for order in (market, limit, stop)] == [None, None, None]
    assert lacks(replace(market, time_in_force=TimeInForce.OPG)) is None
    assert "post_only" in (lacks(replace(limit, post_only=True)) or "")
    assert "extended_hours" in (lacks(replace(market, extended_hours=True)) or "")
    assert "not IOC" in (lacks(replace(stop, time_in_force=TimeInForce.IOC)) or "")
    assert "parked" in (lacks(approved(OrderType.TRAILING_STOP)) or "")


def test_a_used_client_order_id_is_doubt_and_a_bad_key_is_not() -> None:
    used = wire.protocol_error(Answer(422, b'{"code":40010001,"message":"client_order_id must be unique"}', {}))
    locked_out = wire.protocol_error(Answer(403, b'{"message":"forbidden."}', {}))

    assert used is not None
    assert used.doubtful
    assert locked_out is not None
    assert (locked_out.code, locked_out.doubtful) == ("403", False)
