"""What a client of the market streams can say: SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_ and GET_PROPERTY."""

from __future__ import annotations

import msgspec

METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
ID_LENGTH_MAX = 36


class BadRequest(Exception):
    """The stream's own kind of no."""

    def __init__(self, code: int, msg: str) -> None:
        self.code, self.msg = code, msg
        super().__init__(msg)


def decode(message: str | bytes) -> dict[str, object]:
    """A request as an object."""
    try:
        request = msgspec.json.decode(message)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise BadRequest(3, "Invalid JSON: expected value at line 1 column 1") from None
    if not isinstance(request, dict):
        raise BadRequest(2, "Invalid request: expected an object")
    return request


def method_of(request: dict[str, object]) -> str:
    """Its method; an id that cannot be one is not repeated."""
    number = request.get("id")
    fits = number is None or (isinstance(number, int) and not isinstance(number, bool))
    if not fits and not (isinstance(number, str) and len(number) <= ID_LENGTH_MAX):
        request["id"] = None
        raise BadRequest(2, "Invalid request: request ID must be an unsigned integer")
    method = request.get("method")
    if method is None:
        raise BadRequest(2, "Invalid request: missing field `method`")
    if method not in METHODS:
        names = ", ".join(f"`{name}`" for name in METHODS)
        raise BadRequest(2, f"Invalid request: unknown variant `{method}`, expected one of {names}")
    return str(method)


def params_of(request: dict[str, object]) -> list[object]:
    """Its parameters."""
    params = request.get("params")
    if not isinstance(params, list):
        raise BadRequest(2, "Invalid request: missing field `params`")
    return params


def names_of(params: list[object]) -> list[str]:
    """Parameters that are names of streams."""
    names = [name for name in params if isinstance(name, str)]
    if len(names) != len(params):
        raise BadRequest(2, "Invalid request: stream name must be a string")
    return names


def combined_of(params: list[object]) -> bool:
    """The one property there is, as it shall be."""
    if len(params) != 2 or params[0] != "combined":
        raise BadRequest(0, "Unknown property")
    if not isinstance(params[1], bool):
        raise BadRequest(1, "Invalid value type: expected Boolean")
    return params[1]


def check_property(params: list[object]) -> None:
    """Refuse unless the one property there is was asked for."""
    if params != ["combined"]:
        raise BadRequest(0, "Unknown property")
