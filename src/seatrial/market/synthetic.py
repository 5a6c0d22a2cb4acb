"""A made-up market of minute bars, for machines without data. The same seed gives the same bars everywhere.

Every draw is an integer from PCG64's raw stream and every further step is +, -, *, / or a square root, which
IEEE 754 fixes to the last bit: no library of special functions, whose last digit differs between machines.

What it imitates: one common movement that the symbols of a market share, calm and wild spells that last,
jumps between sessions, and trading that is busy at the open and the close. What it does not: news, spreads,
and any edge. A strategy that earns here has found noise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.bars import Session
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.domain.time import DAY_NS, MINUTE_NS
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, START, BarTable, Source
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shift import Timeline

EQUITIES = ("AAPL", "MSFT", "SPY", "QQQ", "TSLA")
CRYPTO = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT")
SESSIONS_MAX = 1_000

NORMAL_PARTS = 12  # a sum of twelve uniforms has variance one and tails to six
_PART_BITS = 16
_DRAWS_PER_BAR = 8

# symbol -> (price, busy minute's volume in the base's own unit)
_KNOWN = {
    "AAPL": (170.0, 60_000.0),
    "MSFT": (106.0, 55_000.0),
    "SPY": (273.0, 190_000.0),
    "QQQ": (170.0, 75_000.0),
    "TSLA": (308.0, 16_000.0),
    "BTCUSDT": (95_000.0, 40.0),
    "ETHUSDT": (1_850.0, 900.0),
    "SOLUSDT": (148.0, 6_000.0),
    "BNBUSDT": (600.0, 300.0),
}


@dataclass(frozen=True, slots=True)
class _Temper:
    """How lively a market is: standard deviation of a minute, and of the jump between sessions."""

    minute: float
    overnight: float


_TEMPERS = {AssetClass.US_EQUITY: _Temper(0.00055, 0.006), AssetClass.CRYPTO: _Temper(0.0007, 0.0)}


def synthetic_market(
    instruments: Sequence[Instrument],
    *,
    seed: int,
    first_day: date,
    session_count: int,
    prices: Mapping[Symbol, float] | None = None,
) -> dict[Symbol, BarTable]:
    """Minute bars of `instruments` for `session_count` trading days from `first_day` on.

    Trading days are exchange sessions, or UTC days where no instrument has sessions. Crypto runs without a break
    from `first_day` to the end of the last trading day. `prices` are where symbols start.

    Raises:
        RequestFault: a number of sessions that is not 1 to SESSIONS_MAX.
    """
    days = _trading_days(instruments, first_day, session_count)
    utc_days = sessions("24x7", first_day, utc_date(days[-1].open_ns))
    tables: dict[Symbol, BarTable] = {}
    for instrument in instruments:
        symbol = instrument.symbol
        price, volume = _KNOWN.get(symbol.replace("/USD", "USDT"), _unknown(symbol))
        walk = _Walk(instrument, (prices or {}).get(symbol, price), volume, seed)
        spans = days if instrument.calendar == "XNYS" else utc_days
        rows = np.array(list(walk.rows(spans)), dtype=np.int64).reshape(-1, BAR_WIDTH)
        rows.flags.writeable = False
        note = "no edge is to be found in it"
        source = Source(f"synthetic market, seed {seed}", note, int(rows[0, START]), int(rows[-1, END]), False)
        tables[symbol] = BarTable(instrument, rows, source)
    return tables


def padded(timeline: Timeline, count: int, *, seed: int) -> Timeline:
    """The first `count` sessions of a timeline, with made-up ones after the recorded; their tables say so."""
    held = len(timeline.sessions)
    if count <= held:
        return timeline.select_sessions(count)
    cut = timeline.select_sessions(held)
    instruments = [table.instrument for table in cut.tables.values()]
    first_day = utc_date(cut.end_ns)
    more = synthetic_market(
        instruments,
        seed=seed,
        first_day=first_day,
        session_count=count - held,
        prices={
            symbol: int(table.rows[-1, CLOSE]) / table.instrument.price_scale for symbol, table in cut.tables.items()
        },
    )
    tables = {symbol: _joined(table, more[symbol], seed) for symbol, table in cut.tables.items()}
    return Timeline(tables, cut.sessions + tuple(_trading_days(instruments, first_day, count - held)))


def _joined(table: BarTable, more: BarTable, seed: int) -> BarTable:
    rows = np.concatenate([table.rows, more.rows])
    rows.flags.writeable = False
    label = f"followed by {len(more)} made-up bars, seed {seed}"
    note = f"{table.source.note}; {label}" if table.source.note else label
    return replace(table, rows=rows, source=replace(table.source, note=note))


def _trading_days(instruments: Sequence[Instrument], first_day: date, count: int) -> list[Session]:
    if not 1 <= count <= SESSIONS_MAX:
        raise RequestFault("sessions", f"1 to {SESSIONS_MAX}", count)
    calendar = "XNYS" if any(each.calendar == "XNYS" for each in instruments) else "24x7"
    return sessions(calendar, first_day, first_day + timedelta(days=count * 2 + 14))[:count]


def _unknown(symbol: str) -> tuple[float, float]:
    """A price and volume that follow from the name, so that any symbol has a market."""
    spread = hashlib.sha256(symbol.encode()).digest()[0]
    return 20.0 + spread, 2_000.0 + 100.0 * spread


class _Walk:
    """One symbol's price, minute after minute."""

    def __init__(self, instrument: Instrument, price: float, volume: float, seed: int) -> None:
        self.instrument = instrument
        self.price = price
        self.volume = volume
        self.seed = seed
        self.temper = _TEMPERS[instrument.asset_class]
        self.variance = 1.0  # relative to the usual: calm below, wild above

    def rows(self, spans: Sequence[Session]) -> Iterator[tuple[int, ...]]:
        for span in spans:
            minutes = (span.close_ns - span.open_ns) // MINUTE_NS
            own = _draws(f"{self.seed}/{self.instrument.symbol}/{span.day}", minutes)
            common = _draws(f"{self.seed}/{self.instrument.asset_class}/{span.day}", minutes)
            self.price *= 1.0 + self.temper.overnight * common[0][6]
            for minute in range(minutes):
                start_ns = span.open_ns + minute * MINUTE_NS
                busy = _busy(start_ns, span)
                yield (start_ns, start_ns + MINUTE_NS, *self._bar(own[minute], common[minute], busy))

    def _bar(self, own: list[float], common: list[float], busy: float) -> tuple[int, int, int, int, int]:
        surprise = 0.6 * common[0] + 0.8 * own[0]
        # A GARCH(1,1): yesterday's surprise makes tomorrow wild, and the usual pulls it back.
        sigma = self.temper.minute * sqrt(self.variance * busy)
        self.variance = 0.02 + 0.90 * self.variance + 0.08 * self.variance * surprise * surprise
        opened = self.price * (1.0 + 0.15 * sigma * own[1])
        closed = self.price * (1.0 + sigma * surprise)
        high = max(opened, closed) * (1.0 + 0.4 * sigma * abs(own[2]))
        low = min(opened, closed) * (1.0 - 0.4 * sigma * abs(own[3]))
        self.price = closed
        volume = self.volume * busy * sqrt(self.variance) * max(0.05, 1.0 + 0.4 * own[4])
        return self._ticks(opened), self._ticks(high), self._ticks(low), self._ticks(closed), self._lots(volume)

    def _ticks(self, price: float) -> int:
        tick = self.instrument.tick_units
        return max(1, round(price * self.instrument.price_scale / tick)) * tick

    def _lots(self, quantity: float) -> int:
        lot = self.instrument.lot_units
        return max(1, round(quantity * self.instrument.qty_scale / lot)) * lot


def _busy(start_ns: int, span: Session) -> float:
    """How busy a minute is: a smile over an exchange session, a gentle swell over a UTC day. About one on average."""
    length_ns = span.close_ns - span.open_ns
    place = 2.0 * ((start_ns - span.open_ns) / length_ns) - 1.0  # -1 at the open, 1 at the close
    if length_ns == DAY_NS:
        return 1.25 - 0.75 * place * place
    return 0.6 + 1.2 * place * place


def _draws(name: str, count: int) -> list[list[float]]:
    """`count` rows of standard normal draws, from the name alone: a day's bars do not depend on other days' length."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big")
    parts_per_word = 64 // _PART_BITS
    words = np.random.PCG64(key).random_raw(count * _DRAWS_PER_BAR * NORMAL_PARTS // parts_per_word)
    halves: NDArray[np.int64] = words.astype("<u8").view("<u2").astype(np.int64)
    sums = halves.reshape(count, _DRAWS_PER_BAR, NORMAL_PARTS).sum(axis=2)
    middle = NORMAL_PARTS * (2**_PART_BITS - 1) / 2
    rows: list[list[float]] = ((sums - middle) / 2**_PART_BITS).tolist()
    return rows
