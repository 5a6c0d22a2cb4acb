"""Which fault is meant for which request or message, by what its script says."""

from __future__ import annotations

import re
from functools import lru_cache

from seatrial.emulators.faults.catalogue import CATALOGUE
from seatrial.emulators.faults.fault import Fault
from seatrial.emulators.faults.words import Purpose

DEPTH_STREAM = re.compile(r"@depth(@|$)")


def strikes_request(fault: Fault, method: str, path: str, purpose: Purpose) -> bool:
    """Whether a fault is meant for such a request; account, symbol, time and dice not asked."""
    if not path.startswith(fault.path) or fault.method not in ("", method):
        return False
    match fault.kind:
        case "reject" | "halt":
            return purpose == "place"
        case "fill_after_cancel":
            return purpose == "cancel"
        case "latency":
            return not fault.stream and not fault.what
        case "stale_quotes" | "crossed_quotes":
            return method in {"GET", "WS"}
        case "maintenance":
            return not fault.stream
        case _:
            return CATALOGUE[fault.kind].where == "request"


def strikes_message(fault: Fault, stream: str, what: str) -> bool:
    """Whether a fault is meant for such a message of a stream."""
    if fault.stream not in ("", stream) or fault.what not in what:
        return False
    match fault.kind:
        case "latency":
            return bool(fault.stream or fault.what)
        case "depth_gap":
            return DEPTH_STREAM.search(what) is not None
        case "partial_fill_disconnect":
            return "partial" in what.lower()
        case "stale_quotes" | "crossed_quotes":
            return True
        case _:
            return CATALOGUE[fault.kind].where == "stream"


def as_text(message: str | bytes) -> str:
    return message if isinstance(message, str) else message.decode("utf-8", "replace")


def names_symbol(symbol: str, text: str) -> bool:
    """Whether a text names a symbol, as a word of its own: BTCUSDT is not in BTCUSDTX."""
    return _naming(symbol).search(text) is not None


@lru_cache(maxsize=1_000)
def _naming(symbol: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(symbol)}(?![A-Za-z0-9])", re.IGNORECASE)
