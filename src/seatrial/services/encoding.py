"""JSON as every door writes it."""

from __future__ import annotations

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(payload: object) -> bytes:
    """JSON bytes. A `Decimal` becomes a number with exactly its digits; send `str` where text is meant."""
    return _encoder.encode(payload)
