"""Binance's records as words of the domain. Pure; decimal text, never floats.

A field that is missing, a number that is not on its grid or a word we do not know raises
`VenueUnreadable` naming the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from seatrial.domain.bars import Bar
from seatrial.domain.faults import VenueRefused, VenueUnreadable
from seatrial.domain.ids import ClientOrderId, ExecutionId, Symbol, VenueOrderId
from seatrial.domain.instrument import Instrument, binance_spot
from seatrial.domain.money import CASH_SCALE, Currency, units_text
from seatrial.domain.orders import OrderStatus, OrderType, Side
from seatrial.domain.time import MILLISECOND_NS
from seatrial.venues.answer import Answer, decode
from seatrial.venues.binance.records import (
    AccountRecord,
    ErrorRecord,
    FilterRecord,
    KlineRow,
    OrderRecord,
    SymbolRecord,
    TradeRecord,
)
from seatrial.venues.binance.stream_records import ExecutionReport, KlineRecord
from seatrial.venues.grid import traded_units, units
from seatrial.venues.outcome import ProtocolError
from seatrial.venues.port import FillEvent, OrderEvent, VenueBalances, VenueFill, VenueOrder

UNITS_SCALE = 10**8  # Binance says nothing finer of anything
OUTSIDE_RECV_WINDOW = "-1021"
NO_SUCH_ORDER = "-2013"
TOO_MANY_ORDERS = "-1015"

_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
_TYPES = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "LIMIT_MAKER": OrderType.LIMIT,
    "STOP_LOSS": OrderType.STOP,
    "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    "TAKE_PROFIT": OrderType.STOP,  # this and the next are only ever foreign: they wait for a trigger
    "TAKE_PROFIT_LIMIT": OrderType.STOP_LIMIT,
}
_STATUSES = {
    "NEW": OrderStatus.WORKING,
    "PENDING_NEW": OrderStatus.WORKING,
    "PENDING_CANCEL": OrderStatus.WORKING,
    "PARTIALLY_FILLED": OrderStatus.PARTIALLY_FILLED,
    "FILLED": OrderStatus.FILLED,
    "CANCELED": OrderStatus.CANCELED,
    "EXPIRED": OrderStatus.EXPIRED,
    "EXPIRED_IN_MATCH": OrderStatus.EXPIRED,
    "REJECTED": OrderStatus.REJECTED,
}
_DOUBTFUL_CODES = frozenset({-1000, -1001, -1006, -1007})  # "execution status unknown" and its kin
_DUPLICATE_ORDER = "Duplicate order sent."


# ------------------------------------------------------------- to the domain


def _side(text: str, field: str) -> Side:
    side = _SIDES.get(text)
    if side is None:
        raise VenueUnreadable(f"{field}: unknown side {text!r}")
    return side


def _type(text: str, field: str) -> OrderType:
    kind = _TYPES.get(text)
    if kind is None:
        raise VenueUnreadable(f"{field}: unknown type {text!r}")
    return kind


def _status(text: str, filled_units: int, field: str) -> OrderStatus:
    status = _STATUSES.get(text)
    if status is None:
        raise VenueUnreadable(f"{field}: unknown status {text!r}")
    if status == OrderStatus.WORKING and filled_units:
        return OrderStatus.PARTIALLY_FILLED
    return status


def venue_order(record: OrderRecord) -> VenueOrder:
    """An order, ours or foreign; after a cancel the original client id names it."""
    filled_units = units(record.executed_qty, UNITS_SCALE, "order.executedQty")
    at_ms = record.update_time if record.update_time is not None else record.transact_time
    if at_ms is None:
        raise VenueUnreadable("order.updateTime: missing")
    return VenueOrder(
        client_order_id=ClientOrderId(record.orig_client_order_id or record.client_order_id),
        venue_order_id=VenueOrderId(str(record.order_id)),
        symbol=Symbol(record.symbol),
        side=_side(record.side, "order.side"),
        type=_type(record.type, "order.type"),
        qty_units=units(record.orig_qty, UNITS_SCALE, "order.origQty"),
        filled_units=filled_units,
        status=_status(record.status, filled_units, "order.status"),
        updated_ns=at_ms * MILLISECOND_NS,
    )


def trade_fill(record: TradeRecord, client_order_id: ClientOrderId, instrument: Instrument) -> VenueFill:
    """A trade from the history."""
    fee_currency = Currency(record.commission_asset)
    return VenueFill(
        execution_id=ExecutionId(str(record.id)),
        client_order_id=client_order_id,
        venue_order_id=VenueOrderId(str(record.order_id)),
        symbol=instrument.symbol,
        side=Side.BUY if record.is_buyer else Side.SELL,
        qty_units=traded_units(record.qty, instrument.qty_scale, "trade.qty"),
        price_units=traded_units(record.price, instrument.price_scale, "trade.price"),
        fee_units=units(record.commission, _fee_scale(fee_currency, instrument), "trade.commission"),
        fee_currency=fee_currency,
        at_ns=record.time * MILLISECOND_NS,
    )


def _fee_scale(currency: Currency, instrument: Instrument) -> int:
    return instrument.qty_scale if currency == instrument.base else CASH_SCALE


def report_events(report: ExecutionReport, instruments: Mapping[Symbol, Instrument]) -> list[FillEvent | OrderEvent]:
    """An execution report: the trade first, then how the order stands after it.

    A trade in a symbol that is not ours has no grid to be read on; the order alone is told.
    """
    filled_units = units(report.filled_qty, UNITS_SCALE, "executionReport.z")
    order = VenueOrder(
        client_order_id=ClientOrderId(report.orig_client_order_id or report.client_order_id),
        venue_order_id=VenueOrderId(str(report.order_id)),
        symbol=Symbol(report.symbol),
        side=_side(report.side, "executionReport.S"),
        type=_type(report.type, "executionReport.o"),
        qty_units=units(report.qty, UNITS_SCALE, "executionReport.q"),
        filled_units=filled_units,
        status=_status(report.status, filled_units, "executionReport.X"),
        updated_ns=report.transact_time * MILLISECOND_NS,
        reason="" if report.reason == "NONE" else report.reason,
    )
    instrument = instruments.get(order.symbol)
    if report.execution != "TRADE" or instrument is None:
        return [OrderEvent(order)]
    fee_currency = Currency(report.commission_asset or instrument.quote)
    fill = VenueFill(
        execution_id=ExecutionId(str(report.trade_id)),
        client_order_id=order.client_order_id,
        venue_order_id=order.venue_order_id,
        symbol=order.symbol,
        side=order.side,
        qty_units=traded_units(report.last_qty, instrument.qty_scale, "executionReport.l"),
        price_units=traded_units(report.last_price, instrument.price_scale, "executionReport.L"),
        fee_units=units(report.commission, _fee_scale(fee_currency, instrument), "executionReport.n"),
        fee_currency=fee_currency,
        at_ns=report.transact_time * MILLISECOND_NS,
    )
    return [FillEvent(fill), OrderEvent(order)]


def kline_bar(record: KlineRecord, instrument: Instrument) -> Bar:
    """`k` of a kline event."""
    row = (record.open, record.high, record.low, record.close, record.volume)
    return _bar(record.start, record.end, row, instrument)


def row_bar(row: KlineRow, instrument: Instrument) -> Bar:
    """A row of GET klines."""
    return _bar(row[0], row[6], row[1:6], instrument)


def _bar(start_ms: int, last_ms: int, row: Sequence[Decimal], instrument: Instrument) -> Bar:
    open_, high, low, close, volume = row
    return Bar(
        symbol=instrument.symbol,
        start_ns=start_ms * MILLISECOND_NS,
        end_ns=(last_ms + 1) * MILLISECOND_NS,
        open_units=units(open_, instrument.price_scale, "kline.open"),
        high_units=units(high, instrument.price_scale, "kline.high"),
        low_units=units(low, instrument.price_scale, "kline.low"),
        close_units=units(close, instrument.price_scale, "kline.close"),
        volume_units=units(volume, instrument.qty_scale, "kline.volume"),
    )


def venue_balances(record: AccountRecord, instruments: Mapping[Symbol, Instrument], as_of_ns: int) -> VenueBalances:
    """Free and locked together. Coins that are the quote of one of our instruments are cash, its bases holdings;
    other coins are not ours to count."""
    whole = {coin.asset: coin.free + coin.locked for coin in record.balances}
    quotes = {instrument.quote for instrument in instruments.values()}
    return VenueBalances(
        account_ref=str(record.uid),
        cash={coin: units(whole.get(coin, Decimal(0)), CASH_SCALE, f"balance.{coin}") for coin in sorted(quotes)},
        holdings={
            symbol: units(whole.get(instrument.base, Decimal(0)), instrument.qty_scale, f"balance.{instrument.base}")
            for symbol, instrument in sorted(instruments.items())
        },
        as_of_ns=as_of_ns,
    )


def instrument_of(record: SymbolRecord, fee_ppm: int) -> Instrument:
    """A spot pair with the venue's own filters; `VenueRefused` when it does not trade."""
    if record.status != "TRADING":
        raise VenueRefused("not_trading", f"{record.symbol} is {record.status}")
    filters = {each.filter_type: each for each in record.filters}
    lot = _filter(filters, "LOT_SIZE")
    notional = filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL")
    rules = binance_spot(
        record.base_asset,
        record.quote_asset,
        tick=_text(_filter(filters, "PRICE_FILTER").tick_size, "PRICE_FILTER.tickSize"),
        lot=_text(lot.step_size, "LOT_SIZE.stepSize"),
        notional_min="0" if notional is None else _text(notional.min_notional, "NOTIONAL.minNotional"),
        fee_ppm=fee_ppm,
    )
    return replace(rules, qty_min_units=units(lot.min_qty, UNITS_SCALE, "LOT_SIZE.minQty"))


def _text(value: Decimal | None, field: str) -> str:
    return units_text(units(value, UNITS_SCALE, field), UNITS_SCALE)


def _filter(filters: Mapping[str, FilterRecord], name: str) -> FilterRecord:
    found = filters.get(name)
    if found is None:
        raise VenueUnreadable(f"exchangeInfo: no {name} filter")
    return found


def protocol_error(answer: Answer) -> ProtocolError | None:
    """The venue's error body; None when something else answered (its firewall speaks HTML)."""
    try:
        record = decode(answer.body, ErrorRecord, "error")
    except VenueUnreadable:
        return None
    doubtful = record.code in _DOUBTFUL_CODES or record.msg == _DUPLICATE_ORDER
    return ProtocolError(str(record.code), record.msg, doubtful)
