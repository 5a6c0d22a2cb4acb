"""Candles of every interval, put together from finished minutes and the prints of the one under way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.market import MarketTrade, PairMarket
from seatrial.emulators.binance.numbers import from_units, text
from seatrial.emulators.binance.orders import MS, Json, TimeUnit

INTERVALS = {
    "1m": MINUTE_NS,
    "3m": 3 * MINUTE_NS,
    "5m": 5 * MINUTE_NS,
    "15m": 15 * MINUTE_NS,
    "30m": 30 * MINUTE_NS,
    "1h": HOUR_NS,
    "2h": 2 * HOUR_NS,
    "4h": 4 * HOUR_NS,
    "6h": 6 * HOUR_NS,
    "8h": 8 * HOUR_NS,
    "12h": 12 * HOUR_NS,
    "1d": DAY_NS,
    "3d": 3 * DAY_NS,
    "1w": 7 * DAY_NS,
    "1M": 31 * DAY_NS,
}
_MONDAY_NS = 4 * DAY_NS  # 1970-01-05, the first Monday


@dataclass(frozen=True, slots=True)
class Candle:
    """What happened in `[start_ns, end_ns)`; amounts in units of 1e-8."""

    start_ns: int
    end_ns: int
    open_units: int
    high_units: int
    low_units: int
    close_units: int
    volume_units: int
    value_units: int
    bought_units: int
    bought_value_units: int
    first_number: int
    last_number: int


def check_interval(interval: str) -> str:
    """The interval, or -1120. One-second candles cannot be told from minute bars, so they are refused too."""
    if interval not in INTERVALS:
        raise refusals.bad_interval()
    return interval


def span_of(at_ns: int, interval: str) -> tuple[int, int]:
    """The candle of an interval that contains an instant: `[start, end)`. Weeks begin on Monday."""
    if interval == "1M":
        moment = datetime.fromtimestamp(at_ns // SECOND_NS, UTC)
        begin = datetime(moment.year, moment.month, 1, tzinfo=UTC)
        end = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
        return int(begin.timestamp()) * SECOND_NS, int(end.timestamp()) * SECOND_NS
    length = INTERVALS[interval]
    shift = _MONDAY_NS if interval == "1w" else 0
    start = (at_ns - shift) // length * length + shift
    return start, start + length


def of_trades(start_ns: int, end_ns: int, trades: Iterable[MarketTrade]) -> Candle:
    """The candle that these trades (at least one) make."""
    rows = list(trades)
    prices = [row.price_units for row in rows]
    bought = [row for row in rows if not row.buyer_maker]
    return Candle(
        start_ns=start_ns,
        end_ns=end_ns,
        open_units=prices[0],
        high_units=max(prices),
        low_units=min(prices),
        close_units=prices[-1],
        volume_units=sum(row.volume_units for row in rows),
        value_units=sum(row.value_units for row in rows),
        bought_units=sum(row.volume_units for row in bought),
        bought_value_units=sum(row.value_units for row in bought),
        first_number=rows[0].number,
        last_number=rows[-1].number,
    )


def join(left: Candle, right: Candle) -> Candle:
    """Two candles of one span, the left one earlier."""
    return replace(
        left,
        high_units=max(left.high_units, right.high_units),
        low_units=min(left.low_units, right.low_units),
        close_units=right.close_units,
        volume_units=left.volume_units + right.volume_units,
        value_units=left.value_units + right.value_units,
        bought_units=left.bought_units + right.bought_units,
        bought_value_units=left.bought_value_units + right.bought_value_units,
        last_number=right.last_number,
    )


def minutes(market: PairMarket, start_ns: int, end_ns: int) -> Iterator[Candle]:
    """Minute candles that begin in `[start_ns, end_ns]`, the one under way last."""
    for index in market.range_of(start_ns, end_ns):
        bar = market.bar_at(index)
        yield of_trades(bar.start_ns, bar.end_ns, market.trades_of(index))
    bar_under_way = market.forming_bar
    if bar_under_way and start_ns <= bar_under_way.start_ns <= end_ns:
        yield of_trades(bar_under_way.start_ns, bar_under_way.end_ns, market.forming)


def candles(market: PairMarket, interval: str, start_ns: int, end_ns: int) -> list[Candle]:
    """Candles of an interval that begin in `[start_ns, end_ns]`, oldest first, the one under way last."""
    found: list[Candle] = []
    begin, _ = span_of(start_ns, interval)
    if begin < start_ns:
        _, begin = span_of(start_ns, interval)
    _, finish = span_of(end_ns, interval)
    for minute in minutes(market, begin, finish - 1):
        if interval == "1m":
            found.append(minute)
            continue
        span = span_of(minute.start_ns, interval)
        if found and found[-1].start_ns == span[0]:
            found[-1] = join(found[-1], minute)
        else:
            found.append(replace(minute, start_ns=span[0], end_ns=span[1]))
    return found


def under_way(market: PairMarket, interval: str, minute: Candle) -> Candle:
    """The candle of `interval` up to and including a minute that may not be finished."""
    start_ns, _ = span_of(minute.start_ns, interval)
    return candles(market, interval, start_ns, minute.start_ns)[-1]


def selected(market: PairMarket, interval: str, start_ns: int | None, end_ns: int | None, count: int) -> list[Candle]:
    """The venue's choice: forward from a start, else backward from an end, else the latest."""
    bar_under_way = market.forming_bar
    if bar_under_way is None and not market.finished:
        return []
    newest = bar_under_way.start_ns if bar_under_way else market.bar_at(market.finished - 1).start_ns
    last_ns = newest if end_ns is None else min(end_ns, newest)
    length = INTERVALS[interval]
    if start_ns is not None:
        oldest = market.bar_at(0) if market.finished else bar_under_way
        assert oldest is not None
        start_ns = max(start_ns, span_of(oldest.start_ns, interval)[0])  # clients ask from 1970 for the first candle
        last_ns = min(last_ns, start_ns + length * count)
        return candles(market, interval, start_ns, last_ns)[:count] if start_ns <= last_ns else []
    return candles(market, interval, max(0, last_ns - length * count), last_ns)[-count:]


def row(candle: Candle, unit: TimeUnit = MS) -> list[object]:
    """The twelve elements of a kline."""
    return [
        unit(candle.start_ns),
        text(from_units(candle.open_units)),
        text(from_units(candle.high_units)),
        text(from_units(candle.low_units)),
        text(from_units(candle.close_units)),
        text(from_units(candle.volume_units)),
        unit(candle.end_ns) - 1,
        text(from_units(candle.value_units)),
        candle.last_number - candle.first_number + 1,
        text(from_units(candle.bought_units)),
        text(from_units(candle.bought_value_units)),
        "0",
    ]


def event(symbol: str, interval: str, candle: Candle, *, closed: bool, at_ns: int) -> Json:
    """The `kline` event of a stream."""
    return {
        "e": "kline",
        "E": MS(at_ns),
        "s": symbol,
        "k": {
            "t": MS(candle.start_ns),
            "T": MS(candle.end_ns) - 1,
            "s": symbol,
            "i": interval,
            "f": candle.first_number,
            "L": candle.last_number,
            "o": text(from_units(candle.open_units)),
            "c": text(from_units(candle.close_units)),
            "h": text(from_units(candle.high_units)),
            "l": text(from_units(candle.low_units)),
            "v": text(from_units(candle.volume_units)),
            "n": candle.last_number - candle.first_number + 1,
            "x": closed,
            "q": text(from_units(candle.value_units)),
            "V": text(from_units(candle.bought_units)),
            "Q": text(from_units(candle.bought_value_units)),
            "B": "0",
        },
    }
