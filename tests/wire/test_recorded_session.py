"""Eleven minutes of Binance as they were recorded: our feed handler reads every line, and its book is the venue's."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from seatrial.domain.instrument import binance_spot
from seatrial.venues.answer import decode
from seatrial.venues.binance.books import Joined, book_events, snapshot_event
from seatrial.venues.binance.records import DepthRecord
from seatrial.venues.binance.stream import market_events
from seatrial.venues.books import BookLost, DepthEvent, Level, QuoteEvent
from seatrial.venues.continuity import TapeContinuity
from seatrial.venues.port import StreamGap, TickEvent

LINES = 12_000  # some two minutes
BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")


def lines(folder: Path) -> Iterator[bytes]:
    for day in ("20240808", "20240809"):
        with gzip.open(folder / "crypto" / "raw" / f"binance_spot_btcusdt_{day}.ws.gz") as recording:
            for line in recording:
                yield line.partition(b" ")[2]


def test_every_recorded_trade_is_a_tick_in_order_and_none_is_missing(recorded_data: Path) -> None:
    tape = TapeContinuity("recorded")
    told = [
        word
        for line in lines(recorded_data)
        if b"@trade" in line
        for word in market_events(line, {BTC.symbol: BTC}, tape)
    ]

    assert len(told) > 10_000
    assert all(isinstance(word, TickEvent) for word in told)
    times = [word.at_ns for word in told if isinstance(word, TickEvent)]
    assert times == sorted(times)


def test_a_book_kept_from_the_recording_is_never_crossed_and_agrees_with_every_recorded_quote_it_met(
    recorded_data: Path,
) -> None:
    joined = Joined(BTC.symbol)
    quotes: dict[int, tuple[Level, Level]] = {}
    sides: tuple[dict[int, int], dict[int, int]] = {}, {}
    agreed = 0
    for line in islice(lines(recorded_data), LINES):
        if b"lastUpdateId" in line:
            told = joined.begin(snapshot_event(decode(line, DepthRecord, "snapshot"), BTC))
        elif b"@depth" in line or b"@bookTicker" in line:
            heard = book_events(line, {BTC.symbol: BTC})
            quotes |= {each.update_id: (each.bid, each.ask) for each in heard if isinstance(each, QuoteEvent)}
            told = [word for each in heard if isinstance(each, DepthEvent) for word in joined.take(each)]
        else:
            continue
        for change in told:
            assert isinstance(change, DepthEvent), "nothing is missing in the recording"
            for side, levels in zip(sides, (change.bids, change.asks), strict=True):
                side |= dict(levels)
            bids, asks = ({price: size for price, size in side.items() if size} for side in sides)
            bid, ask = max(bids), min(asks)
            assert bid < ask
            if change.last_id in quotes:
                assert ((bid, bids[bid]), (ask, asks[ask])) == quotes[change.last_id]
                agreed += 1
    assert agreed > 100


def test_a_lost_change_is_noticed_at_the_next_one(recorded_data: Path) -> None:
    recorded = islice((line for line in lines(recorded_data) if b"@depth" in line), 100)
    changes = [event for line in recorded for event in book_events(line, {BTC.symbol: BTC})]
    joined = Joined(BTC.symbol)
    joined.begin(snapshot_event(DepthRecord(changes[0].first_id - 1, [], []), BTC))  # type: ignore[union-attr]
    for change in changes[:50]:
        assert joined.take(change) == [change]  # type: ignore[arg-type]

    assert joined.take(changes[49]) == []  # type: ignore[arg-type]
    (lost,) = joined.take(changes[51])  # type: ignore[arg-type]
    assert isinstance(lost, BookLost)
    assert joined.wants_snapshot


def test_a_lost_trade_is_noticed_and_counted(recorded_data: Path) -> None:
    tape = TapeContinuity("recorded")
    trades = [*islice((line for line in lines(recorded_data) if b"@trade" in line), 100)]

    told = [word for line in trades[:50] + trades[53:] for word in market_events(line, {BTC.symbol: BTC}, tape)]

    assert [word for word in told if isinstance(word, StreamGap)] == [StreamGap("recorded", "3 trades of BTCUSDT")]
