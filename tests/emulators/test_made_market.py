"""A made market is one to believe in: it adds up to its bars, is never crossed, and looks as markets do."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS, SECOND_NS, Instant
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

FIRST_DAY = date(2024, 1, 2)


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at_ns = 0

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)


class Lived:
    """Some minutes of one symbol's made market, and everything it showed."""

    def __init__(self, symbol: str, minutes: float, *, seed: int = 7, after_ns: int = 0) -> None:
        self.instrument: Instrument = instrument_of(symbol)
        table = synthetic_market([self.instrument], seed=seed, first_day=FIRST_DAY, session_count=1)[Symbol(symbol)]
        self.made = tuple(table.bars())
        days = sessions(self.instrument.calendar, FIRST_DAY, FIRST_DAY)
        start_ns = days[0].open_ns + after_ns
        known, bars = {self.instrument.symbol: self.instrument}, {self.instrument.symbol: self.made}
        tape = MemoryTape(bars, days)
        floor = Floor(known, tape, MadeFlow(known, bars, days, seed=seed), start_ns)
        clock = HandClock()
        exchange = Exchange([self.instrument], tape, market_clock=MarketClock(clock, anchor_ns=start_ns), trading=floor)
        self.prints: list[Print] = []
        self.quotes: list[Quote] = []
        self.bars: list[Bar] = []
        exchange.on_print.append(self.prints.append)
        exchange.on_quote.append(self.quotes.append)
        exchange.on_bar.append(lambda bars, _: self.bars.extend(bars))
        clock.at_ns = int(minutes * MINUTE_NS) + SECOND_NS // 2
        exchange.catch_up()
        depth = exchange.depth(self.instrument.symbol, 100)
        assert depth is not None
        self.depth = depth


@pytest.fixture(scope="module", params=["AAPL", "BTCUSDT"])
def lived(request: pytest.FixtureRequest) -> Lived:
    return Lived(request.param, 60)


def test_left_alone_its_trades_add_up_to_the_bars_it_was_made_of(lived: Lived) -> None:
    assert lived.bars == list(lived.made[:60])


def test_trades_come_every_few_seconds_and_are_numbered_without_a_gap(lived: Lived) -> None:
    instants = sorted({one.at_ns for one in lived.prints})
    waits = [(later - earlier) / SECOND_NS for earlier, later in pairwise(instants)]

    assert 1 <= float(np.median(waits)) <= 6
    assert max(waits) < 30
    assert [one.number for one in lived.prints] == list(range(1, len(lived.prints) + 1))


def test_its_book_is_never_crossed_and_stands_on_the_grids_of_an_order(lived: Lived) -> None:
    both = [quote for quote in lived.quotes if quote.bid_units and quote.ask_units]

    assert len(both) > len(lived.quotes) * 0.8
    assert all(quote.bid_units < quote.ask_units for quote in both)
    tick, lot = lived.instrument.tick_units, lived.instrument.lot_units
    assert all(quote.bid_units % tick == quote.ask_units % tick == 0 for quote in both)
    assert all(one.price_units % tick == 0 and one.volume_units % lot == 0 for one in lived.prints)
    assert len(lived.depth.bids) >= 15
    assert len(lived.depth.asks) >= 15


def test_its_spread_is_that_of_a_liquid_market(lived: Lived) -> None:
    both = [quote for quote in lived.quotes if quote.bid_units and quote.ask_units]
    spreads = [2e4 * (one.ask_units - one.bid_units) / (one.ask_units + one.bid_units) for one in both]

    assert 0 < float(np.median(spreads)) < 3, "basis points"


def test_buyers_follow_buyers_and_sizes_differ_by_orders_of_magnitude(lived: Lived) -> None:
    signs = np.array([-1 if one.buyer_maker else 1 for one in lived.prints])
    sizes = sorted(one.volume_units for one in lived.prints)

    assert 0.3 < float((signs > 0).mean()) < 0.7
    assert float((signs[1:] * signs[:-1]).mean()) > 0.05
    assert sizes[-1] > 20 * sizes[len(sizes) // 4]


@pytest.mark.parametrize("symbol", ["AAPL", "BTCUSDT"])
@pytest.mark.parametrize("after_ns", [0, 20 * MINUTE_NS + 37 * SECOND_NS])
def test_whoever_comes_first_meets_a_whole_book_also_inside_a_minute(symbol: str, after_ns: int) -> None:
    begun = Lived(symbol, 0, after_ns=after_ns)

    assert not begun.prints
    assert min(len(begun.depth.bids), len(begun.depth.asks)) >= 15
    assert begun.depth.bids[0][0] < begun.depth.asks[0][0]


def test_the_same_seed_makes_the_same_market_and_another_seed_another() -> None:
    assert Lived("ETHUSDT", 3).prints == Lived("ETHUSDT", 3).prints
    assert Lived("ETHUSDT", 3).prints != Lived("ETHUSDT", 3, seed=8).prints


def test_wild_minutes_follow_wild_minutes_and_the_direction_of_one_says_nothing_of_the_next() -> None:
    coin = instrument_of("BTCUSDT")
    (table,) = synthetic_market([coin], seed=3, first_day=FIRST_DAY, session_count=4).values()
    closes = np.array([bar.close_units for bar in table.bars()], dtype=float)
    returns = np.diff(np.log(closes))

    assert _autocorrelation(np.abs(returns), 1) > 0.05
    assert _autocorrelation(np.abs(returns), 10) > 0.02
    assert abs(_autocorrelation(returns, 1)) < 0.05
    kurtosis = float(((returns - returns.mean()) ** 4).mean() / returns.var() ** 2)
    assert kurtosis > 3, "tails fatter than a bell's"


def test_an_exchange_is_busy_at_its_open_and_its_close_and_quiet_at_noon() -> None:
    share = instrument_of("SPY")
    (table,) = synthetic_market([share], seed=3, first_day=FIRST_DAY, session_count=8).values()
    by_half_hour: Counter[int] = Counter()
    for place, bar in enumerate(table.bars()):
        by_half_hour[place % 390 // 30] += bar.volume_units

    halves = [by_half_hour[half] for half in range(13)]
    assert halves[0] > 1.5 * halves[6]
    assert halves[12] > 1.5 * halves[6]
    assert min(halves) in halves[4:9]


def _autocorrelation(values: np.ndarray, lag: int) -> float:
    centred = values - values.mean()
    return float((centred[lag:] * centred[:-lag]).mean() / centred.var())


def test_the_picture_in_the_documentation_is_what_the_market_draws_today(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    drawn = tmp_path / "drawn.svg"

    subprocess.run([sys.executable, root / "scripts" / "draw_synthetic_market.py", drawn], check=True)

    assert drawn.read_text() == (root / "docs" / "concepts" / "synthetic_market.svg").read_text()
