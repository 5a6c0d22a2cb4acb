"""Which state of an order may follow which (`venues.md` 3.1 and 3.2). An order of the past may be met in any."""

from __future__ import annotations

ALPACA_ENDED = frozenset({"filled", "canceled", "expired", "rejected", "replaced"})
ALPACA_FIRST = frozenset({"pending_new", "accepted", "new", "held", "accepted_for_bidding", "rejected"})
ALPACA_SAID_AGAIN = frozenset({"order_cancel_rejected", "order_replace_rejected", "restated"})

_WORKING = frozenset(
    {"partially_filled", "filled", "pending_cancel", "canceled", "pending_replace", "replaced", "expired"}
)

ALPACA_NEXT: dict[str, frozenset[str]] = {
    "pending_new": _WORKING | {"accepted", "new", "held", "rejected", "suspended"},
    "accepted": _WORKING | {"new", "pending_new", "held", "rejected", "stopped", "suspended", "done_for_day"},
    "accepted_for_bidding": _WORKING | {"accepted", "new", "rejected"},
    "new": _WORKING | {"accepted", "rejected", "stopped", "suspended", "calculated", "done_for_day", "held"},
    "held": _WORKING | {"accepted", "pending_new", "new", "rejected"},
    "partially_filled": _WORKING | {"done_for_day", "stopped", "suspended", "calculated"},
    "pending_cancel": frozenset({"canceled", "filled", "partially_filled", "new", "accepted", "expired", "held"}),
    "pending_replace": frozenset({"replaced", "filled", "partially_filled", "new", "canceled", "expired"}),
    "done_for_day": frozenset({"expired", "canceled", "filled", "new", "accepted", "pending_cancel"}),
    "stopped": _WORKING | {"new"},
    "suspended": _WORKING | {"new"},
    "calculated": _WORKING,
}

BINANCE_ENDED = frozenset({"FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH", "REJECTED"})
BINANCE_FIRST = frozenset({"NEW", "PENDING_NEW", "REJECTED"})

_LIVE = frozenset({"PARTIALLY_FILLED", "FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"})

BINANCE_NEXT: dict[str, frozenset[str]] = {
    "PENDING_NEW": frozenset({"NEW", "CANCELED", "EXPIRED", "REJECTED"}),
    "NEW": _LIVE | {"NEW"},  # said again when a stop is triggered or an amendment is made
    "PARTIALLY_FILLED": _LIVE,
}


def ended(venue: str, status: str) -> bool:
    """Whether nothing follows this state."""
    return status in (ALPACA_ENDED if venue == "alpaca" else BINANCE_ENDED)


def may_begin(venue: str, status: str) -> bool:
    """Whether an order can first be seen so."""
    return status in (ALPACA_FIRST if venue == "alpaca" else BINANCE_FIRST)


def may_follow(venue: str, before: str, status: str, event: str) -> bool:
    """Whether a state may follow another; the same one where something about the order is said again."""
    if venue == "binance":
        return status in BINANCE_NEXT.get(before, frozenset())
    if status == before:
        return event in ALPACA_SAID_AGAIN or (before == "partially_filled") or before not in ALPACA_ENDED
    return status in ALPACA_NEXT.get(before, frozenset())


def may_ask_twice(venue: str, status: str) -> bool:
    """Whether a client's id is free again: at Binance once its order has ended, at Alpaca never."""
    return venue == "binance" and ended(venue, status)
