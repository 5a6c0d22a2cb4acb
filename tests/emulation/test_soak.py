"""A day of the emulated venues in a minute: memory stays where it is, numbers go on without a gap."""

from __future__ import annotations

import gc

import psutil
import pytest

from seatrial.bootstrap.emulation.asked import Asked
from seatrial.bootstrap.emulation.markets import emulated_markets
from seatrial.bootstrap.local_venues import LocalVenues
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.time import HOUR_NS, Instant, parse_rfc3339

MEGABYTE = 1 << 20
GROWTH_MB_MAX = 16  # between the eighth hour and the last, of some two hundred
SYMBOLS = ("BTCUSDT", "ETHUSDT")


class HandClock:
    """A clock that a test moves."""

    at_ns = int(parse_rfc3339("2026-11-21T00:00:00Z"))

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)


@pytest.mark.prove
def test_a_day_of_two_coins_leaves_memory_flat_and_no_number_out() -> None:
    clock = HandClock()
    settings = load_settings({"data": "", "speed": "1"})
    venues = LocalVenues(
        settings, clock, emulated_markets(settings, Asked(symbols=SYMBOLS), clock.at_ns), store=":memory:"
    )
    (venue,) = venues.venues
    numbers: dict[str, int] = {}
    updates: dict[str, int] = {}

    def follow(known: dict[str, int], symbol: str, first: int, last: int) -> None:
        assert known.get(symbol, first - 1) == first - 1
        known[symbol] = last

    venue.exchange.on_print.append(lambda one: follow(numbers, one.symbol, one.number, one.number))
    venue.exchange.on_depth.append(lambda one: follow(updates, one.symbol, one.first_id, one.last_id))
    megabytes = []
    for _ in range(24):
        clock.at_ns += HOUR_NS
        venue.exchange.catch_up()
        gc.collect()
        megabytes.append(psutil.Process().memory_info().rss / MEGABYTE)

    assert set(numbers) == set(updates) == set(SYMBOLS)
    assert megabytes[-1] - megabytes[7] < GROWTH_MB_MAX, megabytes
