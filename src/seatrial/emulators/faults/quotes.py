"""What stale and crossed quotes make of a message, in JSON or msgpack, whatever door or stream it goes through.

A quote is recognised by how the venues name its parts: `bp`/`ap` at Alpaca, `bidPrice`/`askPrice`, `b`/`a` and
`bids`/`asks` at Binance. Everything else in a message stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from seatrial.emulators.faults.fault import Fault

PAIRS = (
    ("bp", "ap"),
    ("bidPrice", "askPrice"),
    ("bids", "asks"),
    ("b", "a"),
)
SYMBOLS = ("S", "s", "symbol")

Rows = dict[str, object]


def altered(fault: Fault, remembered: Rows, message: str | bytes) -> str | bytes | None:
    """The message as a fault leaves it. None: a stale book has no changes to tell.

    Args:
        fault: `stale_quotes` or `crossed_quotes`.
        remembered: what this fault saw first, by symbol and shape; filled here.
        message: JSON as text or bytes, or msgpack.
    """
    raw = message.encode() if isinstance(message, str) else message
    packed = raw[:1] not in (b"{", b"[")
    try:
        said = msgspec.msgpack.decode(raw) if packed else msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return message
    if fault.kind == "stale_quotes":
        if _is_depth_change(said):
            return None
        said = _walk(said, "", lambda quote, where: _first_seen(quote, where, remembered), fault.symbol)
    else:
        said = _walk(said, "", _crossed, fault.symbol)
    encoded = msgspec.msgpack.encode(said) if packed else msgspec.json.encode(said)
    return encoded.decode() if isinstance(message, str) else encoded


def _walk(said: object, where: str, change: Callable[[Rows, str], Rows], symbol: str) -> object:
    """Apply a change to every quote. `where` is the way to it: keys, and symbols inside lists."""
    if isinstance(said, list):
        return [_walk(one, f"{where}/{_symbol(one)}", change, symbol) for one in said]
    if not isinstance(said, dict):
        return said
    if pair := _pair(said):
        name = _symbol(said) or where.rsplit("/", 1)[-1]
        fits = not symbol or symbol.lower() in (name.lower(), *where.lower().split("/"))
        return change(said, f"{where}/{name}/{pair[0]}") if fits else said
    return {key: _walk(value, f"{where}/{key}", change, symbol) for key, value in said.items()}


def _pair(row: Rows) -> tuple[str, str] | None:
    for bid, ask in PAIRS:
        if isinstance(row.get(bid), str | int | float | list) and isinstance(row.get(ask), str | int | float | list):
            return bid, ask
    return None


def _symbol(row: object) -> str:
    if not isinstance(row, dict):
        return ""
    return next((value for key in SYMBOLS if isinstance(value := row.get(key), str)), "")


def _crossed(quote: Rows, _: str) -> Rows:
    bid, ask = _pair(quote) or ("", "")
    return quote | {bid: quote[ask], ask: quote[bid]}


def _first_seen(quote: Rows, where: str, remembered: Rows) -> Rows:
    first = remembered.setdefault(where, quote)
    assert isinstance(first, dict)
    return first


def _is_depth_change(said: object) -> bool:
    inner = said.get("data", said) if isinstance(said, dict) else said
    return isinstance(inner, dict) and inner.get("e") == "depthUpdate"
