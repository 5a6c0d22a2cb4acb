"""Draws docs/concepts/synthetic_market.svg: python scripts/draw_synthetic_market.py [FILE]."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from seatrial.domain.ids import Symbol
from seatrial.domain.time import MINUTE_NS, Instant
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.floor.floor import Floor
from seatrial.emulators.floor.made_flow import MadeFlow
from seatrial.emulators.floor.shown import Quote
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.tape import MemoryTape
from seatrial.emulators.timeline import Print
from seatrial.market.instruments import instrument_of
from seatrial.market.sessions import sessions
from seatrial.market.synthetic import synthetic_market

TARGET = Path(__file__).resolve().parents[1] / "docs" / "concepts" / "synthetic_market.svg"
DAY, SEED = date(2024, 1, 2), 7
MINUTES, SESSIONS = 6, 8
WIDTH, HEIGHT, PANEL = 900, 230, 280


class StillClock:
    """A clock that stands where it is put."""

    at_ns = 0

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)


def lived() -> tuple[list[Print], list[Quote], int]:
    """Six minutes of a share: its trades, its quotes, and when they began."""
    share = instrument_of("AAPL")
    table = synthetic_market([share], seed=SEED, first_day=DAY, session_count=1)[Symbol("AAPL")]
    days, bars, known = sessions("XNYS", DAY, DAY), {share.symbol: tuple(table.bars())}, {share.symbol: share}
    tape, start_ns, clock = MemoryTape(bars, days), days[0].open_ns, StillClock()
    floor = Floor(known, tape, MadeFlow(known, bars, days, seed=SEED), start_ns)
    exchange = Exchange([share], tape, market_clock=MarketClock(clock, anchor_ns=start_ns), trading=floor)
    trades: list[Print] = []
    quotes: list[Quote] = []
    exchange.on_print.append(trades.append)
    exchange.on_quote.append(quotes.append)
    clock.at_ns = MINUTES * MINUTE_NS
    exchange.catch_up()
    return trades, quotes, start_ns


def volume_by_half_hour() -> list[int]:
    """Of a share, over some sessions."""
    (table,) = synthetic_market([instrument_of("SPY")], seed=SEED, first_day=DAY, session_count=SESSIONS).values()
    found = [0] * 13
    for place, bar in enumerate(table.bars()):
        found[place % 390 // 30] += bar.volume_units
    return found


def memory_of_wildness() -> list[float]:
    """Autocorrelation of a coin's absolute returns, lags 1 to 30."""
    (table,) = synthetic_market([instrument_of("BTCUSDT")], seed=SEED, first_day=DAY, session_count=SESSIONS).values()
    closes = [bar.close_units for bar in table.bars()]
    sizes = [abs(later / earlier - 1) for earlier, later in itertools.pairwise(closes)]
    middle = sum(sizes) / len(sizes)
    apart = [size - middle for size in sizes]
    whole = sum(each * each for each in apart)
    return [sum(a * b for a, b in zip(apart, apart[lag:], strict=False)) / whole for lag in range(1, 31)]


def line(points: Sequence[tuple[float, float]], colour: str) -> str:
    """A polyline."""
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="1"/>'


def columns(values: Sequence[float], left: int) -> list[str]:
    """Bars from zero up."""
    high, step = max(values), (PANEL - 20) / len(values)
    return [
        f'<rect x="{left + place * step:.1f}" y="{HEIGHT - 170 * max(0.0, value) / high:.1f}" width="{step - 1.5:.1f}" '
        f'height="{170 * max(0.0, value) / high:.1f}" fill="#4878a8"/>'
        for place, value in enumerate(values)
    ]


def trades_and_quotes() -> list[str]:
    """The first panel."""
    trades, quotes, start_ns = lived()
    low, high = min(one.price_units for one in trades), max(one.price_units for one in trades)

    def at(at_ns: int, price: int) -> tuple[float, float]:
        return (at_ns - start_ns) / (MINUTES * MINUTE_NS) * PANEL, HEIGHT - 170 * (price - low) / (high - low)

    shown = [quote for quote in quotes if quote.bid_units and quote.ask_units]
    drawn = [
        line([at(one.at_ns, one.bid_units) for one in shown], "#a8c8a8"),
        line([at(one.at_ns, one.ask_units) for one in shown], "#e0b0a0"),
    ]
    for one in trades:
        x, y = at(one.at_ns, one.price_units)
        colour = "#b04030" if one.buyer_maker else "#308040"
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.3" fill="{colour}"/>')
    return drawn


def drawing() -> str:
    """The whole picture."""
    titles = (
        "AAPL, six minutes: bid, ask, trades",
        "SPY, volume by half hour",
        "BTCUSDT, memory of |returns|, 1-30 minutes",
    )
    parts = [f'<text x="{place * 310}" y="30" font-size="13">{title}</text>' for place, title in enumerate(titles)]
    parts += [*trades_and_quotes(), *columns(volume_by_half_hour(), 310), *columns(memory_of_wildness(), 620)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 10}" font-family="sans-serif">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else TARGET).write_text(drawing(), encoding="utf-8")
