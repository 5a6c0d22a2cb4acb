"""The test order: the smallest one the account allows, below the market so that it rests, and taken back at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any

from seatrial.deploy.smoke.system import SmokeFailed, System

BELOW_MARKET = Decimal("0.97")  # rests, and is well inside every price collar
ATTEMPTS_MAX = 3
CANCEL_SECONDS_MAX = 20.0
POLL_SECONDS = 0.2
WAY_SECONDS = 1.0  # for what the order made way for to be done
WASH_TRADE = "potential wash trade"  # Alpaca's words: an order of the account's own stands on the other side
NO_FRESH_PRICE = frozenset({"STALE_PRICE", "NO_PRICE"})
OVER = frozenset({"canceled", "expired", "rejected", "filled"})


@dataclass(frozen=True, slots=True)
class _Choice:
    """What to order: decimals as text, on the instrument's grids."""

    symbol: str
    quantity: str
    price: str
    time_in_force: str


class _MadeWay(Exception):
    """A strategy's own order went the other way: the machine took the test order back, or the venue refused it."""


class _Closed(Exception):
    """Execution has no fresh price of the symbol: its market is closed, whatever the last tick looked like."""


async def order_and_cancel(system: System) -> str:
    """One order in, acknowledged by the venue, and out again; in the first symbol whose market takes one."""
    choices = await _choices(system)
    for choice in choices:
        try:
            return await _tried(system, choice)
        except _Closed:
            continue
    raise SmokeFailed(f"no market is open for {', '.join(choice.symbol for choice in choices)}")


async def _tried(system: System, choice: _Choice) -> str:
    for _ in range(ATTEMPTS_MAX):
        try:
            await _there_and_back(system, choice)
        except _MadeWay:
            await asyncio.sleep(WAY_SECONDS)
            continue
        return f"{choice.quantity} {choice.symbol} at {choice.price} rested and was taken back"
    raise SmokeFailed(f"{ATTEMPTS_MAX} test orders in {choice.symbol} made way for a strategy's own; try again")


async def _there_and_back(system: System, choice: _Choice) -> None:
    body = {
        "symbol": choice.symbol,
        "side": "buy",
        "type": "limit",
        "quantity": choice.quantity,
        "price": choice.price,
        "time_in_force": choice.time_in_force,
    }
    placed = await system.ask("execution", "/orders", method="POST", body=body)
    if placed.status == 422 and placed.body.get("code") in NO_FRESH_PRICE:
        raise _Closed
    if placed.status != 202:
        raise SmokeFailed(f"{choice.quantity} {choice.symbol} at {choice.price} was not taken: {placed.told()}")
    order_id = placed.body["order_id"]
    seen = await _until(system, order_id, {"working", "partially_filled", *OVER})
    if seen["status"] == "canceled" and seen["venue_order_id"] is not None:
        raise _MadeWay
    if seen["status"] == "rejected" and WASH_TRADE in (seen.get("message") or ""):
        raise _MadeWay
    if seen["status"] in OVER:
        raise SmokeFailed(f"order {order_id} should rest, but it is {seen['status']}: {seen.get('message')}")
    asked = await system.ask("execution", f"/orders/{order_id}", method="DELETE")
    if asked.status == 409:
        raise _MadeWay
    if asked.status != 202:
        raise SmokeFailed(f"the cancel of {order_id} was not taken: {asked.told()}; cancel it by hand")
    ended = await _until(system, order_id, OVER)
    if ended["status"] != "canceled":
        raise SmokeFailed(f"order {order_id} is {ended['status']} instead of canceled")


async def database_writes(system: System) -> str:
    """What was traded is in the tables, and the metrics history grows."""
    body = await system.read("observability", "/api/metrics/system")
    rows = body.get("database") or {}
    events, samples = rows.get("trade_events_rows"), rows.get("system_metrics_rows")
    if not events:
        raise SmokeFailed(f"trade_events has {events} rows after an order was placed")
    if not samples:
        raise SmokeFailed(f"system_metrics has {samples} rows")
    return f"{events} trade events, {samples} metric samples"


async def _until(system: System, order_id: str, statuses: set[str] | frozenset[str]) -> Any:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CANCEL_SECONDS_MAX
    while True:
        order = await system.read("execution", f"/orders/{order_id}")
        if order["status"] in statuses:
            return order
        if loop.time() > deadline:
            raise SmokeFailed(f"order {order_id} is still {order['status']} after {CANCEL_SECONDS_MAX:.0f} s")
        await asyncio.sleep(POLL_SECONDS)


async def _choices(system: System) -> list[_Choice]:
    """What could be ordered: fresh prices, a share before a coin, as one share is the smallest risk there is."""
    body = await system.read("market-data", "/api/v1/prices/latest")
    fresh = [price for price in body.get("prices", []) if not price.get("stale")]
    if not fresh:
        raise SmokeFailed("no price is fresh, so no order is placed: a test order needs an open market")
    fresh.sort(key=lambda price: (price.get("source") != "alpaca", price["symbol"]))
    return [_choice(price["symbol"], Decimal(str(price["price"])), price.get("source")) for price in fresh]


def _choice(symbol: str, last: Decimal, source: object) -> _Choice:
    if source != "alpaca":
        return _coin(symbol, last)
    price = (last * BELOW_MARKET).quantize(Decimal("0.01"), ROUND_DOWN)
    return _Choice(symbol, "1", str(price), "day")


def _coin(symbol: str, last: Decimal) -> _Choice:
    """About eleven of the quote coin: just above the smallest order the venue takes."""
    price = (last * BELOW_MARKET).quantize(Decimal("0.01"), ROUND_DOWN)
    quantity = (Decimal(11) / price).quantize(Decimal("0.00001") if last > 1_000 else Decimal("0.001"), ROUND_UP)
    return _Choice(symbol, str(quantity), str(price), "gtc")
