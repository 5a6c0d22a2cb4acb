"""Candles of every interval, put together from finished minutes and the trades of the one under way.

A candle in which nothing traded repeats the close before it, with no volume and no trades; the exchange tells such
minutes as bars, and what it says nothing of is missing here, too. Candles of a second are made of trades, all others
of minutes. `shift_ns` moves the days, weeks and months to a zone's own midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.market import PairMarket
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.numbers import SCALE

INTERVALS = {
    "1s": SECOND_NS,
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
NO_TRADE = -1
TRADES_MAX = 1_000_000  # that one question about seconds looks at
_MONDAY_NS = 4 * DAY_NS  # 1970-01-05, the first Monday


@dataclass(frozen=True, slots=True)
class Candle:
    """What happened in `[start_ns, end_ns)`; amounts in units of 1e-8. Without trades both numbers are -1."""

    start_ns: int
    end_ns: int
    open_units: int
    high_units: int
    low_units: int
    close_units: int
    volume_units: int = 0
    value_units: int = 0
    bought_units: int = 0
    bought_value_units: int = 0
    first_number: int = NO_TRADE
    last_number: int = NO_TRADE

    @property
    def count(self) -> int:
        """How many trades there were."""
        return 0 if self.first_number == NO_TRADE else self.last_number - self.first_number + 1


def check_interval(interval: str) -> str:
    """The interval, or -1120."""
    if interval not in INTERVALS:
        raise refusals.bad_interval()
    return interval


def span_of(at_ns: int, interval: str, shift_ns: int = 0) -> tuple[int, int]:
    """The candle of an interval that contains an instant: `[start, end)`. Weeks begin on Monday."""
    local_ns = at_ns + shift_ns
    if interval == "1M":
        moment = datetime.fromtimestamp(local_ns // SECOND_NS, UTC)
        begin = datetime(moment.year, moment.month, 1, tzinfo=UTC)
        end = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)
        return int(begin.timestamp()) * SECOND_NS - shift_ns, int(end.timestamp()) * SECOND_NS - shift_ns
    length = INTERVALS[interval]
    shift = _MONDAY_NS if interval == "1w" else 0
    start = (local_ns - shift) // length * length + shift - shift_ns
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


def flat(start_ns: int, end_ns: int, price_units: int) -> Candle:
    """A candle in which nothing traded."""
    return Candle(start_ns, end_ns, price_units, price_units, price_units, price_units)


def join(left: Candle, right: Candle) -> Candle:
    """Two candles of one span, the left one earlier."""
    numbers = [one for one in (left.first_number, right.first_number) if one != NO_TRADE]
    return replace(
        left,
        high_units=max(left.high_units, right.high_units),
        low_units=min(left.low_units, right.low_units),
        close_units=right.close_units,
        volume_units=left.volume_units + right.volume_units,
        value_units=left.value_units + right.value_units,
        bought_units=left.bought_units + right.bought_units,
        bought_value_units=left.bought_value_units + right.bought_value_units,
        first_number=numbers[0] if numbers else NO_TRADE,
        last_number=max(left.last_number, right.last_number),
    )


def minutes(market: PairMarket, start_ns: int, end_ns: int) -> Iterator[Candle]:
    """Minute candles that begin in `[start_ns, end_ns]`, the one under way last."""
    for index in market.range_of(start_ns, end_ns):
        bar = market.bar_at(index)
        trades = market.trades_of(index) if bar.volume_units else []
        if trades:
            yield of_trades(bar.start_ns, bar.end_ns, trades)
        else:  # nothing traded, or it is longer ago than trades are remembered
            prices = bar.open_units, bar.high_units, bar.low_units, bar.close_units
            value = bar.volume_units * bar.close_units // SCALE
            yield Candle(bar.start_ns, bar.end_ns, *prices, bar.volume_units, value)
    under_way = market.forming_span
    if under_way and start_ns <= under_way[0] <= end_ns:
        yield of_trades(*under_way, (one for one in market.forming if one.at_ns >= under_way[0]))


def _close_before(market: PairMarket, start_ns: int) -> int | None:
    index = market.range_of(0, start_ns - 1).stop - 1
    return market.bar_at(index).close_units if index >= 0 else None


def seconds(market: PairMarket, start_ns: int, end_ns: int, until_ns: int) -> Iterator[Candle]:
    """Candles of one second, without gaps."""
    trades = market.between(start_ns - MINUTE_NS, end_ns // SECOND_NS * SECOND_NS + SECOND_NS - 1, TRADES_MAX)
    earlier = [trade for trade in trades if trade.at_ns < start_ns]
    close_units = earlier[-1].price_units if earlier else _close_before(market, start_ns)
    due_ns = start_ns
    for second, rows in groupby(trades[len(earlier) :], key=lambda trade: trade.at_ns // SECOND_NS * SECOND_NS):
        while close_units is not None and due_ns < second:
            yield flat(due_ns, due_ns + SECOND_NS, close_units)
            due_ns += SECOND_NS
        candle = of_trades(second, second + SECOND_NS, rows)
        yield candle
        due_ns, close_units = candle.end_ns, candle.close_units
    while close_units is not None and due_ns <= end_ns and due_ns < until_ns:
        yield flat(due_ns, due_ns + SECOND_NS, close_units)
        due_ns += SECOND_NS


def candles(
    market: PairMarket, interval: str, start_ns: int, end_ns: int, until_ns: int, shift_ns: int = 0
) -> list[Candle]:
    """Candles of an interval that begin in `[start_ns, end_ns]`, oldest first; `until_ns` is now."""
    begin, after = span_of(start_ns, interval, shift_ns)
    if begin < start_ns:
        begin = after
    _, finish = span_of(end_ns, interval, shift_ns)
    first_ns = market.starts[0] if market.starts else begin
    if interval == "1s":
        return list(seconds(market, max(begin, first_ns), end_ns, until_ns))
    found: list[Candle] = []
    for minute in minutes(market, max(begin, first_ns), finish - 1):
        if interval == "1m":
            found.append(minute)
            continue
        span = span_of(minute.start_ns, interval, shift_ns)
        if found and found[-1].start_ns == span[0]:
            found[-1] = join(found[-1], minute)
        else:
            found.append(replace(minute, start_ns=span[0], end_ns=span[1]))
    return found


def at(market: PairMarket, interval: str, at_ns: int, until_ns: int) -> Candle | None:
    """The candle of an interval that contains an instant, as far as it is known."""
    start_ns, _ = span_of(at_ns, interval)
    found = candles(market, interval, start_ns, start_ns, until_ns)
    return found[-1] if found else None


def selected(
    market: PairMarket,
    interval: str,
    start_ns: int | None,
    end_ns: int | None,
    count: int,
    *,
    now_ns: int,
    shift_ns: int = 0,
) -> list[Candle]:
    """The venue's choice: forward from a start, else backward from an end, else the latest."""
    newest_ns = _newest_start(market)
    if newest_ns is None:
        return []
    last_ns = newest_ns if interval != "1s" else now_ns
    last_ns = last_ns if end_ns is None else min(end_ns, last_ns)
    length = INTERVALS[interval]
    if start_ns is not None:
        oldest_ns = market.bar_at(0).start_ns if market.finished else newest_ns
        start_ns = max(
            start_ns, span_of(oldest_ns, interval, shift_ns)[0]
        )  # clients ask from 1970 for the first candle
        last_ns = min(last_ns, start_ns + length * count)
        if start_ns > last_ns:
            return []
        return candles(market, interval, start_ns, last_ns, now_ns, shift_ns)[:count]
    found = candles(market, interval, max(0, last_ns - length * count), last_ns, now_ns, shift_ns)
    return found[-count:]


def _newest_start(market: PairMarket) -> int | None:
    if market.forming_span is not None:
        return market.forming_span[0]
    return market.bar_at(market.finished - 1).start_ns if market.finished else None
