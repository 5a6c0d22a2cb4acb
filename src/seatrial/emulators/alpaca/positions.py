"""Positions over HTTP: look at them, close them wholly or in part (`venues.md` 2.1)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.account import Position, market_value
from seatrial.emulators.alpaca.amounts import EXACT, ZERO, amount_of, money, qty_of, ratio, text
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Doorway, answer
from seatrial.emulators.alpaca.identity import asset_uuid
from seatrial.emulators.alpaca.new_york import midnight_ns, new_york
from seatrial.emulators.alpaca.orders import Order, Ticket
from seatrial.emulators.alpaca.queries import bool_of, text_of
from seatrial.emulators.alpaca.refusals import Refusal, malformed, not_found
from seatrial.emulators.alpaca.tickets import parse_qty
from seatrial.emulators.alpaca.trading import cancel_all

LAST_CLOSE_DAYS_MAX = 10  # a symbol that has not traded for longer has no last price


class PositionDoors:
    """Everything under `/v2/positions`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def doorways(self) -> list[Doorway]:
        """All of them."""
        return [
            Doorway("/v2/positions", self._listed),
            Doorway("/v2/positions", self._close_all, "DELETE"),
            Doorway("/v2/positions/{symbol}", self._one),
            Doorway("/v2/positions/{symbol}", self._close, "DELETE"),
        ]

    async def _listed(self, _: Request, name: str) -> Response:
        self._desk.catch_up()
        held = self._desk.book.accounts[name].positions
        return answer([position_shape(self._desk, name, symbol, held[symbol]) for symbol in sorted(held)])

    async def _one(self, request: Request, name: str) -> Response:
        self._desk.catch_up()
        symbol, held = _held(self._desk, name, request.path_params["symbol"])
        return answer(position_shape(self._desk, name, symbol, held))

    async def _close(self, request: Request, name: str) -> Response:
        self._desk.catch_up()
        symbol, held = _held(self._desk, name, request.path_params["symbol"])
        order = _close(self._desk, name, symbol, _closing_units(self._desk, symbol, held, request))
        told = self._desk.shape(order, status=None if order.status == "accepted" else "pending_new")
        await self._desk.news.durable()
        return answer(told)

    async def _close_all(self, request: Request, name: str) -> Response:
        self._desk.catch_up()
        if bool_of(request.query_params, "cancel_orders"):
            cancel_all(self._desk, name)
        held = self._desk.book.accounts[name].positions
        closing = [(symbol, abs(held[symbol].qty_units)) for symbol in sorted(held)]
        told = [_closed(self._desk, name, symbol, qty_units) for symbol, qty_units in closing]
        await self._desk.news.durable()
        return answer(told, 207)


def position_shape(desk: Desk, name: str, symbol: str, held: Position) -> dict[str, object]:
    """One position. `lastday_price` is null until a session has closed; the day's profit then counts from the cost."""
    instrument = desk.exchange.instruments[Symbol(symbol)]
    last_units = desk.book.last_price(Symbol(symbol))
    value = market_value(held, instrument, last_units)
    side = "sell" if held.qty_units > 0 else "buy"
    closing = sum(order.left_units for order in desk.register.open.closing(name, symbol, side))
    profit = value - held.cost
    rate = ratio(profit, abs(held.cost))
    before = _lastday_price(desk, instrument)
    current = None if last_units is None else amount_of(last_units, instrument.price_scale)
    qty = qty_of(instrument, held.qty_units)
    older = _older_qty(desk, name, instrument, held)
    today = profit
    if before is not None and current is not None:
        today = older * (current - before) + (qty - older) * (current - EXACT.divide(held.cost, qty))
    return {
        "asset_id": asset_uuid(symbol),
        "symbol": symbol,
        "exchange": desk.listings.of(instrument).exchange,
        "asset_class": "crypto" if is_coin(instrument) else "us_equity",
        "asset_marginable": desk.listings.of(instrument).marginable,
        "qty": text(qty),
        "qty_available": text(qty_of(instrument, max(0, abs(held.qty_units) - closing))),
        "side": "long" if held.qty_units > 0 else "short",
        "avg_entry_price": money(EXACT.divide(held.cost, qty)),
        "cost_basis": text(held.cost),
        "market_value": money(value),
        "unrealized_pl": money(profit),
        "unrealized_plpc": rate,
        "unrealized_intraday_pl": money(today),
        "unrealized_intraday_plpc": ratio(today, abs(value - today)),
        "current_price": None if current is None else text(current),
        "lastday_price": None if before is None else text(before),
        "change_today": None if before is None or current is None else ratio(current - before, before),
    }


def _day_start_ns(desk: Desk, instrument: Instrument) -> int | None:
    """When the day of now began: a session's open, or New York's midnight for a coin; None before the first."""
    now_ns = desk.exchange.now_ns()
    if is_coin(instrument):
        return midnight_ns(new_york(now_ns).date().isoformat())
    begun = [session.open_ns for session in desk.exchange.tape.sessions if session.open_ns <= now_ns]
    return begun[-1] if begun else None


def _lastday_price(desk: Desk, instrument: Instrument) -> Decimal | None:
    """The last close before the day of now."""
    starts_ns = _day_start_ns(desk, instrument)
    if starts_ns is None:
        return None
    bars = desk.exchange.finished_bars(instrument.symbol, starts_ns - LAST_CLOSE_DAYS_MAX * DAY_NS, starts_ns)
    if not bars:
        return None
    last = bars[-1]
    close_units = desk.book.in_new_shares(instrument.symbol, last.close_units, last.end_ns, desk.exchange.now_ns())
    return amount_of(close_units, instrument.price_scale)


def _older_qty(desk: Desk, name: str, instrument: Instrument, held: Position) -> Decimal:
    """What of a position was held before the day of now; signed."""
    starts_ns = _day_start_ns(desk, instrument) or 0
    older_units, least_units = held.qty_units, abs(held.qty_units)
    for fill in reversed(desk.fills.of(name)):
        if fill.symbol != instrument.symbol:
            continue
        if fill.at_ns < starts_ns:
            break
        before_units = fill.position_units - fill.side * fill.qty_units
        older_units = before_units
        least_units = min(least_units, abs(before_units) if before_units * held.qty_units > 0 else 0)
    sign = 1 if held.qty_units > 0 else -1
    return qty_of(instrument, sign * min(least_units, abs(older_units) if older_units * sign > 0 else 0))


def _held(desk: Desk, name: str, wanted: str) -> tuple[str, Position]:
    instrument = desk.listings.find(wanted)
    held = None if instrument is None else desk.book.accounts[name].positions.get(instrument.symbol)
    if instrument is None or held is None:
        raise not_found("position does not exist")
    return instrument.symbol, held


def _closing_units(desk: Desk, symbol: str, held: Position, request: Request) -> int:
    instrument = desk.exchange.instruments[Symbol(symbol)]
    qty, percentage = text_of(request.query_params, "qty"), text_of(request.query_params, "percentage")
    if qty and percentage:
        raise malformed("qty and percentage: accepted is one of them")
    if qty:
        return parse_qty(qty, instrument, fractionable=desk.listings.of(instrument).fractionable)
    if not percentage:
        return abs(held.qty_units)
    try:
        part = Decimal(percentage)
    except InvalidOperation:
        part = ZERO
    if not part.is_finite() or not 0 < part <= 100:
        raise malformed(f"percentage: accepted is above 0 up to 100, was {percentage}")
    step_units = 1 if desk.listings.of(instrument).fractionable and not is_coin(instrument) else instrument.lot_units
    units = int(abs(held.qty_units) * part / 100) // step_units * step_units
    if not units:
        raise malformed("percentage: it is less than the smallest quantity")
    return units


def _close(desk: Desk, name: str, symbol: str, qty_units: int) -> Order:
    side = Side.SELL if desk.book.accounts[name].held_units(symbol) > 0 else Side.BUY
    instrument = desk.exchange.instruments[Symbol(symbol)]
    ticket = Ticket(
        symbol=Symbol(symbol),
        side=side,
        type="market",
        time_in_force="gtc" if is_coin(instrument) else "day",
        qty_units=qty_units,
        fractional=qty_units % instrument.qty_scale != 0,
    )
    return desk.submit(name, ticket)


def _closed(desk: Desk, name: str, symbol: str, qty_units: int) -> dict[str, object]:
    try:
        order = _close(desk, name, symbol, qty_units)
    except Refusal as refusal:
        return {"symbol": symbol, "status": refusal.status, "body": refusal.body}
    return {"symbol": symbol, "status": 200, "body": desk.shape(order)}
