"""Which instrument a symbol names.

A pair that ends in a quote coin is a Binance spot pair, anything else a US equity. Ticks and lots are
those of Binance's exchangeInfo as of 2025; an unknown pair gets a grid that any price of the venue fits,
and the venue's own filters still have the last word when an order arrives there.
"""

from __future__ import annotations

import re

from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import Instrument, binance_spot, us_equity

QUOTE_COINS = ("USDT", "USDC", "FDUSD", "BUSD")

# base coin -> (tick, lot), both in the quote's and the base's own decimals
SPOT_GRIDS = {
    "ADA": ("0.0001", "0.1"),
    "AVAX": ("0.01", "0.01"),
    "BCH": ("0.1", "0.001"),
    "BNB": ("0.01", "0.001"),
    "BTC": ("0.01", "0.00001"),
    "DOGE": ("0.00001", "1"),
    "ENA": ("0.0001", "0.01"),
    "ETC": ("0.01", "0.01"),
    "ETH": ("0.01", "0.0001"),
    "LTC": ("0.01", "0.001"),
    "SOL": ("0.01", "0.001"),
    "XLM": ("0.0001", "1"),
    "XRP": ("0.0001", "0.1"),
}
UNKNOWN_SPOT_GRID = ("0.0001", "0.001")

_EQUITY = re.compile(r"[A-Z][A-Z0-9.\-]{0,9}")
_PAIR = re.compile(rf"([A-Z0-9]{{1,12}}?)({'|'.join(QUOTE_COINS)})")


def instrument_of(symbol: str) -> Instrument:
    """The instrument a symbol names: `BTCUSDT` at Binance, `AAPL` at Alpaca.

    Raises:
        RequestFault: the text cannot be a symbol.
    """
    pair = _PAIR.fullmatch(symbol)
    if pair is not None:
        base, quote = pair.groups()
        tick, lot = SPOT_GRIDS.get(base, UNKNOWN_SPOT_GRID)
        return binance_spot(base, quote, tick=tick, lot=lot)
    if _EQUITY.fullmatch(symbol) is None:
        raise RequestFault("symbol", "upper-case letters and digits such as AAPL or BTCUSDT", symbol)
    return us_equity(symbol)
