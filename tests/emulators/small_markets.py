"""Small markets for the tests of this room: bars written like a table, sessions of a few minutes."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.domain.time import MINUTE_NS, parse_rfc3339

OPEN_NS = int(parse_rfc3339("2019-02-11T14:30:00Z"))  # 09:30 in New York, a Monday
SHARE = 10**9

OHLCV = tuple[str, str, str, str, int]


def equity_bars(symbol: str, rows: Sequence[OHLCV], start_ns: int = OPEN_NS) -> list[Bar]:
    """Consecutive minute bars from (open, high, low, close in dollars, volume in shares)."""
    return [
        Bar(
            symbol=Symbol(symbol),
            start_ns=start_ns + index * MINUTE_NS,
            end_ns=start_ns + (index + 1) * MINUTE_NS,
            open_units=_units(row[0]),
            high_units=_units(row[1]),
            low_units=_units(row[2]),
            close_units=_units(row[3]),
            volume_units=row[4] * SHARE,
        )
        for index, row in enumerate(rows)
    ]


def flat_bars(symbol: str, count: int, price: str = "100", volume: int = 4_000, start_ns: int = OPEN_NS) -> list[Bar]:
    """A market that does not move."""
    return equity_bars(symbol, [(price, price, price, price, volume)] * count, start_ns)


def session(day: str, minutes: int, start_ns: int = OPEN_NS) -> Session:
    """One session of some minutes."""
    return Session(day=day, open_ns=start_ns, close_ns=start_ns + minutes * MINUTE_NS)


def _units(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 10_000 + int(rest.ljust(4, "0") or 0)
