"""What one instant of the market says, encoded once for all clients who want the same of it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.emulators.alpaca.bar_shapes import Shape

TIMESTAMP_EXTENSION = -1

_JSON, _PACKED = msgspec.json.Encoder(), msgspec.msgpack.Encoder()


class Row(NamedTuple):
    """One thing that happened: a kind such as `t`, a symbol, and its members with `t` in nanoseconds."""

    kind: str
    symbol: str
    shape: Shape


class Instant:
    """The rows of one instant."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._encoded: dict[tuple[bool, int], msgspec.Raw] = {}
        self._messages: dict[tuple[bool, tuple[int, ...]], str | bytes] = {}

    def message(self, wanted: tuple[int, ...], *, packed: bool) -> str | bytes:
        """The array of some rows, by their places."""
        message = self._messages.get((packed, wanted))
        if message is None:
            encoder = _PACKED if packed else _JSON
            body = encoder.encode([self._row(place, packed=packed) for place in wanted])
            message = self._messages[packed, wanted] = body if packed else body.decode()
        return message

    def _row(self, place: int, *, packed: bool) -> msgspec.Raw:
        row = self._encoded.get((packed, place))
        if row is None:
            kind, symbol, shape = self.rows[place]
            told = _timed({"T": kind, "S": symbol, **shape}, packed=packed)
            row = self._encoded[packed, place] = msgspec.Raw((_PACKED if packed else _JSON).encode(told))
        return row


def encode(shapes: Sequence[Shape], *, packed: bool) -> str | bytes:
    """An array: times in RFC3339 in text, as the timestamp extension in msgpack."""
    told = [_timed(shape, packed=packed) for shape in shapes]
    return _PACKED.encode(told) if packed else _JSON.encode(told).decode()


def _timed(shape: Shape, *, packed: bool) -> Shape:
    at_ns = shape.get("t")
    if not isinstance(at_ns, int):
        return shape
    return {**shape, "t": _timestamp(at_ns) if packed else rfc3339(at_ns)}


def _timestamp(at_ns: int) -> msgspec.msgpack.Ext:
    seconds, nanos = divmod(at_ns, SECOND_NS)
    return msgspec.msgpack.Ext(TIMESTAMP_EXTENSION, struct.pack(">Q", nanos << 34 | seconds))
