"""The emulated Alpaca as one ASGI application: trading, market data and both streams on one port.

clock = MarketClock(api_clock, anchor_ns=market_start_ns(records.market_ns, tape.sessions), speed=60)
exchange = Exchange(instruments, tape, market_clock=clock)
venue = build_alpaca(exchange, records, api_clock=api_clock, seed=7, script=script, history=history)
server = await SocketServer.open(venue.app, port=6001)
await exchange.run()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from seatrial.domain.time import Clock
from seatrial.emulators.alpaca.activities import activity_routes
from seatrial.emulators.alpaca.corporate_actions import ListedAction, action_routes
from seatrial.emulators.alpaca.data_stream import CONNECTIONS_MAX, DataStream
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import RATE_PER_MINUTE, Credential, Door, Keys, RateWindow, not_a_door
from seatrial.emulators.alpaca.fault_words import WORDS
from seatrial.emulators.alpaca.holdings import HoldingDoors
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.market_data import MarketData
from seatrial.emulators.alpaca.reference import reference_routes
from seatrial.emulators.alpaca.trade_stream import TradeStream
from seatrial.emulators.alpaca.trading import OrderDoors
from seatrial.emulators.control import ControlDoor
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript, FaultyApp
from seatrial.emulators.faults.market import halts
from seatrial.emulators.faults.skew import SkewedClock
from seatrial.emulators.history import History
from seatrial.emulators.store import VenueRecords

DEPOSIT = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class AlpacaAccount:
    """An account to open, with the key that opens its doors and its first deposit in dollars."""

    name: str = "paper"
    key: str = "PKSEATRIAL0000000001"
    secret: str = "seatrial-emulated-alpaca-secret-0000001"
    deposit: Decimal = DEPOSIT


@dataclass(frozen=True, slots=True)
class EmulatedAlpaca:
    """What was built. `app` is the ASGI application, `desk` the venue's truth for checkers."""

    app: FaultyApp
    desk: Desk
    accounts: Sequence[AlpacaAccount]


def build_alpaca(
    exchange: Exchange,
    records: VenueRecords,
    *,
    api_clock: Clock,
    seed: int,
    script: FaultScript,
    history: History,
    accounts: Sequence[AlpacaAccount] = (AlpacaAccount(),),
    rate_per_minute: int = RATE_PER_MINUTE,
    data_connections_max: int = CONNECTIONS_MAX,
    corporate_actions: Sequence[ListedAction] = (),
) -> EmulatedAlpaca:
    """Build the venue and take up whatever its records hold.

    Args:
        exchange: the market; nobody may have run it yet.
        records: `Store(...).venue("alpaca")`.
        api_clock: for rate windows; market time comes from the exchange.
        seed: where ids come from, together with the epoch in the records.
        script: the faults; `history`: where they and every operation are written.
        accounts: which accounts to open if they are not stored yet, and their credentials.
        rate_per_minute: requests per account; 200 as the real venue.
        data_connections_max: market-data streams per account. The real venue's free plan allows one.
        corporate_actions: what the door of that name lists; the market itself is not changed by them.
    """
    api_clock = SkewedClock(api_clock, script)
    identity = Identity(seed=seed, epoch=records.epoch)
    keys = Keys({each.key: Credential(each.key, each.secret, each.name) for each in accounts})
    door = Door(keys, RateWindow(api_clock, rate_per_minute), identity, api_clock)
    deposits = {each.name: each.deposit for each in accounts}
    exchange.on_print.append(halts(script, exchange))
    desk = Desk(exchange, records, identity, history, deposits)
    desk.on_trade_update.append(history.event)
    routes = [
        *OrderDoors(desk).routes(door),
        *HoldingDoors(desk).routes(door),
        *activity_routes(desk, door),
        *reference_routes(exchange, door, script.skew_ns),
        *MarketData(exchange).routes(door),
        *action_routes(corporate_actions, door),
        *TradeStream(desk, keys, script).routes(),
        *DataStream(exchange, keys, script, connections_max=data_connections_max).routes(),
        *ControlDoor(script, history).routes(),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: not_a_door})
    app.router.redirect_slashes = False
    names = {each.key: each.name for each in accounts}
    return EmulatedAlpaca(FaultyApp(app, script, WORDS, accounts=names, history=history), desk, accounts)
