"""Reading what a caller sent: bounded bodies, decimal texts, times, query parameters.

Everything that is wrong becomes a `RequestFault` that names the field as the caller wrote it and says
what would have been accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TypeVar

import msgspec
from msgspec import inspect
from starlette.exceptions import HTTPException
from starlette.requests import Request

from seatrial.domain.faults import RequestFault
from seatrial.domain.money import InexactAmount, parse_units
from seatrial.domain.time import Instant, parse_rfc3339

BODY_BYTES_MAX = 1 << 20
DECIMAL_LENGTH_MAX = 64  # more digits than any grid has; keeps `1e999999999` from costing anything

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_QUOTED = re.compile(r"field `([^`]*)`")
_DECIMAL = re.compile(r"-?(\d+(\.\d*)?|\.\d+)")


async def read_body(request: Request, type: type[T]) -> T:
    """The JSON body as a `msgspec` type.

    Raises:
        HTTPException: 413 when longer than `BODY_BYTES_MAX`, 400 when it is not JSON.
        RequestFault: it is JSON, but a field is missing, unknown or wrong.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, f"at most {BODY_BYTES_MAX} bytes")
    return decode_body(bytes(body), type)


def decode_body(body: bytes, type: type[T]) -> T:
    """As `read_body`, for bytes that are already here (a WebSocket message)."""
    try:
        return msgspec.json.decode(body, type=type)
    except msgspec.ValidationError as error:
        raise _named(str(error), type) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(400, f"not JSON: {error}") from error


def decimal_units(field: str, text: str, scale: int) -> int:
    """A decimal text as a whole number of `1/scale`; refuses rather than rounds."""
    accepted = f"a decimal number as text, in steps of 1/{scale}"
    if len(text) > DECIMAL_LENGTH_MAX or not _DECIMAL.fullmatch(text):
        raise RequestFault(field, accepted, text[:DECIMAL_LENGTH_MAX])
    try:
        return parse_units(text, scale)
    except InexactAmount:
        raise RequestFault(field, accepted, text) from None


def instant(field: str, text: str) -> Instant:
    """An RFC 3339 time with a zone."""
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise RequestFault(field, "an RFC 3339 time with a zone, such as 2019-02-11T14:30:00Z", text) from None


def one_of(field: str, value: str, accepted: Iterable[str]) -> str:
    """The value, when it is one of the accepted ones."""
    known = list(accepted)
    if value not in known:
        raise RequestFault(field, _listed(known), value)
    return value


class Query:
    """The query parameters of a request; a parameter nobody knows is refused, it may be a misspelt filter."""

    def __init__(self, request: Request, accepted: Sequence[str]) -> None:
        self._values = request.query_params
        for name in self._values:
            if name not in accepted:
                raise RequestFault(name, f"one of the parameters {_listed(accepted)}", self._values[name])

    def text(self, name: str) -> str | None:
        """The text of a parameter, or None."""
        return self._values.get(name)

    def choice(self, name: str, accepted: Iterable[str]) -> str:
        """A required parameter with a known set of values."""
        return one_of(name, self._values.get(name, ""), accepted)

    def integer(self, name: str, *, default: int, low: int, high: int) -> int:
        """A whole number within bounds, or its default."""
        text = self._values.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high):
            raise RequestFault(name, f"a whole number from {low} to {high}", text)
        return int(text)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values) or "none"


# -------------------------------- msgspec's sentences, told by field and accepted


def _named(sentence: str, type: type) -> RequestFault:
    place = _PLACE.search(sentence)
    path = place["path"].removeprefix(".") if place else ""
    said = sentence[: place.start()] if place else sentence
    quoted = _QUOTED.search(said)
    if quoted and "missing" in said:
        return RequestFault(_joined(path, quoted[1]), "a value: the field is required", None)
    kind = _kind_at(inspect.type_info(type), path)
    if quoted and "unknown" in said:
        return RequestFault(_joined(path, quoted[1]), f"one of the fields {_fields(kind)}", None)
    return RequestFault(path or "body", _accepted(kind) or said.replace("`", ""), said.replace("`", ""))


def _joined(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field


def _kind_at(kind: inspect.Type, path: str) -> inspect.Type | None:
    """The declared type of a path such as `orders[0].side`."""
    at: inspect.Type | None = kind
    for step in re.findall(r"[^.\[\]]+|\[[^\]]*\]", path):
        at = _step(at, step)
    return _some(at)


def _some(kind: inspect.Type | None) -> inspect.Type | None:
    """`X | None` reads as `X`."""
    if isinstance(kind, inspect.UnionType):
        rest = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
        return rest[0] if len(rest) == 1 else kind
    return kind


def _step(kind: inspect.Type | None, step: str) -> inspect.Type | None:
    match _some(kind):
        case inspect.StructType(fields=fields):
            return next((field.type for field in fields if field.encode_name == step), None)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return item
        case inspect.DictType(value_type=value):
            return value
        case _:
            return None


def _fields(kind: inspect.Type | None) -> str:
    return _listed(field.encode_name for field in kind.fields) if isinstance(kind, inspect.StructType) else "none"


def _accepted(kind: inspect.Type | None) -> str | None:
    match kind:
        case inspect.LiteralType(values=values):
            return _listed(values)
        case inspect.EnumType(cls=cls):
            return _listed(member.value for member in cls if isinstance(member, Enum))
        case inspect.ListType() | inspect.VarTupleType():
            return "a list"
        case inspect.StructType():
            return "an object"
        case inspect.StrType(max_length=longest):
            return "text" if longest is None else f"text of at most {longest} characters"
        case inspect.IntType(ge=low, le=high) if low is not None and high is not None:
            return f"a whole number from {low} to {high}"
        case inspect.IntType():
            return "a whole number"
        case inspect.BoolType():
            return "true or false"
        case _:
            return None
