"""Whole units to the texts doors say: money, times, fills."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE, Currency, units_text
from seatrial.domain.orders import Side
from seatrial.domain.time import rfc3339
from seatrial.services.api.money_answers import EquityPointAnswer, ShareAnswer, TradeAnswer
from seatrial.services.observability.books import AccountBook
from seatrial.services.observability.equity import EquityPoint
from seatrial.services.observability.fills import KeptFill


def money(units: int) -> str:
    """Cash units as exact decimal text."""
    return units_text(units, CASH_SCALE)


def money_or_none(units: int | None) -> str | None:
    """The same, null where nothing is known."""
    return None if units is None else money(units)


def when(at_ns: int | None) -> str | None:
    """A time; null where there is none yet."""
    return rfc3339(at_ns) if at_ns else None


def by_currency(amounts: Iterable[tuple[Currency, int | None]]) -> dict[str, str | None]:
    """Sums by currency; null where one part of a sum is not known."""
    sums: dict[str, int | None] = {}
    for currency, units in amounts:
        before = sums.get(currency, 0)
        sums[currency] = None if before is None or units is None else before + units
    return {currency: money_or_none(units) for currency, units in sums.items()}


def point_answer(point: EquityPoint) -> EquityPointAnswer:
    """One point of an equity series."""
    return EquityPointAnswer(
        rfc3339(point.at_ns),
        money(point.equity_units),
        money(point.cash_units),
        money(point.realized_units),
        money_or_none(point.unrealized_units),
    )


def trade_answer(kept: KeptFill, book: AccountBook) -> TradeAnswer:
    """One fill."""
    fill, instrument = kept.fill, book.holdings[kept.fill.symbol].instrument
    return TradeAnswer(
        seq=kept.seq,
        at=rfc3339(fill.at_ns),
        recorded_at=when(kept.recorded_ns),
        account=fill.account,
        symbol=fill.symbol,
        side="buy" if fill.side is Side.BUY else "sell",
        quantity=instrument.qty_text(fill.qty_units),
        price=instrument.price_text(fill.price_units),
        fee=_fee(kept, book, instrument),
        fee_currency=fill.fee_currency,
        realized=money(kept.realized_units),
        currency=book.account.currency,
        order_id=fill.client_order_id,
        execution_id=fill.execution_id,
        shares=[ShareAnswer(strategy, instrument.qty_text(units)) for strategy, units in kept.shares],
    )


def _fee(kept: KeptFill, book: AccountBook, instrument: Instrument) -> str:
    """A fee in the account's currency is in cash units, one in coin in the coin's own quantity units."""
    fill = kept.fill
    if fill.fee_currency == book.account.currency:
        return money(fill.fee_units)
    return instrument.qty_text(fill.fee_units)
