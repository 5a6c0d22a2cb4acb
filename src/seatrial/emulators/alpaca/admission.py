"""Whether an account may and can place an order, in the order in which Alpaca says no."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING

from seatrial.domain.orders import Side
from seatrial.emulators.alpaca.account import Account, Standing
from seatrial.emulators.alpaca.amounts import EXACT, MONEY, price_of, qty_of, text
from seatrial.emulators.alpaca.orders import Admission, Order, Ticket
from seatrial.emulators.alpaca.quotes import quote_from
from seatrial.emulators.alpaca.refusals import forbidden, unprocessable
from seatrial.emulators.exchange import Exchange

SHORT_VALUE_PERCENT = 103  # a short sale is valued at 3 % above the ask


def admit(
    ticket: Ticket, account: Account, working: Sequence[Order], standing: Standing, exchange: Exchange
) -> Admission:
    """Check an order against its account, whose orders in this symbol are `working`.

    Raises:
        Refusal: 403 or 422, as Alpaca words it.
    """
    if exchange.full:
        raise forbidden("too many open orders: cancel some first")
    if account.settings.suspend_trade:
        raise forbidden("new orders are rejected by user request")
    held_units = account.held_units(ticket.symbol)
    side = "buy" if ticket.side is Side.BUY else "sell"
    if held_units * ticket.side < 0:
        _check_available(ticket, held_units, [order for order in working if order.side == side], exchange)
        return Admission(0, f"{side}_to_close")
    instrument = exchange.instruments[ticket.symbol]
    if ticket.side is Side.SELL and (account.settings.no_shorting or not instrument.shortable):
        raise forbidden(f'asset "{ticket.symbol}" cannot be sold short')
    reserve_units = _reserve_units(ticket, exchange)
    cost = price_of(instrument, reserve_units) * qty_of(instrument, ticket.qty_units)
    if cost > standing.buying_power:
        raise forbidden(
            "insufficient buying power",
            buying_power=text(standing.buying_power.quantize(MONEY, context=EXACT)),
            cost_basis=text(cost.quantize(MONEY, rounding=ROUND_CEILING, context=EXACT)),
        )
    return Admission(reserve_units, f"{side}_to_open")


def _check_available(ticket: Ticket, held_units: int, closing: Sequence[Order], exchange: Exchange) -> None:
    instrument = exchange.instruments[ticket.symbol]
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
    last = exchange.newest_print(ticket.symbol)
    ask_units = 0 if last is None else quote_from(last, exchange.instruments[ticket.symbol]).ask_units
    named_units = ticket.limit_units or ticket.stop_units
    if ticket.side is Side.SELL:
        ask_units = -(-ask_units * SHORT_VALUE_PERCENT // 100)
        value_units = max(named_units, ask_units)
    else:
        value_units = named_units or ask_units
    if value_units == 0:
        raise unprocessable(f"no market price for {ticket.symbol} yet: accepted are limit orders")
    return value_units
