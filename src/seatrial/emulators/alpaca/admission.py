"""Whether an account may and can place an order, in the order in which Alpaca says no."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from decimal import ROUND_CEILING, Decimal

from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side
from seatrial.emulators.alpaca.account import Account, Standing
from seatrial.emulators.alpaca.amounts import EXACT, MONEY, ZERO, amount_of, text
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.exits import NO_EXITS, check_exits, check_pair
from seatrial.emulators.alpaca.orders import Admission, Order, Ticket
from seatrial.emulators.alpaca.quotes import newest_quote
from seatrial.emulators.alpaca.refusals import forbidden, unprocessable
from seatrial.emulators.exchange import Exchange

SHORT_VALUE_PERCENT = 103  # a short sale is valued at 3 % above the ask
OPPOSITE = {Side.BUY: "sell", Side.SELL: "buy"}
NAMES = {Side.BUY: "buy", Side.SELL: "sell"}


def admit(
    ticket: Ticket,
    account: Account,
    standing: Standing,
    exchange: Exchange,
    *,
    closing: Callable[[], Sequence[Order]],
    opposite: Collection[Order],
    freed: Decimal = ZERO,
) -> Admission:
    """Check an order against its account.

    Args:
        ticket: the order; a notional one already has its quantity.
        account, standing: who asks, and what he is worth now.
        exchange: for quotes.
        closing: finds his open orders on the same side that take from the position.
        opposite: his open orders on the other side.
        freed: what an order that this one replaces holds back.

    Raises:
        Refusal: 403 or 422, as Alpaca words it.
    """
    if exchange.full:
        raise forbidden("too many open orders: cancel some first")
    if account.settings.suspend_trade:
        raise forbidden("new orders are rejected by user request")
    instrument = exchange.instruments[ticket.symbol]
    held_units = account.held_units(ticket.symbol)
    closes = held_units * ticket.side < 0
    intent = f"{NAMES[ticket.side]}_to_{'close' if closes else 'open'}"
    if ticket.intent and ticket.intent != intent:
        raise unprocessable(f"position intent mismatch, inferred: {intent}, specified: {ticket.intent}")
    _check_exits(ticket, instrument, exchange, closes=closes)
    if opposite:
        check_wash(ticket, opposite)
    if closes:
        _check_available(ticket, instrument, held_units, closing())
        return Admission(0, intent)
    if ticket.fractional and not is_coin(instrument) and not account.settings.fractional_trading:
        raise forbidden("fractional trading is disabled by user request")
    if ticket.side is Side.SELL:
        _check_short(ticket, account, instrument)
    reserve_units = _reserve_units(ticket, exchange)
    cost = amount_of(reserve_units * ticket.qty_units, instrument.price_scale * instrument.qty_scale)
    power = (standing.cash_power if is_coin(instrument) else standing.buying_power) + freed
    if cost > power:
        raise forbidden(
            "insufficient balance for USD" if is_coin(instrument) else "insufficient buying power",
            buying_power=text(power.quantize(MONEY, context=EXACT)),
            cost_basis=text(cost.quantize(MONEY, rounding=ROUND_CEILING, context=EXACT)),
        )
    return Admission(reserve_units, intent)


def check_wash(ticket: Ticket, opposite: Collection[Order]) -> None:
    """Refuse an order that could trade with one of the account's own (Alpaca, "Wash trade protection").

    Orders with exits, and exits themselves, are the "complex orders" that the refusal asks for.
    """
    if ticket.exits != NO_EXITS:
        return
    for order in opposite:
        if order.order_class not in ("", "simple"):
            continue
        if {order.type, ticket.type} - {"limit"}:
            kind = "market/stop"
        elif (ticket.limit_units - order.limit_units) * ticket.side >= 0:
            kind = "limit"
        else:
            continue
        raise forbidden(
            "potential wash trade detected. use complex orders",
            existing_order_id=order.id,
            reject_reason=f"opposite side {kind} order exists",
        )


def expected_units(ticket: Ticket, exchange: Exchange) -> int:
    """The price an order is expected to trade at: the far side of the quote, or its limit.

    Raises:
        Refusal: 422, the market has no price yet.
    """
    if ticket.limit_units or ticket.stop_units:
        return ticket.limit_units or ticket.stop_units
    quote = newest_quote(exchange, ticket.symbol)
    if quote is None:
        raise unprocessable(f"no market price for {ticket.symbol} yet: accepted are limit orders")
    return quote.ask_units if ticket.side is Side.BUY else quote.bid_units


def _check_exits(ticket: Ticket, instrument: Instrument, exchange: Exchange, *, closes: bool) -> None:
    if ticket.exits == NO_EXITS:
        return
    if ticket.order_class == "oco":
        if not closes:
            raise unprocessable("oco orders must be exit orders")
        check_pair(ticket.exits, Side(-ticket.side))
        return
    if closes:
        raise unprocessable(f"{ticket.order_class} orders must be entry orders")
    check_exits(ticket.exits, ticket.side, expected_units(ticket, exchange), instrument)


def _check_short(ticket: Ticket, account: Account, instrument: Instrument) -> None:
    if is_coin(instrument):
        raise forbidden(
            f"insufficient balance for {instrument.base} (requested: {instrument.qty_text(ticket.qty_units)}, "
            f"available: 0)"
        )
    if account.settings.no_shorting or not instrument.shortable:
        raise forbidden(f'asset "{ticket.symbol}" cannot be sold short')
    if ticket.fractional:
        raise unprocessable("fractional orders cannot be sold short")


def _check_available(ticket: Ticket, instrument: Instrument, held_units: int, closing: Sequence[Order]) -> None:
    bound_units = sum(order.left_units for order in closing)
    available_units = max(0, abs(held_units) - bound_units)
    if ticket.qty_units <= available_units:
        return
    requested, available = instrument.qty_text(ticket.qty_units), instrument.qty_text(available_units)
    raise forbidden(
        f"insufficient qty available for order (requested: {requested}, available: {available})",
        available=available,
        existing_qty=instrument.qty_text(abs(held_units)),
        held_for_orders=instrument.qty_text(bound_units),
        related_orders=[order.id for order in closing],
        symbol=ticket.symbol,
    )


def _reserve_units(ticket: Ticket, exchange: Exchange) -> int:
    """The price at which an opening order is valued."""
    named_units = ticket.limit_units or ticket.stop_units
    if named_units and ticket.side is Side.BUY:
        return named_units
    quote = newest_quote(exchange, ticket.symbol)
    value_units = 0 if quote is None else quote.ask_units
    if ticket.side is Side.SELL:
        value_units = max(named_units, -(-value_units * SHORT_VALUE_PERCENT // 100))
    if value_units == 0:
        raise unprocessable(f"no market price for {ticket.symbol} yet: accepted are limit orders")
    return value_units
