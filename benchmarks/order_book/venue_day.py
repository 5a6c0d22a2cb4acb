"""An emulated Binance without a wire: accounts, reservations, fees and a store, and drafts of orders for it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from random import Random

from benchmarks.markets import CANCEL, LIMIT, START_NS, order_messages
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import binance_spot
from seatrial.domain.time import DAY_NS, Instant
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.app import build_binance
from seatrial.emulators.binance.habits import Habits
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.rates import OrderMeter
from seatrial.emulators.binance.refusals import Refusal
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.binance.spot import Aim, Spot
from seatrial.emulators.binance.wallet import Credentials
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import FaultScript
from seatrial.emulators.floor.bursts import Burst
from seatrial.emulators.floor.floor import Floor
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape, utc_days

ACCOUNTS = 8
TOGETHER = 32  # orders of one turn of the loop, which share a commit
EVERYBODY_MAX = 10**9


class Still:
    """A clock that stands, and a market at large that says nothing."""

    end_ns = START_NS + DAY_NS

    def now_ns(self) -> Instant:
        """The same instant always."""
        return Instant(START_NS)

    def bursts(self, symbol: Symbol, after_ns: int) -> Iterator[Burst]:
        """Nobody but the accounts trades."""
        return iter(())


def _wide(rules: Rules) -> Rules:
    return dataclasses.replace(rules, orders_max=EVERYBODY_MAX, qty_min=rules.step, notional_min=Decimal(0))


class VenueDay:
    """One day of orders at one venue. Everything is ready before `live` is called."""

    def __init__(self, count: int, seed: int) -> None:
        still = Still()
        pair = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
        tape = MemoryTape({pair.symbol: []}, utc_days(START_NS // DAY_NS, 1))
        floor = Floor({pair.symbol: pair}, tape, still, START_NS)
        exchange = Exchange([pair], tape, market_clock=MarketClock(still, anchor_ns=START_NS), trading=floor)
        history = History(still)
        self.store = Store(":memory:")
        who = [
            Credentials(f"a{n}", f"k{n}", f"s{n}", {"USDT": Decimal(10**12), "BTC": Decimal(10**9)})
            for n in range(ACCOUNTS)
        ]
        venue = build_binance(
            exchange,
            self.store.venue("binance"),
            who,
            faults=FaultScript(Random(1), history),
            history=history,
            api_clock=still,
            ids=Random(seed),
            habits=Habits(adjust=_wide),
        )
        self._spot: Spot = venue.spot
        self.accounts = list(venue.spot.accounts.values())
        for account in self.accounts:
            account.meter = OrderMeter(still, per_10s_max=EVERYBODY_MAX, per_day_max=EVERYBODY_MAX)
        self._asked = list(_asked(self.accounts, venue.markets.rules["BTCUSDT"], count, seed))

    def live(self) -> dict[str, object]:
        """Place, match, settle and cancel everything, each order as a request of its own."""
        refused = asyncio.run(self._live())
        totals = [str(one.wallet.of(asset).free) for one in self.accounts for asset in ("BTC", "USDT")]
        return {"refused": refused, "totals": totals}

    async def _live(self) -> int:
        spot, settling, refused = self._spot, self._spot.clearing.settling, 0
        for place, (account, asked) in enumerate(self._asked):
            settling.gather()
            try:
                if isinstance(asked, Draft):
                    spot.place(account, asked)
                else:
                    spot.cancel(account, asked)
            except Refusal:
                refused += 1
            finally:
                settling.release()
            if place % TOGETHER == TOGETHER - 1:
                await settling.durable()
        await settling.durable()
        return refused


def _asked(accounts: list[Account], rules: Rules, count: int, seed: int) -> Iterator[tuple[Account, Draft | Aim]]:
    tick, step = rules.tick, rules.step
    for kind, number, side, price, qty in order_messages(count, seed).tolist():
        account = accounts[number % ACCOUNTS]
        if kind == CANCEL:
            yield account, Aim("BTCUSDT", None, f"c{number}")
            continue
        limit = kind == LIMIT
        yield (
            account,
            Draft(
                rules=rules,
                side="BUY" if side > 0 else "SELL",
                type="LIMIT" if limit else "MARKET",
                time_in_force="GTC",
                quantity=qty * step,
                price=(10_000 + price) * tick if limit else Decimal(0),
                stop_price=Decimal(0),
                quote_order_qty=Decimal(0),
                client_order_id=f"c{number}",
                form="FULL",
                strategy_id=None,
                strategy_type=None,
            ),
        )
