"""How foreign files write market data: their formats, their names for our columns, their units and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from seatrial.market.stamps import TimeHabits

READERS = {
    ".csv": "read_csv($path, all_varchar = true{names})",
    ".gz": "read_csv($path, all_varchar = true{names})",
    ".parquet": "read_parquet($path)",
    ".jsonl": "read_json($path, format = 'newline_delimited')",
    ".ndjson": "read_json($path, format = 'newline_delimited')",
    ".feather": "arrow_table",
    ".arrow": "arrow_table",
}

# Names that files are known to use, after our own; case does not matter.
KNOWN_AS = {
    "ts": ("timestamp", "time", "datetime", "date", "open_time", "open time", "ex_date", "t"),
    "recv_ts": ("recv_time", "local_timestamp", "received_at"),
    "symbol": ("ticker", "instrument"),
    "open": ("o",),
    "high": ("h",),
    "low": ("l",),
    "close": ("c",),
    "volume": ("vol", "v"),
    "price": ("p", "px"),
    "size": ("qty", "quantity", "amount", "s"),
    "bid": ("bid_price", "bp", "bid_px"),
    "bid_size": ("bid_qty", "bid_amount", "bs"),
    "ask": ("ask_price", "ap", "ask_px"),
    "ask_size": ("ask_qty", "ask_amount", "as"),
    "trade_id": ("id", "i", "agg_trade_id"),
    "exchange": ("x",),
    "resumed_at": ("resumed", "end"),
    "action": ("type", "kind"),
}
SIDES = {1: ("buy", "b", "bid", "1"), -1: ("sell", "s", "ask", "a", "offer", "-1")}


@dataclass(frozen=True, slots=True)
class FileHabits:
    """How a file writes what we want of it.

    `columns` are our names for theirs; `names` those of a CSV without a header. Prices and sizes are multiplied by
    their unit (0.01 where a file counts cents). `ends`: a bar is stamped with its end. `symbol`: of a file without one.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    time: TimeHabits = field(default_factory=TimeHabits)
    price_unit: Decimal = Decimal(1)
    size_unit: Decimal = Decimal(1)
    ends: bool = False
    symbol: str = ""
    sort: bool = False
