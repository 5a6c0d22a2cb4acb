"""A small trading floor for the tests of this room: one coin, a hand-moved clock, a market written as moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seatrial.core.book import Execution
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument, binance_spot
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.time import DAY_NS, SECOND_NS, Instant
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.floor.bursts import REST, TAKE, Burst, Move
from seatrial.emulators.floor.floor import Floor
from seatrial.emulators.floor.shown import Prevented
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.order_books import SelfTrade, Terms
from seatrial.emulators.tape import MemoryTape, utc_days

COIN = binance_spot("BTC", "USDT", tick="1", lot="1")
BTC = COIN.symbol
UNIT = 10**8
DAY = 20_000
START_NS = DAY * DAY_NS


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at_ns = 0

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)

    def pass_by(self, ns: int) -> None:
        """Time goes on."""
        self.at_ns += ns


class WrittenFlow:
    """A market written down: bursts a second apart."""

    def __init__(self, bursts: Sequence[Sequence[Move]], start_ns: int = START_NS) -> None:
        self.end_ns = start_ns + DAY_NS
        self._bursts = [Burst(start_ns + (at + 1) * SECOND_NS, tuple(moves)) for at, moves in enumerate(bursts)]

    def bursts(self, symbol: Symbol, after_ns: int) -> Iterator[Burst]:
        return (burst for burst in self._bursts if burst.at_ns > after_ns)


def bid(price: int, qty: int) -> Move:
    """The market wants so much at a price."""
    return Move(REST, 1, price * UNIT, qty * UNIT)


def ask(price: int, qty: int) -> Move:
    """The market offers so much at a price."""
    return Move(REST, -1, price * UNIT, qty * UNIT)


def bought(price: int, qty: int) -> Move:
    """Somebody takes from the asks."""
    return Move(TAKE, 1, price * UNIT, qty * UNIT)


def sold(price: int, qty: int) -> Move:
    """Somebody takes from the bids."""
    return Move(TAKE, -1, price * UNIT, qty * UNIT)


class SmallFloor:
    """One pit, and everything it says as rows of a blotter in whole coins."""

    def __init__(self, *bursts: Sequence[Move], instrument: Instrument = COIN) -> None:
        self.clock = HandClock()
        tape = MemoryTape({instrument.symbol: []}, utc_days(DAY, 1))
        floor = Floor({instrument.symbol: instrument}, tape, WrittenFlow(bursts), START_NS)
        clock = MarketClock(self.clock, anchor_ns=START_NS)
        self.exchange = Exchange([instrument], tape, market_clock=clock, trading=floor)
        self.symbol = instrument.symbol
        self.fills: list[tuple[object, ...]] = []
        self.tape: list[tuple[object, ...]] = []
        self.ended: list[tuple[int, int]] = []
        self.prevented: list[Prevented] = []
        self.exchange.on_execution.append(self._filled)
        self.exchange.on_print.append(
            lambda one: self.tape.append((one.price_units // UNIT, one.volume_units // UNIT, one.buyer_maker))
        )
        self.exchange.on_ended.append(lambda _, one, __: self.ended.append((one.number, one.left_units // UNIT)))
        self.exchange.on_prevented.append(self.prevented.append)

    def second(self, second: int) -> None:
        """Let the market live up to a second."""
        self.clock.at_ns = second * SECOND_NS
        self.exchange.catch_up()

    def send(
        self,
        side: Side,
        qty: int,
        limit: int = 0,
        *,
        stop: int = 0,
        who: str = "ann",
        tif: TimeInForce = TimeInForce.GTC,
        post_only: bool = False,
        self_trade: SelfTrade = SelfTrade.ALLOWED,
        budget: int = 0,
    ) -> int:
        """An order, which meets the book at once."""
        kinds = {
            (0, 0): OrderType.MARKET,
            (1, 0): OrderType.LIMIT,
            (0, 1): OrderType.STOP,
            (1, 1): OrderType.STOP_LIMIT,
        }
        terms = Terms(
            side=side,
            type=kinds[bool(limit), bool(stop)],
            qty_units=qty * UNIT,
            limit_units=limit * UNIT,
            stop_units=stop * UNIT,
            time_in_force=tif,
            post_only=post_only,
            self_trade=self_trade,
            budget=budget * UNIT * UNIT,
        )
        number = self.exchange.place(self.symbol, terms, account=who)
        self.exchange.meet_arrivals()
        return number

    def book(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Bids and asks in whole coins."""
        depth = self.exchange.depth(self.symbol, 10)
        assert depth is not None
        bids, asks = ([(price // UNIT, qty // UNIT) for price, qty in side] for side in (depth.bids, depth.asks))
        return bids, asks

    def _filled(self, _: Symbol, one: Execution, __: int) -> None:
        self.fills.append(
            (one.number, one.qty_units // UNIT, one.price_units // UNIT, "maker" if one.maker else "taker")
        )
