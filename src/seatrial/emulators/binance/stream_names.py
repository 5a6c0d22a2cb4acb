"""What a stream's name asks for: `btcusdt@kline_1m`, `btcusdt@depth5@100ms`, `!miniTicker@arr`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from seatrial.domain.time import DAY_NS, HOUR_NS, MILLISECOND_NS, SECOND_NS
from seatrial.emulators.binance.candles import INTERVALS

Kind = Literal[
    "trade", "aggTrade", "bookTicker", "depth", "levels", "kline", "miniTicker", "ticker", "avgPrice", "rolling"
]

WINDOWS = {"1h": HOUR_NS, "4h": 4 * HOUR_NS, "1d": DAY_NS}
ALL = ""  # the symbol of a stream about all pairs
_AT_ONCE = 0
_DEPTH = re.compile(r"depth(5|10|20)?(@100ms|@1000ms)?")
_PLAIN: dict[str, tuple[Kind, int]] = {
    "trade": ("trade", _AT_ONCE),
    "aggTrade": ("aggTrade", _AT_ONCE),
    "bookTicker": ("bookTicker", _AT_ONCE),
    "miniTicker": ("miniTicker", SECOND_NS),
    "ticker": ("ticker", SECOND_NS),
    "avgPrice": ("avgPrice", SECOND_NS),
}


@dataclass(frozen=True, slots=True)
class StreamName:
    """A name understood. `detail` is an interval, a window or a number of levels; `pace_ns` lies between events."""

    name: str
    kind: Kind
    symbol: str
    detail: str
    pace_ns: int


def parse(name: str) -> StreamName | None:
    """What a name asks for; None for a stream that the venue does not have (any more), such as `!ticker@arr`."""
    if name == "!miniTicker@arr":
        return StreamName(name, "miniTicker", ALL, "", SECOND_NS)
    if name.startswith("!ticker_") and name.endswith("@arr"):
        window = name.removeprefix("!ticker_").removesuffix("@arr")
        return StreamName(name, "rolling", ALL, window, SECOND_NS) if window in WINDOWS else None
    symbol, _, what = name.partition("@")
    if not symbol or symbol != symbol.lower():
        return None
    return _of_pair(name, symbol.upper(), what)


def _of_pair(name: str, symbol: str, what: str) -> StreamName | None:
    if what in _PLAIN:
        kind, pace_ns = _PLAIN[what]
        return StreamName(name, kind, symbol, "", pace_ns)
    if depth := _DEPTH.fullmatch(what):
        pace_ns = 100 * MILLISECOND_NS if depth[2] == "@100ms" else SECOND_NS
        return StreamName(name, "levels" if depth[1] else "depth", symbol, depth[1] or "", pace_ns)
    head, _, detail = what.partition("_")
    if head == "kline" and detail in INTERVALS:
        return StreamName(name, "kline", symbol, detail, SECOND_NS if detail == "1s" else 2 * SECOND_NS)
    if head == "ticker" and detail in WINDOWS:
        return StreamName(name, "rolling", symbol, detail, SECOND_NS)
    return None
