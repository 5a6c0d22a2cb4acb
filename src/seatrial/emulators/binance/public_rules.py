"""What anybody may ask of the venue itself: is it there, what time is it, what are its rules."""

from __future__ import annotations

import json

from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.intake import read_rules
from seatrial.emulators.binance.market import PairMarket
from seatrial.emulators.binance.orders import Json
from seatrial.emulators.binance.parameters import SYMBOL
from seatrial.emulators.binance.rates import limit_rows
from seatrial.emulators.binance.rules import listing

STATUSES = frozenset({"TRADING", "HALT", "BREAK"})
PERMISSIONS = frozenset({"SPOT", "MARGIN", "LEVERAGED"})


def pair_of(desk: Desk, call: Call) -> PairMarket:
    """The pair a question is about."""
    return desk.markets.pairs[read_rules(call.parameters, desk.markets.rules).symbol]


def chosen_pairs(desk: Desk, call: Call) -> tuple[list[PairMarket], bool]:
    """The pairs of `symbol` or `symbols`, all where neither is sent; and whether the answer is one object."""
    symbol = call.parameters.optional("symbol", SYMBOL)
    symbols = call.parameters.symbol_list("symbols")
    if symbol is not None and symbols is not None:
        raise refusals.bad_combination()
    wanted = [symbol] if symbol is not None else symbols
    if wanted is not None and any(one not in desk.markets.rules for one in wanted):
        raise refusals.bad_symbol()
    status = call.parameters.optional("symbolStatus") or "TRADING"
    if status not in STATUSES:
        raise refusals.bad_symbol_status()
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
    named = call.parameters.has("symbol") or call.parameters.has("symbols")
    wanted = _read_permissions(call)
    if named and (wanted is not None or call.parameters.has("symbolStatus")):
        raise refusals.bad_combination()
    pairs, _ = chosen_pairs(desk, call)
    shown = call.parameters.flag("showPermissionSets", default=True)
    call.parameters.finish()
    if wanted is not None and "SPOT" not in wanted:
        pairs = []
    rows = [listing(pair.rules) for pair in pairs]
    if not shown:
        rows = [row | {"permissionSets": []} for row in rows]
    return {
        "timezone": "UTC",
        "serverTime": call.unit(desk.clock.now_ns()),
        "rateLimits": limit_rows(desk.weights),
        "exchangeFilters": [],
        "symbols": rows,
    }


def _read_permissions(call: Call) -> set[str] | None:
    """`permissions`: one word, or a JSON array of them."""
    value = call.parameters.optional("permissions")
    if value is None:
        return None
    try:
        words = json.loads(value) if value.startswith("[") else [value]
    except ValueError:
        raise refusals.bad_data("permissions") from None
    if not words or not all(isinstance(word, str) for word in words) or not set(words) <= PERMISSIONS:
        raise refusals.bad_data("permissions")
    return set(words)


RULES = (
    Endpoint(ping, rest=("GET", "/api/v3/ping"), socket="ping"),
    Endpoint(time, rest=("GET", "/api/v3/time"), socket="time"),
    Endpoint(exchange_info, 20, rest=("GET", "/api/v3/exchangeInfo"), socket="exchangeInfo"),
)
