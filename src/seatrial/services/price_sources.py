"""Who knows prices: the venues' own market data, Binance's public REST door, and CoinGecko."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

import httpx
import msgspec

from seatrial.domain.faults import VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS
from seatrial.services.board import PriceBoard
from seatrial.services.day_ago import DayAgo
from seatrial.services.prices import Quote

T = TypeVar("T")

PERCENT = Decimal("0.0001")  # the finest step of a change that is told
TETHER = "USDT"
COINS: Mapping[str, str] = {  # CoinGecko's names
    "BTC": "bitcoin",
    "ETH": "ethereum",
    "BNB": "binancecoin",
    "SOL": "solana",
    "XRP": "ripple",
    "ADA": "cardano",
    "DOGE": "dogecoin",
    "LTC": "litecoin",
}


class BoardPrices:
    """What the stream of the symbol's own venue said last."""

    guarded = False

    def __init__(self, name: str, board: PriceBoard, day_ago: DayAgo) -> None:
        self.name = name
        self._board = board
        self._day_ago = day_ago

    def lists(self, symbol: Symbol) -> bool:
        """See `PriceSource`."""
        instrument = self._board.instruments.get(symbol)
        return instrument is not None and instrument.venue == self.name

    async def quote(self, symbol: Symbol) -> Quote | None:
        """See `PriceSource`."""
        known = self._board.price(symbol)
        if known is None:
            return None
        instrument = self._board.instruments[symbol]
        price = Decimal(instrument.price_text(known.price_units))
        before_units = await self._day_ago.price_units(symbol, known.as_of_ns)
        if not before_units:
            return Quote(symbol, price, instrument.quote, known.as_of_ns, self.name)
        before = Decimal(instrument.price_text(before_units))
        percent = ((price - before) * 100 / before).quantize(PERCENT)
        return Quote(symbol, price, instrument.quote, known.as_of_ns, self.name, price - before, percent)


class _Trade(msgspec.Struct):
    price: Decimal
    time: int


class _Day(msgspec.Struct):
    priceChange: Decimal
    priceChangePercent: Decimal


class BinanceRest:
    """Binance's public door: the last trade for the price and its time, the day's ticker for the change."""

    name = "binance"
    guarded = True

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url  # with /api/v3

    def lists(self, symbol: Symbol) -> bool:
        """Coin pairs against tether; whether it really lists one is its own word."""
        return symbol.endswith(TETHER) and symbol.isalnum()

    async def quote(self, symbol: Symbol) -> Quote | None:
        """See `PriceSource`."""
        trades = await _get(self._http, f"{self._url}/trades", {"symbol": symbol, "limit": "1"}, list[_Trade])
        if not trades:
            return None
        day = await _get(self._http, f"{self._url}/ticker/24hr", {"symbol": symbol}, _Day)
        change, percent = (None, None) if day is None else (day.priceChange, day.priceChangePercent)
        trade = trades[-1]
        return Quote(symbol, trade.price, TETHER, trade.time * MILLISECOND_NS, self.name, change, percent)


class _GeckoPrice(msgspec.Struct):
    usd: Decimal | None = None
    usd_24h_change: Decimal | None = None
    last_updated_at: int | None = None


class CoinGeckoPrices:
    """CoinGecko's simple price. Its prices are dollars, not tether, and are told as such."""

    name = "coingecko"
    guarded = True

    def __init__(self, http: httpx.AsyncClient, url: str, key: str = "") -> None:
        self._http = http
        self._url = url  # with /api/v3
        self._headers = {"x-cg-demo-api-key": key} if key else {}

    def lists(self, symbol: Symbol) -> bool:
        """Coins whose name there we know, in pairs against tether."""
        return symbol.removesuffix(TETHER) in COINS and symbol.endswith(TETHER)

    async def quote(self, symbol: Symbol) -> Quote | None:
        """See `PriceSource`."""
        coin = COINS[symbol.removesuffix(TETHER)]
        asked = {
            "ids": coin,
            "vs_currencies": "usd",
            "include_last_updated_at": "true",
            "include_24hr_change": "true",
        }
        url = f"{self._url}/simple/price"
        found = await _get(self._http, url, asked, dict[str, _GeckoPrice], self._headers)
        row = (found or {}).get(coin)
        if row is None or row.usd is None or row.last_updated_at is None:
            return None
        percent = row.usd_24h_change
        change = None
        if percent is not None and percent > -100:
            change = (row.usd - row.usd / (1 + percent / 100)).quantize(Decimal("1e-8"))
            percent = percent.quantize(PERCENT)
        return Quote(symbol, row.usd, "USD", row.last_updated_at * SECOND_NS, self.name, change, percent)


async def _get(
    http: httpx.AsyncClient, url: str, query: Mapping[str, str], type: type[T], headers: Mapping[str, str] | None = None
) -> T | None:
    """A JSON answer; None where the door says that it does not know what was asked for (400, 404).

    Raises:
        VenueUnavailable: no answer, a limit, or trouble at the other end.
        VenueUnreadable: an answer that is not the protocol.
    """
    try:
        response = await http.get(url, params=dict(query), headers=headers)
    except httpx.TransportError as fault:
        raise VenueUnavailable(f"{httpx.URL(url).host} does not answer: {fault!r}") from fault
    if response.status_code in {400, 404}:
        return None
    if not response.is_success:
        raise VenueUnavailable(f"{httpx.URL(url).host} answers {response.status_code}")
    try:
        return msgspec.json.decode(response.content, type=type, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise VenueUnreadable(f"{httpx.URL(url).host}: {fault}") from fault
