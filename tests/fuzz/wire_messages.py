"""The parsers of our adapters under fire: the venues' own words, spoilt, are understood or refused, and nothing else.

A parser answers with values or raises a `VenueFault`, which the order path knows how to survive. Anything else
would end a stream that carries fills.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.fuzz.finding import Finding
from tests.fuzz.nasty import Nasty, encoded
from tests.wire import test_alpaca_adapter as alpaca_words
from tests.wire import test_binance_adapter as binance_words

from seatrial.domain.faults import BadSetting, VenueFault
from seatrial.domain.ids import ClientOrderId
from seatrial.emulators.faults.document import parse_faults
from seatrial.venues.alpaca import records as alpaca_records
from seatrial.venues.alpaca import stream as alpaca_stream
from seatrial.venues.alpaca import wire as alpaca_wire
from seatrial.venues.answer import Answer, decode
from seatrial.venues.binance import books as binance_books
from seatrial.venues.binance import records as binance_records
from seatrial.venues.binance import stream as binance_stream
from seatrial.venues.binance import wire as binance_wire
from seatrial.venues.port import FillEvent

Parse = Callable[[bytes], Any]
FAULTS = b'{"faults":[{"name":"slow","kind":"latency","latency_ms":5,"path":"/v2","probability":0.5,"count_max":3}]}'
DEPTH = (
    b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT",'
    b'"U":1,"u":2,"b":[["1.5","2"]],"a":[]}}'
)
BARS = (
    b'[{"T":"b","S":"AAPL","o":150.1,"h":150.2,"l":150.0,"c":150.1,"v":100,"t":"2021-03-16T18:38:00Z","n":3,"vw":150.1},'
    b'{"T":"t","S":"AAPL","i":7,"x":"V","p":150.1,"s":5,"t":"2021-03-16T18:38:01.5Z","c":["@"],"z":"C"}]'
)
KLINE = (binance_words.KLINE % "true").encode()
UPDATE = (alpaca_words.UPDATE % alpaca_words.ORDER).encode()


def binance_market(message: bytes) -> Any:
    """Trades and candles of a stream."""
    return binance_stream.market_events(message, binance_words.KNOWN, binance_words.tape())


PARSERS: tuple[tuple[str, bytes, Parse], ...] = (
    ("binance trade", binance_words.RECORDED_TRADES.encode(), binance_market),
    ("binance kline", KLINE, binance_market),
    ("binance report", binance_words.REPORT.encode(), lambda m: binance_stream.account_events(m, binance_words.KNOWN)),
    ("binance depth", DEPTH, lambda body: binance_books.book_events(body, binance_words.KNOWN)),
    (
        "binance order",
        binance_words.ORDER.encode(),
        lambda m: binance_wire.venue_order(decode(m, binance_records.OrderRecord, "order")),
    ),
    ("binance error", b'{"code":-2010,"msg":"Duplicate order sent."}', lambda m: _error(binance_wire, m)),
    ("alpaca update", UPDATE, lambda m: alpaca_stream.trade_update_events(m, alpaca_words.KNOWN)),
    ("alpaca data", BARS, lambda m: alpaca_stream.data_events(m, alpaca_words.KNOWN)),
    (
        "alpaca order",
        alpaca_words.ORDER.encode(),
        lambda m: alpaca_wire.venue_order(decode(m, alpaca_records.OrderRecord, "order")),
    ),
    (
        "alpaca activity",
        alpaca_words.ACTIVITY.encode(),
        lambda m: alpaca_wire.activity_fill(
            decode(m, alpaca_records.ActivityRecord, "activity"), ClientOrderId("c"), alpaca_words.AAPL
        ),
    ),
    ("alpaca error", b'{"code":40310000,"message":"insufficient buying power"}', lambda m: _error(alpaca_wire, m)),
    ("fault script", FAULTS, parse_faults),
)


def _error(wire: Any, message: bytes) -> Any:
    return wire.protocol_error(Answer(400, message, {}))


def fire(seed: int, inputs: int) -> None:
    """One run from a seed.

    Raises:
        Finding: with the line that replays it.
    """
    nasty = Nasty(seed)
    for number in range(inputs):
        name, words, parse = nasty.random.choice(PARSERS)
        message = words
        if nasty.likely(0.7):
            message = encoded(nasty.deep(json.loads(words)))
        if nasty.likely(0.4):
            message = nasty.cut(message)
        try:
            for event in _listed(parse(message)):
                if isinstance(event, FillEvent):
                    assert event.fill.qty_units > 0 < event.fill.price_units, f"a fill that is none: {event.fill}"
        except (VenueFault, BadSetting):
            continue
        except Exception as fault:
            raise Finding("wire", seed, number, f"{name}: {type(fault).__name__}: {fault}\n{message!r}") from fault


def _listed(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else [answer]
