"""A day of trading at the emulated Binance, compressed by virtual time: what memory does meanwhile.

Every two seconds of the day something is asked: a limit far away that is taken back, a market order, the account, the
open orders. The venue answers for every order, as the real one does, and keeps in memory what is open or ended lately.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

import psutil
from tests.emulators.small_binance import minute_bars
from tests.fuzz.asgi import ask

from seatrial.domain.instrument import binance_spot
from seatrial.domain.time import DAY_NS, parse_rfc3339
from seatrial.emulators.binance.app import build_binance
from seatrial.emulators.binance.keys import hmac_hex
from seatrial.emulators.binance.wallet import Credentials
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape, utc_days
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop, run_virtual

STEP_SECONDS = 2
MINUTES = 1_440
START_NS = int(parse_rfc3339("2019-02-11T00:00:00Z"))
MIB = 2**20
WHO = Credentials("soak", "soak-key", "soak-secret", {"USDT": Decimal(10**7), "BTC": Decimal(10**4)})
PLAN: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("POST", "/api/v3/order", {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "90"}),
    ("DELETE", "/api/v3/openOrders", {}),
    ("POST", "/api/v3/order", {"side": "BUY", "type": "MARKET", "quantity": "1"}),
    ("GET", "/api/v3/openOrders", {}),
    ("POST", "/api/v3/order", {"side": "SELL", "type": "MARKET", "quantity": "1"}),
    ("GET", "/api/v3/account", {}),
)


def trade_a_day(hours: int) -> dict[str, Any]:
    """So many hours of market time; answers counts and resident memory by hour, in MiB."""
    started = time.perf_counter()
    told: dict[str, Any] = run_virtual(lambda loop: _trade(loop, hours), epoch_ns=START_NS)
    first = max(1, hours // 4)  # by then everything is warm
    grown_mib = told["mib"][-1] - told["mib"][first]
    kib_per_order = grown_mib * 1_024 / (told["orders"] * (1 - first / hours))
    return told | {"seconds": time.perf_counter() - started, "grown_mib": grown_mib, "kib_per_order": kib_per_order}


async def _trade(loop: VirtualLoop, hours: int) -> dict[str, Any]:
    clock, random = VirtualClock(loop), Random(1)
    pair = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
    close, rows = 100, []
    for _ in range(MINUTES):
        close = min(110, max(95, close + random.choice((-1, 0, 1))))
        rows.append((f"{close}", f"{close + 1}", f"{close - 1}", f"{close}", "4000"))
    tape = MemoryTape({pair.symbol: minute_bars(rows)}, utc_days(START_NS // DAY_NS, 1))
    exchange = Exchange([pair], tape, market_clock=MarketClock(clock, anchor_ns=START_NS))
    history = History(clock)
    venue = build_binance(
        exchange,
        Store("").venue("binance"),
        [WHO],
        faults=FaultScript(random, history),
        history=history,
        api_clock=clock,
        ids=Random(2),
    )
    market = asyncio.ensure_future(exchange.run())
    await asyncio.sleep(STEP_SECONDS)
    mib, orders = [_resident()], 0
    for step in range(hours * 3_600 // STEP_SECONDS - 1):
        method, path, values = PLAN[step % len(PLAN)]
        taken = await _asked(venue.app, clock, method, path, values)
        orders += taken and method == "POST"
        await asyncio.sleep(STEP_SECONDS)
        if (step + 1) % (3_600 // STEP_SECONDS) == 0:
            mib.append(_resident())
    fills = len(venue.spot.accounts[WHO.name].trades)
    market.cancel()
    return {"orders": orders, "fills": fills, "hours": hours, "mib": [*mib, _resident()]}


async def _asked(app: Any, clock: VirtualClock, method: str, path: str, values: Mapping[str, str]) -> bool:
    """One signed request; whether it was an order that was taken."""
    raw = urlencode({"symbol": "BTCUSDT", **values} if path != "/api/v3/account" else values)
    raw += f"&timestamp={clock.now_ns() // 10**6}"
    raw += "&signature=" + hmac_hex(WHO.secret, raw.lstrip("&").encode())
    heard = await ask(app, method, f"{path}?{raw.lstrip('&')}", headers={"X-MBX-APIKEY": WHO.key})
    if heard.status != 200 and json.loads(heard.body)["code"] != -2011:  # nothing was open
        raise RuntimeError(f"{method} {path}: {heard.status} {heard.body[:200]!r}")
    return heard.status == 200


def _resident() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss / MIB)
