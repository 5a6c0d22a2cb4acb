"""Every message that our adapters read, and what reads it: to the words of the domain, not only to a record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from seatrial.domain.ids import ClientOrderId, VenueName
from seatrial.domain.instrument import binance_spot, us_equity
from seatrial.venues.alpaca import records as alpaca
from seatrial.venues.alpaca import stream as alpaca_stream
from seatrial.venues.alpaca import wire as alpaca_wire
from seatrial.venues.answer import Answer, decode
from seatrial.venues.binance import records as binance
from seatrial.venues.binance import stream as binance_stream
from seatrial.venues.binance import wire as binance_wire
from seatrial.venues.binance.books import book_events, snapshot_event
from seatrial.venues.binance.past import AggTrade
from seatrial.venues.ccxt import wire as ccxt_wire
from seatrial.venues.continuity import OrderContinuity, TapeContinuity
from seatrial.venues.grid import units

Reader = Callable[[bytes], object]

MESSAGES = Path(__file__).parent / "messages"
AAPL, BTC = us_equity("AAPL"), binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
EQUITY, COIN = {AAPL.symbol: AAPL}, {BTC.symbol: BTC}
ORDER = ClientOrderId("ELEGANT-LAMP")


class Recorded(msgspec.Struct):
    """A line of `messages/`. `source`: `recorded` from the venue, or its `documentation`."""

    kind: str
    source: str
    message: msgspec.Raw


def recorded(venue: str) -> list[Recorded]:
    """The messages of a venue."""
    return [msgspec.json.decode(line, type=Recorded) for line in (MESSAGES / f"{venue}.jsonl").open("rb")]


BINANCE: dict[str, Reader] = {
    "stream trade": lambda body: binance_stream.market_events(body, COIN, TapeContinuity("tape")),
    "stream kline": lambda body: binance_stream.market_events(body, COIN, TapeContinuity("tape")),
    "stream depth": lambda body: book_events(body, COIN),
    "depth": lambda body: snapshot_event(decode(body, binance.DepthRecord, "depth"), BTC),
    "order": lambda body: binance_wire.venue_order(decode(body, binance.OrderRecord, "order")),
    "trade of mine": lambda body: binance_wire.trade_fill(decode(body, binance.TradeRecord, "trade"), ORDER, BTC),
    "account": lambda body: binance_wire.venue_balances(decode(body, binance.AccountRecord, "account"), COIN, 0),
    "exchangeInfo": lambda body: [
        binance_wire.instrument_of(each, 1_000) for each in decode(body, binance.ExchangeRecord, "info").symbols
    ],
    "kline row": lambda body: binance_wire.row_bar(decode(body, binance.KlineRow, "klines"), BTC),
    "time": lambda body: decode(body, binance.TimeRecord, "time"),
    "tape": lambda body: decode(body, list[binance.TapeRecord], "trades"),
    "aggregate trade": lambda body: decode(body, AggTrade, "aggTrades"),
    "error": lambda body: binance_wire.protocol_error(Answer(400, body, {})),
    "stream": lambda body: OrderContinuity("account").checked(binance_stream.account_events(body, COIN)),
}
ALPACA: dict[str, Reader] = {
    "order": lambda body: alpaca_wire.venue_order(decode(body, alpaca.OrderRecord, "order")),
    "activity": lambda body: alpaca_wire.activity_fill(decode(body, alpaca.ActivityRecord, "activity"), ORDER, AAPL),
    "account": lambda body: alpaca_wire.cash_units(decode(body, alpaca.AccountRecord, "account")),
    "position": lambda body: units(
        decode(body, alpaca.PositionRecord, "position").qty, alpaca_wire.QTY_SCALE, "position.qty"
    ),
    "clock": lambda body: alpaca_wire.venue_clock(decode(body, alpaca.ClockRecord, "clock")),
    "asset": lambda body: alpaca_wire.instrument_of(decode(body, alpaca.AssetRecord, "asset")),
    "bars": lambda body: [
        alpaca_wire.bar(each, AAPL) for each in decode(body, alpaca.BarsRecord, "bars").bars.get("AAPL", ())
    ],
    "error": lambda body: alpaca_wire.protocol_error(Answer(422, body, {})),
    "data stream": lambda body: alpaca_stream.data_events(body, EQUITY),
    "stream": lambda body: OrderContinuity("account").checked(alpaca_stream.trade_update_events(body, EQUITY)),
}
NOT_EVENTS = {"stream authorization", "stream listening"}  # said during the login, and never after it
ENDINGS = {"stream eventStreamTerminated", "stream serverShutdown", "data stream error"}  # a fault by meaning

CCXT: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "order": (
        {
            "id": "7", "clientOrderId": "ELEGANT-LAMP", "symbol": "BTC/USDT", "side": "buy", "type": "limit",
            "amount": "1.5", "filled": "0.5", "status": "open", "timestamp": 1700000000000, "lastUpdateTimestamp": None,
        },
        lambda row: ccxt_wire.venue_order(row, BTC),
    ),
    "trade": (
        {
            "id": "9", "order": "7", "side": "sell", "amount": "0.5", "price": "60000.01", "timestamp": 1700000000000,
            "fee": {"currency": "USDT", "cost": "30.000005"},
        },
        lambda row: ccxt_wire.trade_fill(row, ORDER, BTC),
    ),
    "ohlcv": (["1700000000000", "1", "2", "0.5", "1.5", "10"], lambda row: ccxt_wire.bar_of(row, BTC)),
    "balance": (
        {"total": {"BTC": "1.5", "USDT": "100"}, "info": {"uid": 7}},
        lambda row: ccxt_wire.balances_of(row, COIN, otherwise_ref="key", as_of_ns=0),
    ),
    "market": (
        {
            "base": "BTC", "quote": "USDT", "spot": True, "active": True,
            "precision": {"amount": "0.00001", "price": "0.01"},
            "limits": {"amount": {"min": "0.00001"}, "cost": {"min": "5"}},
        },
        lambda row: ccxt_wire.instrument_of(row, ccxt_wire.TICK_SIZE, VenueName("ccxt:binance"), 1_000),
    ),
}  # fmt: skip


def reader_of(venue: str, kind: str) -> Reader:
    """Who reads messages of a kind: the longest name that it begins with."""
    readers = BINANCE if venue == "binance" else ALPACA
    return readers[max((name for name in readers if kind.startswith(name)), key=len)]
