"""What anybody may ask: the time, the rules, and what the market did."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.domain.time import HOUR_NS, MINUTE_NS
from seatrial.emulators.binance import candles, refusals, tickers
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.intake import read_rules
from seatrial.emulators.binance.market import MarketTrade, PairMarket
from seatrial.emulators.binance.numbers import from_units, text
from seatrial.emulators.binance.orders import Json, TimeUnit
from seatrial.emulators.binance.parameters import SYMBOL
from seatrial.emulators.binance.rates import limit_rows
from seatrial.emulators.binance.rows import LIMIT_DEFAULT, LIMIT_MAX
from seatrial.emulators.binance.rules import AVERAGE_MINUTES, listing

DEPTH_DEFAULT = 100
DEPTH_MAX = 5_000
TICKER_TYPES = frozenset({"FULL", "MINI"})


def _pair(desk: Desk, call: Call) -> PairMarket:
    return desk.markets.pairs[read_rules(call.parameters, desk.markets.rules).symbol]


def _chosen(desk: Desk, call: Call) -> tuple[list[PairMarket], bool]:
    """The pairs of `symbol` or `symbols`, all where neither is sent; and whether the answer is one object."""
    symbol = call.parameters.optional("symbol", SYMBOL)
    symbols = call.parameters.symbol_list("symbols")
    if symbol is not None and symbols is not None:
        raise refusals.bad_combination()
    wanted = [symbol] if symbol is not None else symbols
    if wanted is not None and any(one not in desk.markets.rules for one in wanted):
        raise refusals.bad_symbol()
    status = call.parameters.optional("symbolStatus") or "TRADING"
    listed = desk.markets.of(wanted if wanted is not None else desk.markets.rules)
    return (listed if status == "TRADING" else []), symbol is not None


def _without_parameters(call: Call) -> None:
    if call.parameters.values:
        raise refusals.too_many_parameters(0, len(call.parameters.values))


def ping(desk: Desk, call: Call) -> Json:
    """Nothing, as an object."""
    _without_parameters(call)
    return {}


def time(desk: Desk, call: Call) -> Json:
    """The API clock."""
    _without_parameters(call)
    return {"serverTime": call.unit(desk.clock.now_ns())}


def exchange_info(desk: Desk, call: Call) -> Json:
    """The rules of all pairs, or of some."""
    pairs, _ = _chosen(desk, call)
    permissions = call.parameters.optional("permissions")
    call.parameters.flag("showPermissionSets", default=True)
    call.parameters.finish()
    if permissions is not None and "SPOT" not in permissions:
        pairs = []
    return {
        "timezone": "UTC",
        "serverTime": call.unit(desk.clock.now_ns()),
        "rateLimits": limit_rows(desk.weights),
        "exchangeFilters": [],
        "symbols": [listing(pair.rules) for pair in pairs],
    }


def depth(desk: Desk, call: Call) -> Json:
    """The derived book."""
    pair = _pair(desk, call)
    count = call.parameters.limit(DEPTH_DEFAULT, DEPTH_MAX)
    call.parameters.finish("symbolStatus")
    bids, asks = pair.levels(count)
    quote = pair.quote()
    return {
        "lastUpdateId": 0 if quote is None else quote.update_id,
        "bids": [[text(price), text(qty)] for price, qty in bids],
        "asks": [[text(price), text(qty)] for price, qty in asks],
    }


def trades(desk: Desk, call: Call) -> list[Json]:
    """The last trades of the market."""
    pair = _pair(desk, call)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish()
    return [_trade_row(trade, call.unit) for trade in pair.latest(count)]


def historical_trades(desk: Desk, call: Call) -> list[Json]:
    """Trades of the market from a number on."""
    pair = _pair(desk, call)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    number = call.parameters.integer("fromId")
    call.parameters.finish()
    found = pair.latest(count) if number is None else pair.from_number(number, count)
    return [_trade_row(trade, call.unit) for trade in found]


def aggregate_trades(desk: Desk, call: Call) -> list[Json]:
    """Trades of the market by number or time; each is an aggregate of its own."""
    pair = _pair(desk, call)
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
    return [
        {
            "a": trade.number,
            "p": text(from_units(trade.price_units)),
            "q": text(from_units(trade.volume_units)),
            "f": trade.number,
            "l": trade.number,
            "T": call.unit(trade.at_ns),
            "m": trade.buyer_maker,
            "M": True,
        }
        for trade in found
    ]


def klines(desk: Desk, call: Call) -> list[list[object]]:
    """Candles, the one under way last."""
    pair = _pair(desk, call)
    interval = candles.check_interval(call.parameters.required("interval"))
    start_ns, end_ns = call.parameters.span_ns()
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    zone = call.parameters.optional("timeZone")
    if zone is not None and zone not in {"0", "00:00", "+00:00"}:
        raise refusals.bad_data("timeZone")
    call.parameters.finish()
    return [candles.row(candle, call.unit) for candle in candles.selected(pair, interval, start_ns, end_ns, count)]


def average_price(desk: Desk, call: Call) -> Json:
    """The volume-weighted price of five minutes."""
    pair = _pair(desk, call)
    call.parameters.finish()
    price = pair.average_price(desk.spot.exchange.now_ns(), AVERAGE_MINUTES * MINUTE_NS)
    last = pair.last_trade()
    return {
        "mins": AVERAGE_MINUTES,
        "price": text(from_units(0) if price is None else price),
        "closeTime": 0 if last is None else call.unit(last.at_ns),
    }


def ticker_day(desk: Desk, call: Call) -> Json | list[Json]:
    """The last 24 hours."""
    pairs, single = _chosen(desk, call)
    form = call.parameters.optional("type") or "FULL"
    call.parameters.finish()
    if form not in TICKER_TYPES:
        raise refusals.Refusal(-1139, "Invalid ticker type.")
    now_ns = desk.spot.exchange.now_ns()
    rows = [(tickers.full if form == "FULL" else tickers.mini)(pair, now_ns, call.unit) for pair in pairs]
    return rows[0] if single and rows else rows


def ticker_price(desk: Desk, call: Call) -> Json | list[Json]:
    """Last prices."""
    pairs, single = _chosen(desk, call)
    call.parameters.finish()
    rows: list[Json] = [
        {"symbol": pair.rules.symbol, "price": text(pair.last_price)} for pair in pairs if pair.last_price is not None
    ]
    return rows[0] if single and rows else rows


def ticker_book(desk: Desk, call: Call) -> Json | list[Json]:
    """The derived best prices."""
    pairs, single = _chosen(desk, call)
    call.parameters.finish()
    rows = [tickers.book(pair) for pair in pairs]
    return rows[0] if single and rows else rows


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


def _day_weight(values: Mapping[str, str]) -> int:
    if values.get("symbol"):
        return 2
    many = values.get("symbols", "").count(",") + 1
    return (2 if many <= 20 else 40 if many <= 100 else 80) if values.get("symbols") else 80


def _pair_weight(values: Mapping[str, str]) -> int:
    return 2 if values.get("symbol") else 4


ENDPOINTS = (
    Endpoint(ping, rest=("GET", "/api/v3/ping"), socket="ping"),
    Endpoint(time, rest=("GET", "/api/v3/time"), socket="time"),
    Endpoint(exchange_info, 20, rest=("GET", "/api/v3/exchangeInfo"), socket="exchangeInfo"),
    Endpoint(depth, _depth_weight, rest=("GET", "/api/v3/depth"), socket="depth"),
    Endpoint(trades, 25, rest=("GET", "/api/v3/trades"), socket="trades.recent"),
    Endpoint(historical_trades, 25, "key", rest=("GET", "/api/v3/historicalTrades"), socket="trades.historical"),
    Endpoint(aggregate_trades, 4, rest=("GET", "/api/v3/aggTrades"), socket="trades.aggregate"),
    Endpoint(klines, 2, rest=("GET", "/api/v3/klines"), socket="klines"),
    Endpoint(klines, 2, rest=("GET", "/api/v3/uiKlines"), socket="uiKlines"),
    Endpoint(average_price, 2, rest=("GET", "/api/v3/avgPrice"), socket="avgPrice"),
    Endpoint(ticker_day, _day_weight, rest=("GET", "/api/v3/ticker/24hr"), socket="ticker.24hr"),
    Endpoint(ticker_price, _pair_weight, rest=("GET", "/api/v3/ticker/price"), socket="ticker.price"),
    Endpoint(ticker_book, _pair_weight, rest=("GET", "/api/v3/ticker/bookTicker"), socket="ticker.book"),
)
