"""What anybody may ask about prices now and over a span: the tickers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.emulators.binance import refusals, tickers
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.market import PairMarket
from seatrial.emulators.binance.numbers import from_units, text
from seatrial.emulators.binance.orders import Json
from seatrial.emulators.binance.parameters import Parameters
from seatrial.emulators.binance.public_rules import chosen_pairs, pair_of
from seatrial.emulators.binance.rules import AVERAGE_MINUTES
from seatrial.emulators.binance.tickers import Window, window_of

TICKER_TYPES = frozenset({"FULL", "MINI"})
TICKER_SYMBOLS_MAX = 100
TICKER_WEIGHT_MAX = 200
ZONE_HOURS = (-12, 14)
_UNITS = {"m": (MINUTE_NS, 59), "h": (HOUR_NS, 23), "d": (DAY_NS, 7)}
_ZONE = re.compile(r"([+-]?)(\d{1,2})(?::(\d{2}))?")


def average_price(desk: Desk, call: Call) -> Json:
    """The volume-weighted price of five minutes."""
    pair = pair_of(desk, call)
    call.parameters.finish("symbolStatus")
    price = pair.average_price(desk.spot.exchange.now_ns(), AVERAGE_MINUTES * MINUTE_NS)
    last = pair.last_trade()
    return {
        "mins": AVERAGE_MINUTES,
        "price": text(from_units(0) if price is None else price),
        "closeTime": 0 if last is None else call.unit(last.at_ns),
    }


def ticker_24h(desk: Desk, call: Call) -> Json | list[Json]:
    """The last 24 hours."""
    pairs, single = chosen_pairs(desk, call)
    form = _read_form(call)
    call.parameters.finish()
    now_ns = desk.spot.exchange.now_ns()
    shape = tickers.full if form == "FULL" else tickers.mini
    rows = [shape(pair, window_of(pair, now_ns - DAY_NS, now_ns), call.unit) for pair in pairs]
    return rows[0] if single and rows else rows


def ticker_rolling(desk: Desk, call: Call) -> Json | list[Json]:
    """A span that ends now, of `windowSize`; it begins with a whole minute, as at the venue."""
    pairs, single = _named_pairs(desk, call)
    form, span_ns = _read_form(call), _read_window(call.parameters)
    call.parameters.finish()
    now_ns = desk.spot.exchange.now_ns()
    return _told(pairs, (now_ns - span_ns) // MINUTE_NS * MINUTE_NS, now_ns, form, call, single=single)


def ticker_trading_day(desk: Desk, call: Call) -> Json | list[Json]:
    """Since midnight in `timeZone`."""
    pairs, single = _named_pairs(desk, call)
    form, shift_ns = _read_form(call), read_zone(call.parameters)
    call.parameters.finish()
    now_ns = desk.spot.exchange.now_ns()
    return _told(pairs, (now_ns + shift_ns) // DAY_NS * DAY_NS - shift_ns, now_ns, form, call, single=single)


def ticker_price(desk: Desk, call: Call) -> Json | list[Json]:
    """Last prices."""
    pairs, single = chosen_pairs(desk, call)
    call.parameters.finish()
    rows: list[Json] = [
        {"symbol": pair.rules.symbol, "price": text(pair.last_price)} for pair in pairs if pair.last_price is not None
    ]
    return rows[0] if single and rows else rows


def ticker_book(desk: Desk, call: Call) -> Json | list[Json]:
    """The best prices."""
    pairs, single = chosen_pairs(desk, call)
    call.parameters.finish()
    rows = [tickers.book(pair) for pair in pairs]
    return rows[0] if single and rows else rows


def read_zone(parameters: Parameters) -> int:
    """`timeZone` as nanoseconds to add: `8`, `-1:00`, `05:45`; between -12 and +14 hours."""
    value = parameters.optional("timeZone")
    if value is None:
        return 0
    found = _ZONE.fullmatch(value)
    if found is None:
        raise refusals.bad_data("timeZone")
    sign, hours, minutes = found.groups()
    shift_ns = (int(hours) * HOUR_NS + int(minutes or 0) * MINUTE_NS) * (-1 if sign == "-" else 1)
    if not ZONE_HOURS[0] * HOUR_NS <= shift_ns <= ZONE_HOURS[1] * HOUR_NS or int(minutes or 0) > 59:
        raise refusals.bad_data("timeZone")
    return shift_ns


def _named_pairs(desk: Desk, call: Call) -> tuple[list[PairMarket], bool]:
    """These two tickers want to be told which pairs."""
    if not (call.parameters.values.get("symbol") or call.parameters.values.get("symbols")):
        raise refusals.missing_both("symbol", "symbols")
    pairs, single = chosen_pairs(desk, call)
    if len(pairs) > TICKER_SYMBOLS_MAX:
        raise refusals.bad_data("symbols")
    return pairs, single


def _read_form(call: Call) -> str:
    form = call.parameters.optional("type") or "FULL"
    if form not in TICKER_TYPES:
        raise refusals.bad_ticker_type()
    return form


def _read_window(parameters: Parameters) -> int:
    value = parameters.optional("windowSize") or "1d"
    number, unit = value[:-1], value[-1]
    if unit not in _UNITS or not number.isdecimal() or not 1 <= int(number) <= _UNITS[unit][1]:
        raise refusals.bad_data("windowSize")
    return int(number) * _UNITS[unit][0]


def _told(
    pairs: list[PairMarket], open_ns: int, now_ns: int, form: str, call: Call, *, single: bool
) -> Json | list[Json]:
    def row(pair: PairMarket) -> Json:
        window: Window = window_of(pair, open_ns, now_ns)
        return (tickers.rolling if form == "FULL" else tickers.mini)(pair, window, call.unit)

    rows = [row(pair) for pair in pairs]
    return rows[0] if single and rows else rows


def _weight_24h(values: Mapping[str, str]) -> int:
    if values.get("symbol"):
        return 2
    many = values.get("symbols", "").count(",") + 1
    return (2 if many <= 20 else 40 if many <= 100 else 80) if values.get("symbols") else 80


def _weight_each(values: Mapping[str, str]) -> int:
    many = values.get("symbols", "").count(",") + 1
    return min(TICKER_WEIGHT_MAX, 4 * many)


def _weight_some(values: Mapping[str, str]) -> int:
    return 2 if values.get("symbol") else 4


TICKERS = (
    Endpoint(average_price, 2, rest=("GET", "/api/v3/avgPrice"), socket="avgPrice"),
    Endpoint(ticker_24h, _weight_24h, rest=("GET", "/api/v3/ticker/24hr"), socket="ticker.24hr"),
    Endpoint(ticker_rolling, _weight_each, rest=("GET", "/api/v3/ticker"), socket="ticker"),
    Endpoint(ticker_trading_day, _weight_each, rest=("GET", "/api/v3/ticker/tradingDay"), socket="ticker.tradingDay"),
    Endpoint(ticker_price, _weight_some, rest=("GET", "/api/v3/ticker/price"), socket="ticker.price"),
    Endpoint(ticker_book, _weight_some, rest=("GET", "/api/v3/ticker/bookTicker"), socket="ticker.book"),
)
