"""Prices in their platform: the venues' own market data first, then whoever else was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.time import Clock
from seatrial.services.day_ago import DayAgo
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.market_data import MarketData
from seatrial.services.price_sources import BoardPrices
from seatrial.services.prices import Prices, PriceSource
from seatrial.venues.port import Venue

COINS_CALENDAR = "24x7"


class TradingHours:
    """Market time and opening hours by symbol. One that is not traded here has those of the market of coins."""

    def __init__(self, market_data: MarketData, market: MarketTime, clock: Clock) -> None:
        self._market_data = market_data
        self._market = market
        self._clock = clock

    def now_ns(self, symbol: Symbol) -> int:
        """See `MarketHours`."""
        account = self._account(symbol)
        return self._clock.now_ns() if account is None else self._market.now_ns(account)

    def is_open(self, symbol: Symbol) -> bool:
        """See `MarketHours`."""
        account = self._account(symbol)
        return account is None or self._market_data.is_open(account)

    def _account(self, symbol: Symbol) -> AccountId | None:
        board = self._market_data.board
        if symbol in board.instruments:
            return board.account(symbol)
        coins = [one for one, instrument in board.instruments.items() if instrument.calendar == COINS_CALENDAR]
        return board.account(coins[0]) if coins else None


def build_prices(
    market_data: MarketData,
    market: MarketTime,
    clock: Clock,
    venues: Mapping[AccountId, Venue],
    further: Sequence[PriceSource],
) -> Prices:
    """The room of prices. `venues` are asked for the bars of a day ago; `further` sources come after the venues."""
    day_ago = DayAgo(market_data.board, venues, clock)
    names = dict.fromkeys(instrument.venue for instrument in market_data.board.instruments.values())
    own: list[PriceSource] = [BoardPrices(name, market_data.board, day_ago) for name in names]
    return Prices([*own, *further], hours=TradingHours(market_data, market, clock), clock=clock)


async def look_at_all(prices: Prices, market_data: MarketData) -> None:
    """Ask once for every traded symbol, so that circuits, histories and the cache are of this minute."""
    for symbol in sorted(market_data.board.instruments):
        await prices.latest(symbol)
