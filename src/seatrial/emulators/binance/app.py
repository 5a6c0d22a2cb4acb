"""The emulated Binance Spot: REST `/api/v3`, market streams `/ws` and `/stream`, and `/ws-api/v3`.

Played are all seven order types with their trailing and iceberg forms, order lists, cancel-replace, self-trade
prevention, and keys of HMAC, RSA and Ed25519. What is documented and not played is refused in the venue's own words:
`docs/reference/emulated_binance.md` lists it. How orders fill is told in `spot`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from starlette.applications import Starlette

from seatrial.domain.time import Clock
from seatrial.emulators.binance.clearing import Clearing
from seatrial.emulators.binance.connections import Lifetimes
from seatrial.emulators.binance.desk import Desk
from seatrial.emulators.binance.fault_words import WORDS
from seatrial.emulators.binance.feed import Feed
from seatrial.emulators.binance.habits import Habits
from seatrial.emulators.binance.ledger import Ledger
from seatrial.emulators.binance.listen_keys import ListenKeys
from seatrial.emulators.binance.markets import Markets
from seatrial.emulators.binance.rates import WeightMeter
from seatrial.emulators.binance.rest import RestDoor
from seatrial.emulators.binance.socket_api import SocketDoor
from seatrial.emulators.binance.spot import Spot
from seatrial.emulators.binance.streams import StreamDoor
from seatrial.emulators.binance.wallet import Credentials
from seatrial.emulators.control import ControlDoor
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Asgi, FaultScript, FaultyApp
from seatrial.emulators.faults.market import halts
from seatrial.emulators.faults.skew import SkewedClock
from seatrial.emulators.history import History
from seatrial.emulators.store import VenueRecords
from seatrial.emulators.swift_http import SwiftApp

HABITS = Habits()


@dataclass(frozen=True, slots=True)
class Binance:
    """The venue: `app` is what a server serves. `exchange.run()` is for the caller to keep running."""

    app: Asgi
    spot: Spot
    markets: Markets
    desk: Desk
    lifetimes: Lifetimes


def build_binance(
    exchange: Exchange,
    records: VenueRecords,
    accounts: Sequence[Credentials],
    *,
    faults: FaultScript,
    history: History,
    api_clock: Clock,
    ids: Random,
    weights: WeightMeter | None = None,
    habits: Habits = HABITS,
) -> Binance:
    """Put the venue together on an exchange that has not yet run.

    Args:
        exchange: its market clock goes on from `records.market_ns` where there is one.
        records: this venue's rows of the store.
        accounts: key pairs and first deposits.
        api_clock: signatures, time windows and rate windows follow it; orders and prints follow the market.
        ids: where client order ids and request ids come from, seeded.
        weights: another weight limit than the venue's own.
        habits: what may be chosen of the venue's behaviour.
    """
    api_clock = SkewedClock(api_clock, faults)
    exchange.on_print.append(halts(faults, exchange))
    markets = Markets(exchange, adjust=habits.adjust)
    ledger = Ledger(records, accounts, clock=api_clock, history=history, market_ns=exchange.now_ns())
    clearing = Clearing(exchange, markets, ledger)
    clearing.bulletin.on_event.append(lambda account, event: history.event(account, event.type, event.json))
    clearing.settling.on_instant.append(markets.tell)
    spot = Spot(clearing, markets, ids=ids)
    desk = Desk(
        spot,
        markets,
        weights or WeightMeter(api_clock),
        clock=api_clock,
        history=history,
        listen_keys=ListenKeys(api_clock, ids) if habits.listen_keys else None,
        answer_order=habits.answer_order,
    )
    lifetimes = Lifetimes(api_clock, seconds=habits.connection_seconds)
    rest = RestDoor(desk, ids)
    doors = [
        *ControlDoor(faults, history).routes(),
        *StreamDoor(Feed(markets), faults, desk, lifetimes).routes(),
        *SocketDoor(desk, faults, lifetimes).routes(),
        *rest.routes(),
    ]
    names = {pair.key: each.name for each in accounts for pair in each.keys}
    app = FaultyApp(SwiftApp(Starlette(routes=doors), rest.swift), faults, WORDS, accounts=names, history=history)
    return Binance(app, spot, markets, desk, lifetimes)
