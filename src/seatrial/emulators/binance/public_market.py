"""What anybody may ask about what the market did: its book, its trades, its candles."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.domain.time import HOUR_NS
from seatrial.emulators.binance import candle_shapes, candles, refusals
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.market_trade import MarketTrade
from seatrial.emulators.binance.numbers import from_units, text
from seatrial.emulators.binance.orders import Json, TimeUnit
from seatrial.emulators.binance.public_rules import pair_of
from seatrial.emulators.binance.public_tickers import read_zone
from seatrial.emulators.binance.rows import LIMIT_DEFAULT, LIMIT_MAX
from seatrial.emulators.binance.stream_events import aggregate_row, level_rows

DEPTH_DEFAULT = 100
DEPTH_MAX = 5_000


def depth(desk: Desk, call: Call) -> Json:
    """The book."""
    pair = pair_of(desk, call)
    count = call.parameters.limit(DEPTH_DEFAULT, DEPTH_MAX)
    call.parameters.finish("symbolStatus")
    update_id, bids, asks = pair.levels(count)
    return {"lastUpdateId": update_id, "bids": level_rows(bids[:count]), "asks": level_rows(asks[:count])}


def trades(desk: Desk, call: Call) -> list[Json]:
    """The last trades of the market."""
    pair = pair_of(desk, call)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish()
    return [_trade_row(trade, call.unit) for trade in pair.latest(count)]


def historical_trades(desk: Desk, call: Call) -> list[Json]:
    """Trades of the market from a number on."""
    pair = pair_of(desk, call)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    number = call.parameters.integer("fromId")
    call.parameters.finish()
    found = pair.latest(count) if number is None else pair.from_number(number, count)
    return [_trade_row(trade, call.unit) for trade in found]


def aggregate_trades(desk: Desk, call: Call) -> list[Json]:
    """Trades of the market by number or time; each is an aggregate of its own."""
    pair = pair_of(desk, call)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    number = call.parameters.integer("fromId")
    start_ns, end_ns = call.parameters.span_ns()
    call.parameters.finish()
    if number is not None:
        if start_ns is not None or end_ns is not None:
            raise refusals.bad_combination()
        found = pair.from_number(number, count)
    elif start_ns is not None:
        found = pair.between(start_ns, desk.spot.exchange.now_ns() if end_ns is None else end_ns, count)
    elif end_ns is not None:
        found = pair.between(end_ns - HOUR_NS, end_ns, LIMIT_MAX * count)[-count:]
    else:
        found = pair.latest(count)
    return [aggregate_row(trade, call.unit) for trade in found]


def klines(desk: Desk, call: Call) -> list[list[object]]:
    """Candles, the one under way last."""
    pair = pair_of(desk, call)
    interval = candles.check_interval(call.parameters.required("interval"))
    start_ns, end_ns = call.parameters.span_ns()
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    shift_ns = read_zone(call.parameters)
    call.parameters.finish()
    now_ns = desk.spot.exchange.now_ns()
    found = candles.selected(pair, interval, start_ns, end_ns, count, now_ns=now_ns, shift_ns=shift_ns)
    return [candle_shapes.row(candle, call.unit) for candle in found]


def _trade_row(trade: MarketTrade, unit: TimeUnit) -> Json:
    return {
        "id": trade.number,
        "price": text(from_units(trade.price_units)),
        "qty": text(from_units(trade.volume_units)),
        "quoteQty": text(from_units(trade.value_units)),
        "time": unit(trade.at_ns),
        "isBuyerMaker": trade.buyer_maker,
        "isBestMatch": True,
    }


def _depth_weight(values: Mapping[str, str]) -> int:
    limit = int(values["limit"]) if values.get("limit", "").isdecimal() else DEPTH_DEFAULT
    return next((weight for most, weight in ((100, 5), (500, 25), (1_000, 50)) if limit <= most), 250)


MARKET = (
    Endpoint(depth, _depth_weight, rest=("GET", "/api/v3/depth"), socket="depth"),
    Endpoint(trades, 25, rest=("GET", "/api/v3/trades"), socket="trades.recent"),
    Endpoint(historical_trades, 25, rest=("GET", "/api/v3/historicalTrades"), socket="trades.historical"),
    Endpoint(aggregate_trades, 4, rest=("GET", "/api/v3/aggTrades"), socket="trades.aggregate"),
    Endpoint(klines, 2, rest=("GET", "/api/v3/klines"), socket="klines"),
    Endpoint(klines, 2, rest=("GET", "/api/v3/uiKlines"), socket="uiKlines"),
)
