"""Alpaca's history as it is written: pages of bars, trades, quotes and corporate actions, and the tape's letters.

Source: Alpaca Market Data API v2, and v1 for corporate actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from seatrial.venues.alpaca.records import BarRecord


class TradeRow(msgspec.Struct):
    """One of GET trades: price, size, exchange, conditions, id."""

    t: str
    p: Decimal
    s: Decimal
    x: str = ""
    c: list[str] = []
    i: int | None = None


class QuoteRow(msgspec.Struct):
    """One of GET quotes: both sides of the best bid and offer."""

    t: str
    bp: Decimal
    bs: Decimal
    ap: Decimal
    as_: Decimal = msgspec.field(name="as")
    bx: str = ""


class SplitRow(msgspec.Struct):
    """A forward or reverse split: `new_rate` shares for `old_rate`."""

    symbol: str
    ex_date: str
    new_rate: Decimal
    old_rate: Decimal


class DividendRow(msgspec.Struct):
    """A cash dividend of `rate` dollars a share."""

    symbol: str
    ex_date: str
    rate: Decimal


class ActionsRecord(msgspec.Struct):
    """`corporate_actions` of GET /v1/corporate-actions; kinds without one are absent."""

    forward_splits: list[SplitRow] = []
    reverse_splits: list[SplitRow] = []
    cash_dividends: list[DividendRow] = []


class ActionsPage(msgspec.Struct):
    """GET /v1/corporate-actions."""

    corporate_actions: ActionsRecord
    next_page_token: str | None = None


class BarsPage(msgspec.Struct):
    """GET /v2/stocks/bars."""

    bars: dict[str, list[BarRecord]]
    next_page_token: str | None = None


class TradesPage(msgspec.Struct):
    """GET /v2/stocks/trades."""

    trades: dict[str, list[TradeRow]]
    next_page_token: str | None = None


class QuotesPage(msgspec.Struct):
    """GET /v2/stocks/quotes."""

    quotes: dict[str, list[QuoteRow]]
    next_page_token: str | None = None


# The tape's letters as the bits of the mask that the catalog keeps (market.sale_conditions has the list of bits).
LETTER_BITS = {"@": 0, " ": 0, "C": 1, "N": 2, "R": 3, "Y": 4, "F": 5, "O": 6, "6": 7, "5": 8, "4": 9, "T": 10, "L": 11,
               "U": 13, "Z": 14, "A": 16, "B": 17, "V": 18, "D": 19, "W": 20, "X": 21, "H": 22, "K": 23, "M": 24,
               "P": 25, "Q": 26, "E": 28, "I": 31}  # fmt: skip
UNKNOWN_BIT = 30


def mask_of(letters: Sequence[str]) -> str:
    """Sale conditions as the hexadecimal mask of the catalog; a letter we do not know sets the bit for that."""
    mask = 0
    for letter in letters:
        mask |= 1 << LETTER_BITS.get(letter, UNKNOWN_BIT)
    return f"{mask:x}" if mask else ""
