"""Binance's own words, as its documentation writes them and as they were recorded, read by our adapter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seatrial.domain.effects import Approved
from seatrial.domain.faults import VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol
from seatrial.domain.instrument import binance_spot
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from seatrial.venues.answer import Answer, decode
from seatrial.venues.binance import stream, wire
from seatrial.venues.binance.records import AccountRecord, ExchangeRecord, KlineRow, OrderRecord, TradeRecord
from seatrial.venues.binance.request import order_parameters, signed_call, signed_query
from seatrial.venues.binance.signing import signer
from seatrial.venues.binance.taking import lacks
from seatrial.venues.continuity import TapeContinuity
from seatrial.venues.port import BarEvent, FillEvent, OrderEvent, StreamGap, TickEvent

BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
KNOWN = {BTC.symbol: BTC}

RECORDED_TRADES = (
    '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,'
    '"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}'
)
KLINE = (
    '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1672515782136,"s":"BTCUSDT","k":{"t":1672515780000,'
    '"T":1672515839999,"s":"BTCUSDT","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015",'
    '"v":"1000","n":100,"x":%s,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}}'
)
REPORT = (
    '{"subscriptionId":0,"event":{"e":"executionReport","E":1499405658658,"s":"BTCUSDT","c":"ELEGANT-LAMP","S":"BUY",'
    '"o":"LIMIT","f":"GTC","q":"1.00000000","p":"61837.63000000","P":"0.00000000","F":"0.00000000","g":-1,"C":"",'
    '"x":"TRADE","X":"PARTIALLY_FILLED","r":"NONE","i":4293153,"l":"0.25000000","z":"0.25000000",'
    '"L":"61837.63000000","n":"0.00025000","N":"BTC","T":1499405658657,"t":77,"v":3,"I":8641984,"w":true,"m":false,'
    '"M":false,"O":1499405658657,"Z":"15459.40","Y":"15459.40","Q":"0.00000000","W":1499405658657,"V":"NONE"}}'
)
ORDER = (
    '{"symbol":"BTCUSDT","orderId":1,"orderListId":-1,"clientOrderId":"ELEGANT-LAMP","price":"0.1","origQty":"1.0",'
    '"executedQty":"0.0","cummulativeQuoteQty":"0.0","status":"NEW","timeInForce":"GTC","type":"LIMIT","side":"BUY",'
    '"stopPrice":"0.0","icebergQty":"0.0","time":1499827319559,"updateTime":1499827319559,"isWorking":true}'
)


def tape() -> TapeContinuity:
    return TapeContinuity("binance.market")


def approved(kind: OrderType, *, limit: int = 0, stop: int = 0) -> Approved:
    return Approved(
        ClientOrderId("ELEGANT-LAMP"),
        AccountId("crypto"),
        BTC.symbol,
        Side.BUY,
        kind,
        TimeInForce.GTC,
        BTC.parse_qty("0.25"),
        limit,
        stop,
        1,
        0,
        0,
    )


def test_a_recorded_trade_is_a_tick() -> None:
    (tick,) = stream.market_events(RECORDED_TRADES, KNOWN, tape())

    assert tick == TickEvent(BTC.symbol, 6_183_763_000_000, 2_000_000, 1_723_161_255_342_000_000)


def test_a_closed_kline_is_a_bar_that_ends_a_millisecond_later() -> None:
    (event,) = stream.market_events(KLINE % "true", KNOWN, tape())

    assert isinstance(event, BarEvent)
    assert (event.bar.start_ns, event.bar.end_ns) == (1_672_515_780_000_000_000, 1_672_515_840_000_000_000)
    assert event.bar.volume_units == 1000 * BTC.qty_scale


def test_an_open_kline_is_no_bar() -> None:
    assert stream.market_events(KLINE % "false", KNOWN, tape()) == []


def test_a_trade_report_is_a_fill_and_then_an_order() -> None:
    fill, order = stream.account_events(REPORT, KNOWN)

    assert isinstance(fill, FillEvent)
    assert fill.fill.execution_id == "77"
    assert (fill.fill.qty_units, fill.fill.fee_units, fill.fill.fee_currency) == (25_000_000, 25_000, "BTC")
    assert isinstance(order, OrderEvent)
    assert order.order.status == OrderStatus.PARTIALLY_FILLED


def test_a_cancel_report_names_the_order_and_not_the_cancel() -> None:
    told = REPORT.replace('"C":""', '"C":"TALL-CHAIR"').replace(
        '"x":"TRADE","X":"PARTIALLY_FILLED"', '"x":"CANCELED","X":"CANCELED"'
    )

    (event,) = stream.account_events(told, KNOWN)

    assert isinstance(event, OrderEvent)
    assert event.order.client_order_id == "TALL-CHAIR"
    assert event.order.status == OrderStatus.CANCELED


def test_a_trade_in_a_symbol_that_is_not_ours_tells_of_the_order_only() -> None:
    assert [type(event) for event in stream.account_events(REPORT, {})] == [OrderEvent]


@pytest.mark.parametrize(
    ("was", "now", "field"),
    [
        ('"L":"61837.63000000"', '"L":"61837.630000001"', "executionReport.L"),
        ('"X":"PARTIALLY_FILLED"', '"X":"MELTED"', "executionReport.X"),
        ('"S":"BUY"', '"S":"LEND"', "executionReport.S"),
        ('"o":"LIMIT"', '"o":"PEGGED"', "executionReport.o"),
        ('"l":"0.25000000"', '"l":true', r"\$.l"),
    ],
)
def test_what_we_cannot_read_names_the_field(was: str, now: str, field: str) -> None:
    with pytest.raises(VenueUnreadable, match=field):
        stream.account_events(REPORT.replace(was, now), KNOWN)


def test_an_event_that_binance_has_added_since_asks_for_a_look_at_the_account() -> None:
    (gap,) = stream.account_events(REPORT.replace("executionReport", "somethingNew"), KNOWN)

    assert isinstance(gap, StreamGap)
    assert "somethingNew" in gap.missing


def test_balance_events_are_passed_over() -> None:
    told = '{"subscriptionId":0,"event":{"e":"outboundAccountPosition","E":1,"u":1,"B":[]}}'
    assert stream.account_events(told, KNOWN) == []


def test_a_shutdown_notice_ends_the_stream() -> None:
    with pytest.raises(VenueUnavailable, match="serverShutdown"):
        stream.account_events('{"event":{"e":"serverShutdown","E":1}}', KNOWN)


def test_an_order_reads_as_the_venue_tells_it() -> None:
    order = wire.venue_order(decode(ORDER, OrderRecord, "order"))

    assert (order.client_order_id, order.venue_order_id, order.qty_units) == ("ELEGANT-LAMP", "1", 10**8)
    assert order.updated_ns == 1_499_827_319_559_000_000


def test_a_trade_of_the_history_has_the_id_of_the_stream() -> None:
    told = (
        '{"symbol":"BTCUSDT","id":77,"orderId":4293153,"orderListId":-1,"price":"61837.63000000","qty":"0.25000000",'
        '"quoteQty":"15459.40","commission":"0.00025000","commissionAsset":"BTC","time":1499405658657,"isBuyer":true,'
        '"isMaker":false,"isBestMatch":true}'
    )
    streamed = stream.account_events(REPORT, KNOWN)[0]

    listed = wire.trade_fill(decode(told, TradeRecord, "trade"), ClientOrderId("ELEGANT-LAMP"), BTC)

    assert isinstance(streamed, FillEvent)
    assert listed == streamed.fill


def test_balances_are_cash_in_the_quote_and_holdings_in_the_base() -> None:
    told = (
        '{"makerCommission":10,"uid":354937868,"balances":[{"asset":"BTC","free":"4.72384689","locked":"0.00000001"},'
        '{"asset":"USDT","free":"100.5","locked":"0"},{"asset":"LTC","free":"7","locked":"0"}]}'
    )

    balances = wire.venue_balances(decode(told, AccountRecord, "account"), KNOWN, 5)

    assert balances.account_ref == "354937868"
    assert balances.cash == {"USDT": 10_050_000_000}
    assert balances.holdings == {"BTCUSDT": 472_384_690}


def test_a_row_of_klines_is_a_bar() -> None:
    told = (
        '[[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",1499040059999,'
        '"2434.19055334",308,"1756.87402397","28.46694368","0"]]'
    )

    bar = wire.row_bar(decode(told, list[KlineRow], "klines")[0], BTC)

    assert (bar.open_units, bar.close_units, bar.volume_units) == (1_634_790, 1_577_100, 14_897_611_427_815)


def test_filters_become_the_rules_of_an_instrument() -> None:
    told = (
        '{"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":['
        '{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01000000"},'
        '{"filterType":"LOT_SIZE","minQty":"0.00002000","maxQty":"9000","stepSize":"0.00001000"},'
        '{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true}]}]}'
    )
    record = decode(told, ExchangeRecord, "exchangeInfo").symbols[0]

    rules = wire.instrument_of(record, fee_ppm=1_000)

    assert (rules.tick_units, rules.lot_units, rules.qty_min_units) == (1_000_000, 1_000, 2_000)
    record.status = "BREAK"
    with pytest.raises(VenueRefused, match="BREAK"):
        wire.instrument_of(record, fee_ppm=1_000)


def test_a_signature_is_the_one_of_the_vendors_example() -> None:
    payload = (
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
    )
    secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

    assert signer(secret)(payload) == "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
    assert signed_query(dict(pair.split("=") for pair in payload.split("&")), signer(secret)).endswith(
        "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
    )


def test_a_call_is_signed_in_the_order_of_the_names() -> None:
    sign = signer("s")
    assert signed_call({"timestamp": 2, "apiKey": "k"}, sign)["signature"] == sign("apiKey=k&timestamp=2")


def test_orders_carry_what_their_type_needs_and_nothing_else() -> None:
    price = BTC.parse_price("61837.63")

    market = order_parameters(approved(OrderType.MARKET), BTC)
    limit = order_parameters(approved(OrderType.LIMIT, limit=price), BTC)
    stop = order_parameters(approved(OrderType.STOP, stop=price), BTC)

    assert market["quantity"] == "0.25"
    assert "timeInForce" not in market
    assert (limit["timeInForce"], limit["price"]) == ("GTC", "61837.63")
    assert (stop["type"], stop["stopPrice"]) == ("STOP_LOSS", "61837.63")


def test_a_stop_limit_names_both_prices_and_a_maker_no_time_in_force() -> None:
    price, stop = BTC.parse_price("61837.63"), BTC.parse_price("61900")
    stop_limit = order_parameters(approved(OrderType.STOP_LIMIT, limit=price, stop=stop), BTC)
    maker = order_parameters(replace(approved(OrderType.LIMIT, limit=price), post_only=True), BTC)
    whole = replace(approved(OrderType.LIMIT, limit=price), time_in_force=TimeInForce.FOK)

    assert (stop_limit["type"], stop_limit["price"], stop_limit["stopPrice"], stop_limit["timeInForce"]) == (
        "STOP_LOSS_LIMIT",
        "61837.63",
        "61900",
        "GTC",
    )
    assert maker["type"] == "LIMIT_MAKER"
    assert "timeInForce" not in maker
    assert order_parameters(whole, BTC)["timeInForce"] == "FOK"
    assert order_parameters(replace(whole, time_in_force=TimeInForce.GTD), BTC)["timeInForce"] == "GTC"


def test_what_binance_lacks_is_denied_in_words() -> None:
    market, limit, stop = (approved(kind) for kind in (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP))

    assert [lacks(order) for order in (market, limit, stop)] == [None, None, None]
    assert lacks(replace(market, time_in_force=TimeInForce.DAY)) is None
    assert "no DAY with a LIMIT" in (lacks(replace(limit, time_in_force=TimeInForce.DAY)) or "")
    assert "no IOC with a MARKET" in (lacks(replace(market, time_in_force=TimeInForce.IOC)) or "")
    assert "no OPG" in (lacks(replace(limit, time_in_force=TimeInForce.OPG)) or "")
    assert "post_only" in (lacks(replace(stop, post_only=True)) or "")
    assert "parked" in (lacks(approved(OrderType.TRAILING_STOP)) or "")


def test_the_firewall_is_not_the_venue() -> None:
    assert wire.protocol_error(Answer(403, b"<html>Forbidden</html>", {})) is None


def test_a_duplicate_is_doubt_and_a_missing_balance_is_not() -> None:
    duplicate = wire.protocol_error(Answer(400, b'{"code":-2010,"msg":"Duplicate order sent."}', {}))
    poor = wire.protocol_error(
        Answer(400, b'{"code":-2010,"msg":"Account has insufficient balance for requested action."}', {})
    )

    assert duplicate is not None
    assert duplicate.doubtful
    assert poor is not None
    assert not poor.doubtful


def test_a_stream_we_did_not_ask_for_is_not_understood() -> None:
    with pytest.raises(VenueUnreadable, match="depth"):
        stream.market_events('{"stream":"btcusdt@depth","data":{}}', {Symbol("BTCUSDT"): BTC}, tape())
