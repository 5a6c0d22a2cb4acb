"""The emulated Binance's events against recorded messages of the venue. Clients are in `tests/clients`."""

from __future__ import annotations

import json
from typing import Any

from tests.emulators.small_binance import SmallBinance

from seatrial.emulators.binance.stream_events import book_event, depth_event, trade_event

# Verbatim from a recording of stream.binance.com, 2024-08-08 (nkaz001/hftbacktest, MIT).
RECORDED = {
    "trade": '{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000",'
    '"T":1723161255342,"m":true,"M":true}',
    "bookTicker": '{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000",'
    '"A":"1.54698000"}',
    "depth": '{"e":"depthUpdate","E":1723161276318,"s":"BTCUSDT","U":50093247956,"u":50093247956,'
    '"b":[["61828.09000000","3.61811000"]],"a":[]}',
}


def shape(message: Any) -> Any:
    """Names in order, and the kind of every value; a decimal text counts by its digits after the point."""
    if isinstance(message, dict):
        return {name: shape(value) for name, value in message.items()}
    if isinstance(message, str):
        return ("text", len(message.partition(".")[2]))
    return type(message).__name__


def test_public_events_have_the_names_order_and_kinds_of_recorded_ones() -> None:
    market = SmallBinance([("61837.63", "61837.63", "61837.63", "61837.63", "40")])
    market.to(1)
    pair = market.venue.markets.pairs["BTCUSDT"]
    trade = pair.latest(1)[0]

    for name, event in (("trade", trade_event(pair, trade)), ("bookTicker", book_event(pair))):
        recorded = json.loads(RECORDED[name])
        assert list(event) == list(recorded)
        assert shape(event) == shape(recorded)
    depth, recorded = depth_event(pair, pair.change_by(trade)), json.loads(RECORDED["depth"])
    assert list(depth) == list(recorded)
    assert [shape(side) for side in depth["b"][0]] == [shape(side) for side in recorded["b"][0]]  # type: ignore[index]
