"""The emulated Alpaca as one ASGI application: trading, market data and both streams on one port.

clock = MarketClock(api_clock, anchor_ns=market_start_ns(records.market_ns, tape.sessions), speed=60)
exchange = Exchange(instruments, tape, market_clock=clock)
venue = build_alpaca(exchange, records, api_clock=api_clock, seed=7, script=script, history=history)
server = await SocketServer.open(venue.app, port=6001)
await exchange.run()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from starlette.applications import Starlette

from seatrial.domain.time import MILLISECOND_NS, Clock
from seatrial.emulators.alpaca.account_doors import AccountDoors
from seatrial.emulators.alpaca.activities import activity_doorways
from seatrial.emulators.alpaca.assets import Listing
from seatrial.emulators.alpaca.corporate_actions import ListedAction, action_doorways
from seatrial.emulators.alpaca.data_stream import CONNECTIONS_MAX, DataStream
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Door
from seatrial.emulators.alpaca.eras import Era
from seatrial.emulators.alpaca.fault_words import WORDS
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.alpaca.keys import Credential, Keys
from seatrial.emulators.alpaca.market_data import MarketData
from seatrial.emulators.alpaca.news import Recorder
from seatrial.emulators.alpaca.positions import PositionDoors
from seatrial.emulators.alpaca.rates import RATE_PER_MINUTE, RateWindow
from seatrial.emulators.alpaca.reference import reference_doorways
from seatrial.emulators.alpaca.subscriber import Plan
from seatrial.emulators.alpaca.trade_stream import TradeStream
from seatrial.emulators.alpaca.trading import OrderDoors
from seatrial.emulators.alpaca.unserved import unserved_doorways
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
    data_plan: Plan | None = None,
    corporate_actions: Sequence[ListedAction] = (),
    listings: Mapping[str, Listing] | None = None,
    rules_of: str | None = None,
    route_ms: int = 0,
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
        data_connections_max: market-data streams per account and feed. The real venue's free plan allows one.
        data_plan: all of what an account has paid for, instead of the connections alone.
        corporate_actions: what the door of that name lists, and what its accounts live through.
        listings: facts about assets that instruments do not know, by symbol.
        rules_of: a date whose rules hold, such as pattern day trading before 2026-07-06; None for today's.
        route_ms: market time that orders, cancels and replacements are on their way; a trade meanwhile wins.
    """
    api_clock = SkewedClock(api_clock, script)
    identity = Identity(seed=seed, epoch=records.epoch)
    keys = Keys({each.key: Credential(each.key, each.secret, each.name) for each in accounts})
    deposits = {each.name: each.deposit for each in accounts}
    exchange.on_print.append(halts(script, exchange))
    desk = Desk(
        exchange,
        records,
        identity,
        history,
        deposits,
        listings=listings or {},
        era=Era(rules_of),
        route_ns=route_ms * MILLISECOND_NS,
        actions=corporate_actions,
    )
    desk.news.listeners.append(Recorder(history))
    plan = data_plan or Plan(data_connections_max)
    door = _door(desk, keys, RateWindow(api_clock, rate_per_minute), script, history, corporate_actions, plan)
    names = {each.key: each.name for each in accounts}
    return EmulatedAlpaca(FaultyApp(door, script, WORDS, accounts=names, history=history), desk, accounts)


def _door(
    desk: Desk,
    keys: Keys,
    rates: RateWindow,
    script: FaultScript,
    history: History,
    corporate_actions: Sequence[ListedAction],
    plan: Plan,
) -> Door:
    """Every door and stream of the venue."""
    exchange, orders = desk.exchange, OrderDoors(desk)
    streams = Starlette(
        routes=[
            *TradeStream(desk, keys, script).routes(),
            *DataStream(exchange, keys, script, plan).routes(),
            *ControlDoor(script, history).routes(),
        ]
    )
    streams.router.redirect_slashes = False
    doorways = [
        *orders.doorways(),
        *AccountDoors(desk).doorways(),
        *PositionDoors(desk).doorways(),
        *activity_doorways(desk),
        *reference_doorways(exchange, desk.listings, script.skew_ns),
        *MarketData(exchange, recent_sip=plan.sip).doorways(),
        *action_doorways(corporate_actions),
        *unserved_doorways(),
    ]
    return Door(doorways, streams, keys=keys, rates=rates, identity=desk.identity, swift=orders.swift)
