"""Pains of venues and their streams, by name: silence, storms, limits, nights, and paper money that is too kind."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.pains.desk import Desk, at_a_venue
from tests.pains.test_order_pains import ORDERS, STREAM, agrees, at_every_venue, fills_and_agrees

from seatrial.domain.time import SECOND_NS
from seatrial.emulators.faults import Fault

STORM_SECONDS = 120
CONNECTIONS_MAX = 60  # in two minutes; the storm of the pain was a hundred a second


@at_every_venue
def test_p_alp740_a_mute_stream_costs_no_fill(venue: str, tmp_path: Path) -> None:
    """alpaca-py 740 and Tastytrade at LEAN 31: connected and answering pings, and silent for hours."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="mute", kind="stream_mute", stream=STREAM[venue]))
        await fills_and_agrees(desk, 10, "the fill")

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_alp740_a_storm_of_disconnects_is_not_answered_by_a_storm(venue: str, tmp_path: Path) -> None:
    """alpaca-py 740: the stream came back every ten milliseconds, until the venue answered 429."""

    async def play(desk: Desk) -> None:
        before = len(desk.stage.history.operations)
        desk.goes_wrong(Fault(name="storm", kind="disconnect_storm", stream=STREAM[venue], latency_ms=1))
        await asyncio.sleep(STORM_SECONDS)
        struck = [each for each in desk.stage.history.operations[before:] if each.op == "fault"]
        assert 1 <= len(struck) <= CONNECTIONS_MAX
        await fills_and_agrees(desk, 10, "the fill, storm or not")

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_ib227_a_nightly_reset_needs_nobody(venue: str, tmp_path: Path) -> None:
    """Interactive Brokers at LEAN 227: the nightly reset ended the algorithm."""

    async def play(desk: Desk) -> None:
        order = await desk.buy(4)
        await desk.until(lambda: desk.status(order) == "FILLED", "a fill before the night")
        desk.goes_wrong(Fault(name="night", kind="maintenance"))
        await asyncio.sleep(900)
        desk.mends()
        await desk.until(lambda: desk.service.waiting_for is None, "the morning")
        other = await desk.buy(6)
        await desk.until(lambda: desk.status(other) == "FILLED", "a fill after the night")
        await agrees(desk, 10)

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_ft11947_a_rate_limit_is_heeded(venue: str, tmp_path: Path) -> None:
    """Freqtrade 11947, Hummingbot 5505: asked to wait, the bot went on asking."""

    async def play(desk: Desk) -> None:
        limit = Fault(name="slow down", kind="rate_limited", path=ORDERS[venue], method="POST", retry_after_s=30)
        desk.goes_wrong(limit)
        effects = [await desk.ask(1) for _ in range(20)]
        await asyncio.sleep(10)
        asked = [
            each
            for each in desk.stage.history.operations
            if each.op == "request" and each.what.startswith("POST") and ORDERS[venue] in each.what
        ]
        assert len(effects) == 20
        assert len(asked) <= 2, "after the first 429 nothing is sent until the venue listens again"
        desk.mends()
        await asyncio.sleep(60)
        order = await desk.buy(2)
        await desk.until(lambda: desk.status(order) == "FILLED", "an order after the wait")

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_nt1677_a_local_venue_can_be_slow(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 1677: the sandbox has no latency. Here an order is known to the venue when the wire says so."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="slow", kind="latency", path=ORDERS[venue], method="POST", latency_ms=3_000))
        asked_ns = desk.loop.now_ns()
        order = await desk.buy(2)
        await desk.until(lambda: order in desk.accepted(), "the acceptance")
        accepted = next(each for each in desk.stage.history.operations if each.op == "accepted")
        assert accepted.at_ns - asked_ns >= 3 * SECOND_NS

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_nt2564_liquidity_is_taken_once(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 2564 and 1537: the same liquidity filled twice. A print of the stage has 100 for all orders."""

    async def play(desk: Desk) -> None:
        orders = [await desk.buy(150) for _ in range(2)]
        await desk.until(lambda: all(desk.status(order) == "FILLED" for order in orders), "both")
        by_time: dict[int, int] = {}
        for fill in {fill.execution_id: fill for fill in desk.fills()}.values():
            by_time[fill.at_ns] = by_time.get(fill.at_ns, 0) + fill.qty_units
        assert len(by_time) >= 3
        assert all(units <= desk.stage.units(100) for units in by_time.values())

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_ft12086_a_rehearsal_has_a_market(venue: str, tmp_path: Path) -> None:
    """Freqtrade 12086 and 6982: testnets are refused or have no volume. Ours has the volume of its data."""

    async def play(desk: Desk) -> None:
        await desk.until(lambda: desk.stage.exchange.now_ns() - desk.stage.open_ns > 180 * SECOND_NS, "three minutes")
        now_ns = desk.stage.exchange.now_ns()
        bars = await desk.stage.venue.bars(desk.stage.symbol, desk.stage.open_ns, now_ns)
        assert bars
        assert all(bar.volume_units > 0 for bar in bars)

    at_a_venue(venue, tmp_path, play)
