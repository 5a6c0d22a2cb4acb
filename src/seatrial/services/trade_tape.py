"""The trades of one account's market, bar by bar: a bar's trades are told whole or not at all.

They come from the venue's stream, as it tells them. Whole they are where their sizes add up to the bar's own volume:
that shows a trade that was dropped, told late or twice, and the part of a minute before a connection was there. What
the stream has not told whole the venue is asked for, once for each bar, and held to the same volume.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from seatrial.domain.bars import Bar
from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import MINUTE_NS, rfc3339
from seatrial.strategy.watching import Trade
from seatrial.venues.port import TickEvent, Venue

KEPT_NS = 5 * MINUTE_NS  # market time
TRADES_KEPT_MAX = 500_000  # of a symbol


@dataclass(frozen=True, slots=True)
class NotWhole:
    """A bar's trades cannot be told; `why` is for people."""

    why: str


class TradeTape:
    """What the stream has told of the last minutes, and the venue's past behind it. Only wanted symbols are kept."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._heard: dict[Symbol, deque[TickEvent]] = {}

    def want(self, symbols: Collection[Symbol]) -> None:
        """Keep the trades of these from now on."""
        for symbol in symbols:
            self._heard.setdefault(symbol, deque(maxlen=TRADES_KEPT_MAX))

    def hear(self, trade: TickEvent) -> None:
        """One trade of the stream."""
        kept = self._heard.get(trade.symbol)
        if kept is None:
            return
        kept.append(trade)
        while kept[0].at_ns < trade.at_ns - KEPT_NS:
            kept.popleft()

    async def of(self, bar: Bar) -> Sequence[Trade] | NotWhole:
        """Every trade of a bar, oldest first."""
        heard = _inside(bar, self._heard.get(bar.symbol, ()))
        if _adds_up(bar, heard):
            return _told(heard)
        try:
            asked = await self._venue.trades(bar.symbol, bar.start_ns, bar.end_ns)
        except VenueFault as fault:
            return NotWhole(f"{_name(bar)} cannot be asked for: {fault}")
        if _adds_up(bar, asked):
            return _told(asked)
        return NotWhole(f"{_name(bar)} are not whole: {_volume(asked)} of {bar.volume_units} units")

    async def past(self, bars: Sequence[Bar]) -> Mapping[Bar, Sequence[Trade]]:
        """The trades of one symbol's bars of the past; of those that add up. Raises as the venue's questions do."""
        if not bars:
            return {}
        trades = await self._venue.trades(bars[0].symbol, bars[0].start_ns, bars[-1].end_ns)
        found: dict[Bar, Sequence[Trade]] = {}
        first = 0
        for bar in bars:
            while first < len(trades) and trades[first].at_ns < bar.start_ns:
                first += 1
            last = first
            while last < len(trades) and trades[last].at_ns < bar.end_ns:
                last += 1
            if _adds_up(bar, trades[first:last]):
                found[bar] = _told(trades[first:last])
            first = last
        return found


def _inside(bar: Bar, trades: Collection[TickEvent]) -> list[TickEvent]:
    return [trade for trade in trades if bar.start_ns <= trade.at_ns < bar.end_ns]


def _adds_up(bar: Bar, trades: Sequence[TickEvent]) -> bool:
    return _volume(trades) == bar.volume_units


def _volume(trades: Sequence[TickEvent]) -> int:
    return sum(trade.qty_units for trade in trades if trade.counts)


def _told(trades: Sequence[TickEvent]) -> list[Trade]:
    return [Trade(trade.at_ns, trade.price_units, trade.qty_units) for trade in trades]


def _name(bar: Bar) -> str:
    return f"the trades of {bar.symbol} from {rfc3339(bar.start_ns)} on"
