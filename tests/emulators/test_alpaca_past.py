"""Orders that left memory answer every question as they did before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.emulators.alpaca_house import House, in_house

from seatrial.emulators.alpaca import order_register as rooms
from seatrial.emulators.store import Store

BRACKET = {"order_class": "bracket", "take_profit": {"limit_price": "120"}, "stop_loss": {"stop_price": "80"}}
QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/v2/orders", {"status": "all"}),
    ("/v2/orders", {"status": "all", "direction": "asc", "limit": "3"}),
    ("/v2/orders", {"status": "all", "nested": "true"}),
    ("/v2/orders", {"status": "closed", "nested": "true", "direction": "asc"}),
    ("/v2/orders", {"status": "open", "nested": "true"}),
    ("/v2/orders", {"status": "closed", "side": "buy"}),
    ("/v2/orders:by_client_order_id", {"client_order_id": "bought 0"}),
    ("/v2/account/activities", {}),
)


def answers_of(at_hand: int, monkeypatch: pytest.MonkeyPatch, store: Store) -> list[Any]:
    """A few families, of which some end and one stays, and what the venue says of them."""
    monkeypatch.setattr(rooms, "ENDED_AT_HAND_MAX", at_hand)
    told: list[Any] = []

    async def scene(house: House) -> None:
        for minute in range(4):
            await house.until(60 * minute + 2)
            await house.order(qty=10, client_order_id=f"bought {minute}")
            entry = (await house.order(qty=2, client_order_id=f"entry {minute}", **BRACKET)).json()
            await house.until(60 * minute + 30)
            if minute < 3:
                (leg, _) = (await house.get(f"/v2/orders/{entry['id']}", nested="true"))["legs"]
                await house.client.delete(f"/v2/orders/{leg['id']}")
        told[:] = [await house.get(path, **asked) for path, asked in QUESTIONS]
        again = await house.order(client_order_id="bought 0")
        told.append((again.status_code, again.json()))
        told.append(len(house.venue.desk.register._at_hand))

    in_house(scene, store=store)
    return told


def test_a_venue_that_keeps_two_ended_orders_answers_like_one_that_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    *all_told, all_held = answers_of(1_000, monkeypatch, Store(":memory:"))
    *two_told, two_held = answers_of(2, monkeypatch, Store(":memory:"))

    assert two_told == all_told
    assert (all_held, two_held) == (16, 4)


def test_so_does_one_that_was_stopped_meanwhile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = Store(tmp_path / "venues.db")
    *before, _, _ = answers_of(2, monkeypatch, store)
    after: list[Any] = []

    async def scene(house: House) -> None:
        after[:] = [await house.get(path, **asked) for path, asked in QUESTIONS]
        assert len(house.venue.desk.register._at_hand) == 4

    in_house(scene, store=store)

    assert after == before
