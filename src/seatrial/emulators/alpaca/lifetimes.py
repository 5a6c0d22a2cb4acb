"""How long an order works at Alpaca, and what its end is called ("Orders at Alpaca": time in force)."""

from __future__ import annotations

from seatrial.domain.orders import TimeInForce

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


def status_of_end(time_in_force: str) -> str:
    """What the venue calls it when a time in force ends an order at a print."""
    return "expired" if time_in_force in AT_AUCTION else "canceled"
