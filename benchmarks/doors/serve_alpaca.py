"""The emulated Alpaca with its durable store, at real speed: `POST /v2/orders`, limits that never fill."""

from __future__ import annotations

import random
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from seatrial.bootstrap.numba_cache import prepare_compiled_core

prepare_compiled_core()

import uvloop  # noqa: E402 - compiled code first

from benchmarks.doors.serving import BARS, SYMBOLS, ready, until_told  # noqa: E402
from benchmarks.doors.venue import DurableStore, served  # noqa: E402
from seatrial.bootstrap.clock import WallClock  # noqa: E402
from seatrial.domain.bars import Bar, Session  # noqa: E402
from seatrial.domain.ids import Symbol  # noqa: E402
from seatrial.domain.instrument import us_equity  # noqa: E402
from seatrial.domain.time import MINUTE_NS, parse_rfc3339  # noqa: E402
from seatrial.emulators.alpaca.app import AlpacaAccount, build_alpaca  # noqa: E402
from seatrial.emulators.exchange import Exchange  # noqa: E402
from seatrial.emulators.faults import FaultScript  # noqa: E402
from seatrial.emulators.history import History  # noqa: E402
from seatrial.emulators.market_clock import MarketClock  # noqa: E402
from seatrial.emulators.tape import MemoryTape  # noqa: E402

OPEN_NS = int(parse_rfc3339("2019-02-11T14:30:00Z"))
RATE_PER_MINUTE = 10**9


def flat(symbol: str) -> list[Bar]:
    """A day on which nothing moves."""
    starts = [OPEN_NS + minute * MINUTE_NS for minute in range(BARS)]
    return [Bar(Symbol(symbol), at, at + MINUTE_NS, *4 * (1_000_000,), 10**15) for at in starts]


async def main(folder: Path) -> None:
    """Build the venue and serve it."""
    clock = WallClock()
    tape = MemoryTape(
        {Symbol(symbol): flat(symbol) for symbol in SYMBOLS},
        [Session("2019-02-11", OPEN_NS, OPEN_NS + BARS * MINUTE_NS)],
    )
    kept = DurableStore(folder)
    exchange = Exchange(
        [us_equity(symbol) for symbol in SYMBOLS], tape, market_clock=MarketClock(clock, anchor_ns=OPEN_NS)
    )
    history = History(clock)
    account = AlpacaAccount(deposit=Decimal(10**10))
    venue = build_alpaca(
        exchange,
        kept.store.venue("alpaca"),
        api_clock=clock,
        seed=1,
        script=FaultScript(random.Random(1), history),
        history=history,
        accounts=[account],
        rate_per_minute=RATE_PER_MINUTE,
    )
    fixed = {"side": "buy", "type": "limit", "time_in_force": "day", "qty": "1", "limit_price": "1"}
    headers = {"APCA-API-KEY-ID": account.key, "APCA-API-SECRET-KEY": account.secret}
    async with served(venue.app, exchange, kept) as port:
        ready(port, "/v2/orders", [{"symbol": symbol, **fixed} for symbol in SYMBOLS], headers)
        await until_told()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as name:
        uvloop.run(main(Path(name)))
