"""How long an order works at Alpaca, and what its end is called ("Orders at Alpaca": time in force)."""

from __future__ import annotations

from seatrial.domain.orders import TimeInForce
from seatrial.domain.time import DAY_NS

GTC_DAYS_MAX = 90
AT_ONCE = ("ioc", "fok")
AT_AUCTION = ("opg", "cls")
KERNEL_TIMES = {  # a day ends by the calendar, which is the venue's own to watch
    "day": TimeInForce.GTC,
    "gtc": TimeInForce.GTC,
    "ioc": TimeInForce.IOC,
    "fok": TimeInForce.FOK,
    "opg": TimeInForce.OPG,
    "cls": TimeInForce.CLS,
}
TIMES_IN_FORCE = tuple(KERNEL_TIMES)


def expires_ns(time_in_force: str, now_ns: int, next_close_ns: int | None) -> int:
    """When an order ends by itself at the latest. One for the open may have to wait for the next session."""
    if time_in_force in ("gtc", "opg"):
        return now_ns + GTC_DAYS_MAX * DAY_NS
    return next_close_ns or now_ns + DAY_NS


def ends_with_session(time_in_force: str) -> bool:
    """Whether a session's close ends it: orders for the day, and those for a close that never printed."""
    return time_in_force in ("day", "cls")


def status_of_end(time_in_force: str) -> str:
    """What the venue calls it when a time in force ends an order at a print."""
    return "expired" if time_in_force in AT_AUCTION else "canceled"
