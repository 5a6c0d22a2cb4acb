"""Pains of the order path, by name: what lost money elsewhere happens here on purpose, and the books stay right."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pains.desk import Desk, at_a_venue

from seatrial.emulators.faults import Fault

ORDERS = {"alpaca": "/v2/orders", "binance": "/api/v3/order"}
STREAM = {"alpaca": "trade_updates", "binance": "userData"}
TERMINAL = {"FILLED", "CANCELED", "EXPIRED", "REJECTED"}

# One venue in `make test`, the other under `make prove`.
at_every_venue = pytest.mark.parametrize("venue", ["alpaca", pytest.param("binance", marks=pytest.mark.prove)])


async def agrees(desk: Desk, whole: int) -> None:
    """Our books hold so much, and the venue says the same to the unit."""
    units = desk.stage.units(whole)
    fee_units = 0 if desk.stage.name == "alpaca" else units // 1_000  # Binance takes it of what was bought
    await desk.until(lambda: desk.held_units() == units - fee_units, f"{whole} held")
    assert await desk.venue_units() == desk.held_units()
    assert desk.service.engine.latched is None


async def fills_and_agrees(desk: Desk, whole: int, what: str) -> None:
    """A purchase fills in spite of everything, and both sides hold it."""
    order = await desk.buy(whole)
    await desk.until(lambda: desk.status(order) == "FILLED", what)
    await agrees(desk, whole)


@at_every_venue
def test_p_ib249_fills_of_an_outage_are_found(venue: str, tmp_path: Path) -> None:
    """Interactive Brokers at LEAN 249: what fills while the connection is down is never recovered."""

    async def play(desk: Desk) -> None:
        order = await desk.buy(10, limit=100)
        await desk.until(lambda: desk.status(order) == "WORKING", "a working order")
        desk.goes_wrong(Fault(name="outage", kind="maintenance"))
        await desk.until(lambda: desk.stage.exchange.now_ns() - desk.stage.open_ns > 300 * 10**9, "five minutes")
        desk.mends()
        await agrees(desk, 10)
        assert desk.status(order) == "FILLED"

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_ts95_dropped_frames_with_healthy_heartbeats(venue: str, tmp_path: Path) -> None:
    """TradeStation at LEAN 95: the stream lost 14 of 18 fills, and its heartbeats said all was well."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="frames", kind="stream_drop", stream=STREAM[venue]))
        orders = [await desk.buy(2) for _ in range(6)]
        await desk.until(lambda: all(desk.status(order) == "FILLED" for order in orders), "six fills")
        await agrees(desk, 12)

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_hb8457_an_outage_right_after_acceptance_drops_no_order(venue: str, tmp_path: Path) -> None:
    """Hummingbot 8457: six accepted orders were dropped as failed in an outage and left an untracked short."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(
            Fault(name="answers", kind="lost_ack", path=ORDERS[venue], method="POST"),
            Fault(name="looks", kind="loss", method="GET", for_ms=60_000),
            Fault(name="stream", kind="disconnect_storm", for_ms=60_000),
        )
        orders = [await desk.buy(2) for _ in range(6)]
        await desk.until(lambda: len(desk.accepted()) == 6, "six orders at the venue")
        assert not {desk.status(order) for order in orders} & {"REJECTED", "CANCELED"}
        desk.mends()
        await desk.until(lambda: all(desk.status(order) == "FILLED" for order in orders), "six fills")
        await agrees(desk, 12)
        assert sorted(desk.accepted()) == sorted(orders)

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_nt4152_a_timeout_is_no_rejection(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 4152 and LEAN 8326: an order was told as rejected after a timeout, and then it filled."""

    async def play(desk: Desk) -> None:
        late = Fault(name="late", kind="latency", path=ORDERS[venue], method="POST", latency_ms=40_000, when="after")
        desk.goes_wrong(late, Fault(name="stream", kind="stream_drop", stream=STREAM[venue]))
        seen = set()

        def filled() -> bool:
            seen.add(desk.status(order))
            return desk.status(order) == "FILLED"

        order = await desk.buy(10)
        await desk.until(filled, "the fill")
        assert "REJECTED" not in seen
        await agrees(desk, 10)
        assert desk.accepted() == [order]

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_nt4215_an_accepted_order_is_never_sent_again(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 4215: a retry after acceptance made a duplicate. Hummingbot 493: so did a timeout."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="503", kind="error_after", path=ORDERS[venue], method="POST", status=503))
        orders = [await desk.buy(3) for _ in range(3)]
        await desk.until(lambda: all(desk.status(order) == "FILLED" for order in orders), "three fills")
        await agrees(desk, 9)
        assert sorted(desk.accepted()) == sorted(orders)

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_ft13399_two_orders_alike_have_their_own_fills(venue: str, tmp_path: Path) -> None:
    """Freqtrade 13399: the fill of a neighbour with the same amount was attached to another trade."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="silence", kind="stream_drop", stream=STREAM[venue]))
        orders = [await desk.buy(5) for _ in range(3)]
        await desk.until(lambda: all(desk.status(order) == "FILLED" for order in orders), "three fills")
        for order in orders:
            fills = {fill.execution_id: fill.qty_units for fill in desk.fills() if fill.client_order_id == order}
            assert sum(fills.values()) == desk.stage.units(5)
        await agrees(desk, 15)

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_nt3046_a_fill_told_twice_is_booked_once(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 3046: duplicate trade ids. Freqtrade 12824: a stop that fills on every loop."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="twice", kind="stream_duplicate", stream=STREAM[venue]))
        await fills_and_agrees(desk, 10, "the fill")

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_nt3869_events_out_of_order_end_in_the_truth(venue: str, tmp_path: Path) -> None:
    """NautilusTrader 3869: fills that never arrived, or came before what they belong to."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="late", kind="stream_reorder", stream=STREAM[venue], latency_ms=2_000))
        orders = [await desk.buy(4) for _ in range(3)]
        await desk.until(lambda: all(desk.status(order) == "FILLED" for order in orders), "three fills")
        await agrees(desk, 12)

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_hb5896_a_cancel_of_what_is_gone_does_not_stick(venue: str, tmp_path: Path) -> None:
    """Hummingbot 5896: stuck cancelling an order that no longer exists."""

    async def play(desk: Desk) -> None:
        desk.goes_wrong(Fault(name="silence", kind="stream_drop", stream=STREAM[venue]))
        order = await desk.buy(10, limit=101)
        await desk.until(lambda: "executed" in {each.op for each in desk.stage.history.operations}, "a trade")
        await desk.cancel(order)
        await desk.until(lambda: desk.status(order) in TERMINAL, "the end of the order")
        await agrees(desk, 10)

    at_a_venue(venue, tmp_path, play)


@at_every_venue
def test_p_hft316_partial_fills_reach_the_position(venue: str, tmp_path: Path) -> None:
    """hftbacktest 316: partial fills were never applied. Freqtrade's dry run: orders fill whole or not at all."""

    async def play(desk: Desk) -> None:
        order = await desk.buy(350, limit=100)
        await desk.until(lambda: desk.held_units() > 0, "a part")
        assert desk.status(order) != "FILLED"
        await agrees(desk, 350)
        assert len(desk.fills()) > 1

    at_a_venue(venue, tmp_path, play)
