"""What an error of ccxt means. Its tree mixes what a venue said with what happened on the way; this table does not.

OrderNotFound and the other kinds of a refusal   Rejected    the exchange said no, and ccxt knew its words
a duplicate of our id                            Unknown     an earlier send arrived; look it up
ExchangeError itself, of no kind                 Unknown     an answer that ccxt does not know: it may say anything
RateLimitExceeded, DDoSProtection, InvalidNonce  Rejected    refused before it was looked at
any other OperationFailed, NetworkError, ...     Unknown     the order may live
whatever else ccxt raises while it reads         Unknown     unreadable
"""

from __future__ import annotations

import importlib
import re
from typing import Any

from seatrial.domain.faults import VenueFault, VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.venues.port import Rejected, Unknown

REFUSED_UNSEEN = frozenset({"RateLimitExceeded", "DDoSProtection", "InvalidNonce"})
THROTTLED = frozenset({"RateLimitExceeded", "DDoSProtection"})
NOT_FOUND = "OrderNotFound"
UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError)  # ccxt's parsers, surprised

_QUERY = re.compile(r"\?\S*")  # of an address in a message: it may carry a key or a signature
_SAID_MAX = 300


def kinds_of(fault: BaseException) -> list[str]:
    """The names of an error and of what it is a kind of, the nearest first; ccxt is not imported to ask."""
    return [each.__name__ for each in type(fault).__mro__]


def said(fault: BaseException) -> str:
    """The error's words, without the query of an address."""
    return _QUERY.sub("?...", str(fault))[:_SAID_MAX]


def ccxt_errors() -> tuple[type[Exception], ...]:
    """What a call of ccxt may raise: its own tree, and what its parsers raise where an answer surprises them."""
    own: type[Exception] = importlib.import_module("ccxt.base.errors").BaseError
    return (own, *UNREADABLE)


def outcome_of(fault: BaseException) -> Rejected | Unknown:
    """What a failed command means."""
    kinds = kinds_of(fault)
    if not REFUSED_UNSEEN.isdisjoint(kinds):
        return Rejected(kinds[0], said(fault))
    if "ExchangeError" not in kinds or kinds[0] == "ExchangeError":
        return Unknown(f"{kinds[0]}: {said(fault)}")
    if kinds[0] == "DuplicateOrderId" or "uplicate" in str(fault):
        return Unknown(f"{kinds[0]}: {said(fault)}")
    return Rejected(kinds[0], said(fault))


def fault_of(fault: BaseException) -> VenueFault:
    """What a failed question means."""
    kinds = kinds_of(fault)
    if "BaseError" not in kinds:
        return VenueUnreadable(f"ccxt could not read the answer: {kinds[0]} {said(fault)}")
    if "OperationFailed" in kinds and "BadResponse" not in kinds:
        return VenueUnavailable(f"{kinds[0]}: {said(fault)}")
    if "ExchangeError" in kinds and kinds[0] != "ExchangeError":
        return VenueRefused(kinds[0], said(fault))
    return VenueUnreadable(f"{kinds[0]}: {said(fault)}")


def retry_after_seconds(exchange: Any) -> int:
    """What the last answer said of when to come again; a minute where it said nothing."""
    headers = {str(name).lower(): str(value) for name, value in (exchange.last_response_headers or {}).items()}
    text = headers.get("retry-after", "")
    return int(text) if text.isdecimal() else 60
