"""Eleven minutes of Binance as they were recorded: our feed handler reads every line, and its book is the venue's."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from seatrial.domain.instrument import Instrument, binance_spot
from seatrial.venues.answer import decode
from seatrial.venues.binance.depth import depth_events
from seatrial.venues.binance.order_book import OrderBook
from seatrial.venues.binance.records import DepthRecord
from seatrial.venues.binance.stream import market_events
from seatrial.venues.binance.stream_records import DepthEvent
from seatrial.venues.continuity import TapeContinuity
from seatrial.venues.grid import units
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


def best(line: bytes, instrument: Instrument) -> tuple[int, tuple[tuple[int, int], tuple[int, int]]]:
    """A recorded bookTicker: the update it is of, best bid and best ask."""
    quote = msgspec.json.decode(line)["data"]
    bid = (units(quote["b"], instrument.price_scale, "b"), units(quote["B"], instrument.qty_scale, "B"))
    ask = (units(quote["a"], instrument.price_scale, "a"), units(quote["A"], instrument.qty_scale, "A"))
    return quote["u"], (bid, ask)


def test_a_book_kept_from_the_recording_is_never_crossed_and_agrees_with_every_recorded_quote_it_met(
    recorded_data: Path,
) -> None:
    book: OrderBook | None = None
    quotes: dict[int, object] = {}
    early: list[DepthEvent] = []
    agreed = 0
    for line in islice(lines(recorded_data), LINES):
        if b"@bookTicker" in line:
            update, quote = best(line, BTC)
            quotes[update] = quote
        elif b"@depth" in line:
            early += depth_events(line)
        elif b"lastUpdateId" in line:
            book = OrderBook(decode(line, DepthRecord, "snapshot"), BTC)
        while book is not None and early:
            change = early.pop(0)
            if book.is_old(change):
                continue
            assert book.follows(change)
            book.apply(change)
            told = book.event(change.E, 1)
            assert told.bids[0][0] < told.asks[0][0]
            if change.u in quotes:
                assert (told.bids[0], told.asks[0]) == quotes[change.u]
                agreed += 1
    assert agreed > 100


def test_a_lost_change_is_noticed_at_the_next_one(recorded_data: Path) -> None:
    recorded = islice((line for line in lines(recorded_data) if b"@depth" in line), 100)
    changes = [event for line in recorded for event in depth_events(line)]
    book = OrderBook(DepthRecord(changes[0].U - 1, [], []), BTC)
    for change in changes[:50]:
        book.apply(change)

    assert not book.follows(changes[51])
    assert book.is_old(changes[49])
    with pytest.raises(AssertionError):
        book.apply(changes[51])


def test_a_lost_trade_is_noticed_and_counted(recorded_data: Path) -> None:
    tape = TapeContinuity("recorded")
    trades = [*islice((line for line in lines(recorded_data) if b"@trade" in line), 100)]

    told = [word for line in trades[:50] + trades[53:] for word in market_events(line, {BTC.symbol: BTC}, tape)]

    assert [word for word in told if isinstance(word, StreamGap)] == [StreamGap("recorded", "3 trades of BTCUSDT")]
