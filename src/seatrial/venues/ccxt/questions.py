"""What an exchange is asked through ccxt, each answer whole: all pages, all symbols, in words of the domain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

from seatrial.domain.bars import Bar
from seatrial.domain.faults import VenueRefused, VenueUnavailable
from seatrial.domain.ids import ClientOrderId, Symbol, VenueOrderId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import HOUR_NS, MILLISECOND_NS
from seatrial.venues.ccxt import wire
from seatrial.venues.ccxt.exchange import Exchange
from seatrial.venues.ccxt.outcome import NOT_FOUND, ccxt_errors, fault_of
from seatrial.venues.names import OrderNames
from seatrial.venues.port import VenueFill, VenueOrder

T = TypeVar("T")

TRADES_PER_PAGE_MAX = 500
BARS_PER_PAGE_MAX = 500


class CcxtQuestions:
    """Questions of one connection. Every method raises as the port says."""

    def __init__(
        self, exchange: Exchange, instruments: Mapping[Symbol, Instrument], names: OrderNames, timeout_seconds: float
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._names = names
        self._timeout_seconds = timeout_seconds

    async def ask(self, question: Awaitable[T]) -> T:
        """One call of ccxt, bounded by our own clock; its errors become ours."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await question
        except TimeoutError as fault:
            raise VenueUnavailable(f"no answer within {self._timeout_seconds} s") from fault
        except ccxt_errors() as fault:
            raise fault_of(fault) from fault

    async def ready(self) -> None:
        """The exchange's clock and markets, once: everything else needs them, and some markets are asked for signed."""
        if self._exchange.markets is None:
            if self._exchange.has.get("fetchTime"):
                await self.ask(self._exchange.load_time_difference())
            await self.ask(self._exchange.load_markets())

    async def find(self, client_order_id: ClientOrderId, symbol: Symbol) -> VenueOrder | None:
        """By our own id; None where the exchange has never heard of it."""
        return await self._order(None, self._instruments[symbol], {"clientOrderId": str(client_order_id)})

    async def order(self, venue_order_id: VenueOrderId, instrument: Instrument) -> VenueOrder:
        """By the exchange's own id."""
        found = await self._order(str(venue_order_id), instrument, {})
        if found is None:
            raise VenueRefused(NOT_FOUND, f"{instrument.symbol} {venue_order_id}")
        return found

    async def _order(self, id: str | None, instrument: Instrument, params: dict[str, str]) -> VenueOrder | None:
        await self.ready()
        try:
            row = await self.ask(self._exchange.fetch_order(id, wire.pair_of(instrument), params))
        except VenueRefused as refused:
            if refused.code == NOT_FOUND:
                return None
            raise
        return self._names.learn(wire.venue_order(row, instrument))

    async def open_orders(self) -> list[VenueOrder]:
        """Of all instruments of the account, symbol by symbol."""
        await self.ready()
        found: list[VenueOrder] = []
        for instrument in self._instruments.values():
            rows = await self.ask(self._exchange.fetch_open_orders(wire.pair_of(instrument)))
            found += [self._names.learn(wire.venue_order(row, instrument)) for row in rows]
        return found

    async def fills_since(self, at_ns: int, symbols: Sequence[Symbol]) -> list[VenueFill]:
        """Over all pages, oldest first."""
        await self.ready()
        found: list[VenueFill] = []
        for symbol in symbols:
            instrument = self._instruments[symbol]
            for row in await self._trades(instrument, at_ns // MILLISECOND_NS):
                client_order_id = await self._client_of(row, instrument)
                found.append(wire.trade_fill(row, client_order_id, instrument))
        return sorted((fill for fill in found if fill.at_ns >= at_ns), key=lambda fill: fill.at_ns)

    async def _trades(self, instrument: Instrument, since_ms: int) -> list[dict[str, object]]:
        """Page by page from a time on; a page may repeat trades of the instant at which the last one ended."""
        found: dict[str, dict[str, object]] = {}
        while True:
            asked = self._exchange.fetch_my_trades(wire.pair_of(instrument), since_ms, TRADES_PER_PAGE_MAX)
            page = await self.ask(asked)
            fresh = [row for row in page if wire.text_of(row, "id", "trade") not in found]
            found |= {wire.text_of(row, "id", "trade"): row for row in fresh}
            if not fresh or len(page) < TRADES_PER_PAGE_MAX:
                return list(found.values())
            since_ms = wire.instant_of(page[-1], "timestamp", "trade") // MILLISECOND_NS

    async def _client_of(self, row: Mapping[str, object], instrument: Instrument) -> ClientOrderId:
        venue_order_id = VenueOrderId(wire.text_of(row, "order", "trade"))
        known = self._names.client_of(instrument.symbol, venue_order_id)
        return known or (await self.order(venue_order_id, instrument)).client_order_id

    async def bars(self, instrument: Instrument, start_ns: int, end_ns: int) -> list[Bar]:
        """Finished minute bars that lie wholly inside a span, oldest first, over all pages."""
        await self.ready()
        last_ns = min(end_ns, await self.now_ns())
        from_ms = -(-start_ns // MILLISECOND_NS)
        found: list[Bar] = []
        while from_ms * MILLISECOND_NS < last_ns:
            rows = await self.ask(
                self._exchange.fetch_ohlcv(wire.pair_of(instrument), "1m", from_ms, BARS_PER_PAGE_MAX)
            )
            page = [wire.bar_of(row, instrument) for row in rows]
            found += [bar for bar in page if start_ns <= bar.start_ns and bar.end_ns <= last_ns]
            if len(page) < BARS_PER_PAGE_MAX:
                break
            from_ms = page[-1].end_ns // MILLISECOND_NS
        return found

    async def newest_trade_ns(self) -> int:
        """When the account last traded; 0 where it never has."""
        await self.ready()
        times = [0]
        for instrument in self._instruments.values():
            rows = await self.ask(self._exchange.fetch_my_trades(wire.pair_of(instrument), None, TRADES_PER_PAGE_MAX))
            times += [wire.instant_of(row, "timestamp", "trade") for row in rows]
        return max(times)

    async def finished_bars(self, instrument: Instrument, start_ns: int | None) -> list[Bar]:
        """Minute bars from a time on, or the newest ones, that will not change any more.

        One is finished when a later one has begun, or when the exchange's clock is past its end; an emulated market
        lives at a time of its own, so there only the first counts.
        """
        await self.ready()
        since_ms = None if start_ns is None else start_ns // MILLISECOND_NS
        asked = self._exchange.fetch_ohlcv(wire.pair_of(instrument), "1m", since_ms, BARS_PER_PAGE_MAX)
        bars = [wire.bar_of(row, instrument) for row in await self.ask(asked)]
        if bars and not 0 <= await self.now_ns() - bars[-1].end_ns < HOUR_NS:
            del bars[-1]
        return bars

    async def now_ns(self) -> int:
        """The exchange's clock."""
        return int(await self.ask(self._exchange.fetch_time())) * MILLISECOND_NS
