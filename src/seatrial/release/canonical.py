"""One spelling for every value (RFC 8785), so that a digest means the value and not how somebody wrote it.

Floats are refused: two machines may print one differently, and a price is not a float anyway. Numbers with a
fraction travel as text.
"""

from __future__ import annotations

import hashlib
import json
from typing import NoReturn

import rfc8785

from seatrial.domain.faults import EvidenceFault
from seatrial.release.verdict import JsonValue

DEPTH_MAX = 32
INTEGER_MAX = 2**53 - 1  # what every JSON reader keeps exactly


def canonical(value: JsonValue) -> bytes:
    """The RFC 8785 form of a value that holds no float.

    Raises:
        EvidenceFault: a float, a number beyond `INTEGER_MAX`, text that is not Unicode, or nesting beyond `DEPTH_MAX`.
    """
    _check(value, DEPTH_MAX)
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError) as fault:
        raise EvidenceFault(f"this cannot be written in canonical JSON: {fault}") from fault


def canonical_of_ascii(value: JsonValue) -> bytes:
    """The same bytes, five times faster, for a value just read from canonical *ASCII* text.

    With ASCII keys and no floats Python's own encoder spells exactly as RFC 8785 does; a property test holds it to
    that. `parse` has refused floats and large numbers before.
    """
    return _PLAIN.encode(value).encode("utf-8", "surrogatepass")


_PLAIN = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))


def parse(text: bytes) -> JsonValue:
    """JSON without floats, without NaN and with numbers up to `INTEGER_MAX`.

    Raises:
        EvidenceFault: it is not.
    """
    try:
        value: JsonValue = _READER.decode(text.decode("utf-8"))
    except (ValueError, RecursionError) as fault:
        raise EvidenceFault(f"not JSON: {fault}") from fault
    return value


def sha256_of(data: bytes) -> str:
    """`sha256:` and 64 hexadecimal characters."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _check(value: object, depth: int) -> None:
    if depth == 0:
        raise EvidenceFault(f"evidence nests at most {DEPTH_MAX} deep")
    if isinstance(value, float):
        raise EvidenceFault(f"evidence holds no floats: write {value!r} as text")
    if isinstance(value, dict):
        for each in value.values():
            _check(each, depth - 1)
    elif isinstance(value, list | tuple):
        for each in value:
            _check(each, depth - 1)
    elif isinstance(value, int) and abs(value) > INTEGER_MAX:
        raise EvidenceFault(f"a number beyond {INTEGER_MAX} is written as text, was {value}")


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"the float {text}")


def _bounded(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > INTEGER_MAX:
        raise ValueError(f"the number {text[:20]} is beyond {INTEGER_MAX}")
    return int(text)


_READER = json.JSONDecoder(parse_float=_no_float, parse_int=_bounded, parse_constant=_no_float)
