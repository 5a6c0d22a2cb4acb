"""The emulated Binance with its durable store, at real speed: `POST /api/v3/order`, limits that never fill."""

from __future__ import annotations

import dataclasses
import random
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from seatrial.bootstrap.numba_cache import prepare_compiled_core

prepare_compiled_core()

import uvloop  # noqa: E402 - compiled code first

from benchmarks.doors.serving import ready_signed, until_told  # noqa: E402
from benchmarks.doors.venue import DurableStore, served  # noqa: E402
from seatrial.bootstrap.clock import WallClock  # noqa: E402
from seatrial.domain.bars import Bar  # noqa: E402
from seatrial.domain.instrument import binance_spot  # noqa: E402
from seatrial.domain.time import DAY_NS, MINUTE_NS, parse_rfc3339  # noqa: E402
from seatrial.emulators.binance.app import build_binance  # noqa: E402
from seatrial.emulators.binance.habits import Habits  # noqa: E402
from seatrial.emulators.binance.keys import hmac_hex  # noqa: E402
from seatrial.emulators.binance.rates import OrderMeter, WeightMeter  # noqa: E402
from seatrial.emulators.binance.rules import Rules  # noqa: E402
from seatrial.emulators.binance.wallet import Credentials  # noqa: E402
from seatrial.emulators.exchange import Exchange  # noqa: E402
from seatrial.emulators.faults import FaultScript  # noqa: E402
from seatrial.emulators.history import History  # noqa: E402
from seatrial.emulators.market_clock import MarketClock  # noqa: E402
from seatrial.emulators.tape import MemoryTape, utc_days  # noqa: E402

START_NS = int(parse_rfc3339("2019-02-11T00:00:00Z"))
EVERYBODY_MAX = 10**9
COINS = tuple(f"C{number:02d}" for number in range(16))


def _wide(rules: Rules) -> Rules:
    return dataclasses.replace(rules, orders_max=EVERYBODY_MAX)


async def main(folder: Path) -> None:
    """Build the venue and serve it."""
    clock = WallClock()
    pairs = [binance_spot(coin, "USDT", tick="0.01", lot="0.00001") for coin in COINS]
    starts = [START_NS + minute * MINUTE_NS for minute in range(60)]
    bars = {
        pair.symbol: [Bar(pair.symbol, at, at + MINUTE_NS, *4 * (10**10,), 10**12) for at in starts] for pair in pairs
    }
    tape = MemoryTape(bars, utc_days(START_NS // DAY_NS, 1))
    kept = DurableStore(folder)
    exchange = Exchange(pairs, tape, market_clock=MarketClock(clock, anchor_ns=START_NS + MINUTE_NS))
    history = History(clock)
    who = Credentials("bench", "bench-key", "bench-secret", {"USDT": Decimal(10**12)})
    venue = build_binance(
        exchange,
        kept.store.venue("binance"),
        [who],
        faults=FaultScript(random.Random(1), history),
        history=history,
        api_clock=clock,
        ids=random.Random(1),
        weights=WeightMeter(clock, weight_max=EVERYBODY_MAX, requests_max=EVERYBODY_MAX),
        habits=Habits(adjust=_wide),
    )
    for account in venue.spot.accounts.values():
        account.meter = OrderMeter(clock, per_10s_max=EVERYBODY_MAX, per_day_max=EVERYBODY_MAX)
    bodies = []
    for pair in pairs:
        raw = f"symbol={pair.symbol}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=50&recvWindow=60000"
        raw += f"&timestamp={clock.now_ns() // 10**6}"
        bodies.append(f"{raw}&signature={hmac_hex(who.secret, raw.encode())}")
    async with served(venue.app, exchange, kept) as port:
        ready_signed(port, "/api/v3/order", bodies, {"X-MBX-APIKEY": who.key})
        await until_told()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as name:
        uvloop.run(main(Path(name)))
