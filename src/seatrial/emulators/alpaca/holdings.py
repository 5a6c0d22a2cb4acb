"""Account, positions and activities over HTTP (`venues.md` 2.1)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seatrial.domain.ids import Symbol
from seatrial.domain.orders import Side
from seatrial.domain.time import rfc3339
from seatrial.emulators.alpaca.account import MULTIPLIER, Position, market_value
from seatrial.emulators.alpaca.amounts import EXACT, MONEY, ZERO, amount_of, qty_of, text
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.door import Door, answer
from seatrial.emulators.alpaca.identity import asset_uuid
from seatrial.emulators.alpaca.orders import Order, Ticket
from seatrial.emulators.alpaca.queries import bool_of, text_of
from seatrial.emulators.alpaca.reference import ASSET_EXCHANGE, find_asset
from seatrial.emulators.alpaca.refusals import Refusal, malformed, not_found
from seatrial.emulators.alpaca.tickets import parse_body, parse_qty

RATIO = Decimal("0.000000001")
SETTINGS_KEYS = ("no_shorting", "suspend_trade", "trade_confirm_email", "ptp_no_exception_entry")


class HoldingDoors:
    """Everything under `/v2/account` (but activities) and `/v2/positions`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self, door: Door) -> list[Route]:
        """All of them."""
        return [
            door.route("/v2/account", self._account),
            door.route("/v2/account/configurations", self._settings),
            door.route("/v2/account/configurations", self._change_settings, "PATCH"),
            door.route("/v2/positions", self._positions),
            door.route("/v2/positions", self._close_all, "DELETE"),
            door.route("/v2/positions/{symbol}", self._position),
            door.route("/v2/positions/{symbol}", self._close, "DELETE"),
        ]

    async def _account(self, _: Request, name: str) -> Response:
        self._desk.exchange.catch_up()
        return answer(account_shape(self._desk, name))

    async def _settings(self, _: Request, name: str) -> Response:
        return answer(self._desk.accounts[name].settings)

    async def _change_settings(self, request: Request, name: str) -> Response:
        _change_settings(self._desk, name, parse_body(await request.body()))
        return answer(self._desk.accounts[name].settings)

    async def _positions(self, _: Request, name: str) -> Response:
        self._desk.exchange.catch_up()
        held = self._desk.accounts[name].positions
        return answer([position_shape(self._desk, name, symbol, held[symbol]) for symbol in sorted(held)])

    async def _position(self, request: Request, name: str) -> Response:
        self._desk.exchange.catch_up()
        symbol, held = _held(self._desk, name, request.path_params["symbol"])
        return answer(position_shape(self._desk, name, symbol, held))

    async def _close(self, request: Request, name: str) -> Response:
        self._desk.exchange.catch_up()
        symbol, held = _held(self._desk, name, request.path_params["symbol"])
        qty_units = _closing_units(self._desk, symbol, held, request)
        return answer(self._desk.shape(_close(self._desk, name, symbol, qty_units)))

    async def _close_all(self, request: Request, name: str) -> Response:
        self._desk.exchange.catch_up()
        if bool_of(request.query_params, "cancel_orders"):
            for order in self._desk.working(name):
                self._desk.cancel(order)
        held = self._desk.accounts[name].positions
        closing = [(symbol, abs(held[symbol].qty_units)) for symbol in sorted(held)]
        return answer([_closed(self._desk, name, symbol, qty_units) for symbol, qty_units in closing], 207)


def account_shape(desk: Desk, name: str) -> dict[str, object]:
    """`GET /v2/account`. `buying_power` is net of what working orders reserve."""
    account, now = desk.accounts[name], desk.standing(name)
    buying_power = _money(now.buying_power)
    return {
        "id": desk.identity.uuid("account", name),
        "account_number": desk.identity.account_number(name),
        "status": "ACTIVE",
        "crypto_status": "INACTIVE",
        "currency": "USD",
        "cash": text(now.cash),
        "equity": _money(now.equity),
        "last_equity": _money(account.last_equity),
        "portfolio_value": _money(now.equity),
        "buying_power": buying_power,
        "regt_buying_power": buying_power,
        "non_marginable_buying_power": _money(max(ZERO, now.cash - now.reserved)),
        "effective_buying_power": buying_power,
        "options_buying_power": "0",
        "options_approved_level": 0,
        "options_trading_level": 0,
        "long_market_value": _money(now.long_value),
        "short_market_value": _money(now.short_value),
        "position_market_value": _money(now.long_value + now.short_value),
        "initial_margin": _money(now.initial_margin),
        "maintenance_margin": _money(now.maintenance_margin),
        "last_maintenance_margin": "0",
        "multiplier": str(MULTIPLIER),
        "sma": _money(now.equity - now.initial_margin),
        "shorting_enabled": not account.settings.no_shorting,
        "trading_blocked": False,
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": account.settings.suspend_trade,
        "created_at": rfc3339(account.created_ns),
        "accrued_fees": "0",
        "pending_transfer_in": "0",
        "pending_transfer_out": "0",
    }


def position_shape(desk: Desk, name: str, symbol: str, held: Position) -> dict[str, object]:
    """One position. `lastday_price` is null until a session has closed; the day's profit then counts from the cost."""
    instrument = desk.exchange.instruments[Symbol(symbol)]
    last_units = desk.last_price(Symbol(symbol))
    value = market_value(held, instrument, last_units)
    closing = sum(order.left_units for order in desk.working_at(name, symbol) if order.signed_side * held.qty_units < 0)
    profit = value - held.cost
    rate = _ratio(profit, abs(held.cost))
    before = _lastday_price(desk, Symbol(symbol))
    current = None if last_units is None else amount_of(last_units, instrument.price_scale)
    qty = qty_of(instrument, held.qty_units)
    today = profit if before is None or current is None else qty * (current - before)
    return {
        "asset_id": asset_uuid(symbol),
        "symbol": symbol,
        "exchange": ASSET_EXCHANGE,
        "asset_class": "us_equity",
        "asset_marginable": True,
        "qty": text(qty),
        "qty_available": text(qty_of(instrument, max(0, abs(held.qty_units) - closing))),
        "side": "long" if held.qty_units > 0 else "short",
        "avg_entry_price": _money(EXACT.divide(held.cost, qty)),
        "cost_basis": text(held.cost),
        "market_value": _money(value),
        "unrealized_pl": _money(profit),
        "unrealized_plpc": rate,
        "unrealized_intraday_pl": _money(today),
        "unrealized_intraday_plpc": _ratio(today, abs(value - today)),
        "current_price": None if current is None else text(current),
        "lastday_price": None if before is None else text(before),
        "change_today": None if before is None or current is None else _ratio(current - before, before),
    }


def _lastday_price(desk: Desk, symbol: Symbol) -> Decimal | None:
    """The last close before the current session, or before the newest one that has begun."""
    now_ns = desk.exchange.now_ns()
    begun = [session for session in desk.exchange.tape.sessions if session.open_ns <= now_ns]
    if not begun:
        return None
    bars = desk.exchange.finished_bars(symbol, 0, begun[-1].open_ns)
    if not bars:
        return None
    return amount_of(bars[-1].close_units, desk.exchange.instruments[symbol].price_scale)


def _held(desk: Desk, name: str, wanted: str) -> tuple[str, Position]:
    instrument = find_asset(desk.exchange.instruments, wanted)
    held = None if instrument is None else desk.accounts[name].positions.get(instrument.symbol)
    if instrument is None or held is None:
        raise not_found("position does not exist")
    return instrument.symbol, held


def _closing_units(desk: Desk, symbol: str, held: Position, request: Request) -> int:
    instrument = desk.exchange.instruments[Symbol(symbol)]
    qty, percentage = text_of(request.query_params, "qty"), text_of(request.query_params, "percentage")
    if qty and percentage:
        raise malformed("qty and percentage: accepted is one of them")
    if qty:
        return parse_qty(qty, instrument)
    if not percentage:
        return abs(held.qty_units)
    try:
        part = Decimal(percentage)
    except InvalidOperation:
        part = ZERO
    if not part.is_finite() or not 0 < part <= 100:
        raise malformed(f"percentage: accepted is above 0 up to 100, was {percentage}")
    lots = int(abs(held.qty_units) * part / 100) // instrument.lot_units
    if not lots:
        raise malformed("percentage: it is less than one share")
    return lots * instrument.lot_units


def _close(desk: Desk, name: str, symbol: str, qty_units: int) -> Order:
    side = Side.SELL if desk.accounts[name].held_units(symbol) > 0 else Side.BUY
    ticket = Ticket(
        symbol=Symbol(symbol),
        side=side,
        type="market",
        time_in_force="day",
        qty_units=qty_units,
        limit_units=0,
        stop_units=0,
        client_order_id="",
    )
    return desk.submit(name, ticket)


def _closed(desk: Desk, name: str, symbol: str, qty_units: int) -> dict[str, object]:
    try:
        order = _close(desk, name, symbol, qty_units)
    except Refusal as refusal:
        return {"symbol": symbol, "status": refusal.status, "body": refusal.body}
    return {"symbol": symbol, "status": 200, "body": desk.shape(order)}


def _change_settings(desk: Desk, name: str, fields: dict[str, object]) -> None:
    settings = desk.accounts[name].settings
    for key, value in fields.items():
        if key not in SETTINGS_KEYS:
            raise malformed(f"{key} cannot be changed here: accepted are {', '.join(SETTINGS_KEYS)}")
        if key == "trade_confirm_email":
            if value not in ("all", "none"):
                raise malformed("trade_confirm_email: accepted are all, none")
        elif not isinstance(value, bool):
            raise malformed(f"{key}: accepted are true, false")
    for key, value in fields.items():
        setattr(settings, key, value)
    desk.save_account(name)


def _money(amount: Decimal) -> str:
    return text(amount.quantize(MONEY, context=EXACT))


def _ratio(part: Decimal, whole: Decimal) -> str:
    if not whole:
        return "0"
    return text(EXACT.divide(part, whole).quantize(RATIO, context=EXACT))
