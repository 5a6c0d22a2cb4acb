"""Market time: the market's word, carried forward by our clock, and never far beyond a market that stands still."""

from __future__ import annotations

from seatrial.domain.ids import AccountId
from seatrial.domain.time import HOUR_NS, MINUTE_NS, SECOND_NS, Instant
from seatrial.services.execution.market_time import MarketTime

PAPER = AccountId("paper")


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at_ns = 0

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)


def test_the_markets_word_is_carried_forward_at_its_speed() -> None:
    clock = HandClock()
    market = MarketTime(clock, speed_ppm=60_000_000)
    market.observe(PAPER, 1_000 * HOUR_NS)
    clock.at_ns += SECOND_NS
    assert market.now_ns(PAPER) == 1_000 * HOUR_NS + MINUTE_NS


def test_a_local_market_that_stands_still_is_not_run_away_from() -> None:
    clock = HandClock()
    market = MarketTime(clock, speed_ppm=60_000_000)
    market.observe(PAPER, HOUR_NS)
    clock.at_ns += HOUR_NS
    assert market.now_ns(PAPER) == HOUR_NS + 2 * MINUTE_NS
    market.observe(PAPER, HOUR_NS + MINUTE_NS)
    assert market.now_ns(PAPER) == HOUR_NS + MINUTE_NS


def test_a_bar_of_the_past_does_not_turn_time_back() -> None:
    clock = HandClock()
    market = MarketTime(clock)
    market.observe(PAPER, HOUR_NS)
    market.at_least(PAPER, MINUTE_NS)
    assert market.now_ns(PAPER) == HOUR_NS
    market.at_least(PAPER, 2 * HOUR_NS)
    assert market.latest_ns() == 2 * HOUR_NS
