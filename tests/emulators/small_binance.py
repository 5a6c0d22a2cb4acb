"""A small emulated Binance for the tests of this room: a hand-set clock, a few minutes of bars, two accounts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

import httpx
from tests.emulators.small_floor import WrittenFlow

from seatrial.domain.bars import Bar
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument, binance_spot
from seatrial.domain.time import DAY_NS, MILLISECOND_NS, MINUTE_NS, SECOND_NS, Instant, parse_rfc3339
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.app import HABITS, build_binance
from seatrial.emulators.binance.desk import Call
from seatrial.emulators.binance.everything import everything
from seatrial.emulators.binance.habits import Habits
from seatrial.emulators.binance.intake import read_draft
from seatrial.emulators.binance.keys import hmac_hex
from seatrial.emulators.binance.orders import MS, Json, Order
from seatrial.emulators.binance.parameters import Parameters
from seatrial.emulators.binance.rates import WeightMeter
from seatrial.emulators.binance.wallet import Credentials
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Fault, FaultScript
from seatrial.emulators.floor.bursts import Move
from seatrial.emulators.floor.floor import Floor
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape, utc_days
from seatrial.emulators.trade_reel import TradeRows

DAY_START_NS = int(parse_rfc3339("2019-02-11T00:00:00Z"))
API_START_NS = int(parse_rfc3339("2026-11-21T12:00:00Z"))
UNIT = 10**8
ALICE = Credentials("alice", "alice-key", "alice-secret", {"USDT": Decimal(100_000), "BTC": Decimal(5)})
BOB = Credentials("bob", "bob-key", "bob-secret", {"USDT": Decimal(1_000)})

OHLCV = tuple[str, str, str, str, str]


class HandClock:
    """Time that a test moves."""

    def __init__(self, at_ns: int = API_START_NS) -> None:
        self.at_ns = at_ns

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)


def minute_bars(rows: Sequence[OHLCV], symbol: str = "BTCUSDT") -> list[Bar]:
    """Consecutive minutes from midnight, as (open, high, low, close, volume)."""
    return [
        Bar(
            Symbol(symbol),
            DAY_START_NS + index * MINUTE_NS,
            DAY_START_NS + (index + 1) * MINUTE_NS,
            *(int(Decimal(number) * UNIT) for number in row),
        )
        for index, row in enumerate(rows)
    ]


FLAT: OHLCV = ("100", "100", "100", "100", "40")


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: httpx.Headers


class SmallBinance:
    """The venue with everything in reach. Seconds are market seconds since midnight; the API clock runs along."""

    def __init__(
        self,
        rows: Sequence[OHLCV] = (FLAT,) * 5,
        *,
        store: Store | None = None,
        faults: Sequence[Fault] = (),
        participation_ppm: int = 100_000,
        instrument: Instrument | None = None,
        weight_max: int = 6_000,
        accounts: Sequence[Credentials] = (),
        habits: Habits = HABITS,
        bursts: Sequence[Sequence[Move]] | None = None,
        trades: TradeRows | None = None,
    ) -> None:
        """`bursts` make a market with books, one a second, instead of one that replays the rows, or tells `trades`."""
        self.clock = HandClock()
        self.store = store or Store(":memory:")
        records = self.store.venue("binance")
        pair = instrument or binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
        bars = minute_bars(rows, pair.symbol) if bursts is None else []
        tape = MemoryTape({pair.symbol: bars}, utc_days(DAY_START_NS // DAY_NS, 1))
        anchor_ns = DAY_START_NS if records.market_ns is None else records.market_ns
        flow = None if bursts is None else WrittenFlow(bursts, DAY_START_NS)
        self.exchange = Exchange(
            [pair],
            tape,
            market_clock=MarketClock(self.clock, anchor_ns=anchor_ns),
            participation_ppm=participation_ppm,
            trading=None if flow is None else Floor({pair.symbol: pair}, tape, flow, anchor_ns),
            trades=None if trades is None else {pair.symbol: trades},
        )
        self.history = History(self.clock)
        self.faults = FaultScript(Random(1), self.history, faults)
        self.venue = build_binance(
            self.exchange,
            records,
            accounts or [ALICE, BOB],
            faults=self.faults,
            history=self.history,
            api_clock=self.clock,
            ids=Random(7),
            weights=WeightMeter(self.clock, weight_max=weight_max),
            habits=habits,
        )
        self.spot = self.venue.spot
        self.events: list[Json] = []
        self.spot.clearing.bulletin.on_event.append(
            lambda name, event: self.events.append({"account": name, **json.loads(event.json)})
        )

    # ------------------------------------------------------------------- market

    def to(self, seconds: float) -> None:
        """Let the market go on to this second after midnight."""
        self.clock.at_ns += DAY_START_NS + int(seconds * SECOND_NS) - self.exchange.now_ns()
        self.exchange.catch_up()

    # ------------------------------------------------------------------ trading

    @property
    def alice(self) -> Account:
        """The rich account."""
        return self.spot.accounts["alice"]

    @property
    def bob(self) -> Account:
        """The poor account."""
        return self.spot.accounts["bob"]

    def place(self, side: str, type: str, *, account: str = "alice", **values: str) -> Order:
        """Place an order past the doors."""
        values = {"symbol": "BTCUSDT", "side": side, "type": type, **values}
        if type == "LIMIT":
            values.setdefault("timeInForce", "GTC")
        draft = read_draft(Parameters(values), self.venue.markets.rules)
        return self.spot.place(self.spot.accounts[account], draft)

    def free(self, asset: str, account: str = "alice") -> Decimal:
        """What the account can spend."""
        return self.spot.accounts[account].wallet.of(asset).free

    def locked(self, asset: str, account: str = "alice") -> Decimal:
        """What its orders lock."""
        return self.spot.accounts[account].wallet.of(asset).locked

    # --------------------------------------------------------------------- REST

    def signed(self, method: str, path: str, who: Credentials = ALICE, **values: object) -> Answer:
        """A signed request: parameters in the query of GET and DELETE, in the body of POST."""
        values.setdefault("timestamp", self.clock.at_ns // MILLISECOND_NS)
        raw = urlencode(values)
        raw += "&signature=" + hmac_hex(who.secret, raw.encode())
        headers = {"X-MBX-APIKEY": who.key}
        if method == "POST":
            return self.send(method, path, body=raw, headers=headers)
        return self.send(method, f"{path}?{raw}", headers=headers)

    def get(self, path: str, **values: object) -> Answer:
        """A public question."""
        return self.send("GET", f"{path}?{urlencode(values)}" if values else path)

    def get_now(self, path: str, **values: object) -> Any:
        """A public question from within a running loop: the endpoint is asked past its door."""
        endpoint = next(one for one in everything(listen_keys=False) if one.rest == ("GET", path))
        parameters = Parameters({name: str(value) for name, value in values.items()})
        return endpoint.serve(self.venue.desk, Call(parameters, MS))

    def send(self, method: str, target: str, *, body: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        """Any request at all."""

        async def main() -> Answer:
            transport = httpx.ASGITransport(app=self.venue.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://venue") as client:
                answer = await client.request(method, target, content=body.encode(), headers=dict(headers or {}))
                return Answer(answer.status_code, answer.json(), answer.headers)

        return asyncio.run(main())
