"""The emulated venues' doors as an OpenAPI description, for schemathesis: what a request may have, nothing of answers.

The venues publish no description of themselves; this one is made of the questions that the seeded runs ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.fuzz import alpaca_doors, binance_doors

Question = tuple[str, str, Mapping[str, str]]
TEXT = {"type": "string"}
NUMBER = {"anyOf": [{"type": "number"}, {"type": "string"}]}
ORDER = {
    "symbol": {"type": "string", "enum": ["AAPL", "SPY", "NOSUCH"]},
    "side": {"type": "string", "enum": ["buy", "sell", "sell_short"]},
    "type": {"type": "string", "enum": ["market", "limit", "stop", "stop_limit", "trailing_stop"]},
    "time_in_force": {"type": "string", "enum": ["day", "gtc", "ioc", "fok", "opg", "cls"]},
    "order_class": {"type": "string", "enum": ["", "simple", "bracket", "oco", "oto"]},
    "client_order_id": TEXT,
    "extended_hours": {"type": "boolean"},
    "take_profit": {"type": "object", "properties": {"limit_price": NUMBER}},
    "stop_loss": {"type": "object", "properties": {"stop_price": NUMBER, "limit_price": NUMBER}},
    **dict.fromkeys(("qty", "notional", "limit_price", "stop_price", "trail_percent", "trail_price"), NUMBER),
}
CHANGE = dict.fromkeys(("qty", "limit_price", "stop_price", "trail"), NUMBER) | {"time_in_force": TEXT}
BODIES = {("POST", "/v2/orders"): ORDER, ("PATCH", "/v2/orders/{order_id}"): CHANGE}


def described(venue: str) -> dict[str, Any]:
    """The description of one venue's doors."""
    if venue == "alpaca":
        asked: Iterable[Question] = alpaca_doors.QUESTIONS
        return _document([*asked, ("POST", "/v2/orders", {}), ("PATCH", "/v2/orders/{order_id}", {})])
    return _document([(method, path, values) for method, path, values, _ in binance_doors.QUESTIONS])


def _document(questions: Iterable[Question]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for method, path, values in questions:
        query = [{"name": name, "in": "query", "schema": TEXT, "example": raw} for name, raw in values.items()]
        inside = [{"name": "order_id", "in": "path", "required": True, "schema": TEXT}] if "{" in path else []
        door: dict[str, Any] = {"parameters": query + inside, "responses": {"default": {"description": "whatever"}}}
        if body := BODIES.get((method, path)):
            schema = {"type": "object", "properties": body}
            door["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        paths[path][method.lower()] = door
    return {"openapi": "3.0.3", "info": {"title": "emulated", "version": "1"}, "paths": dict(paths)}
