"""Request weight by address and order counts by account, in windows aligned to the API clock.

A window of one minute begins at :00, whoever asks first. Going over is answered 429; who goes on asking
all the same is banned with 418, two minutes at first and twice as long each further time, up to three
days. All of it lives in memory: the venue forgets it in a restart, and so do we.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from seatrial.domain.time import DAY_NS, MILLISECOND_NS, MINUTE_NS, SECOND_NS, Clock
from seatrial.emulators.binance import limit_refusals, refusals

WEIGHT_MAX = 6_000
RAW_REQUESTS_MAX = 300_000
ORDERS_10S_MAX = 50
ORDERS_DAY_MAX = 160_000
REFUSED_BEFORE_BAN_MAX = 30  # 429 answers that an address may ignore within one minute
BAN_NS_FIRST = 2 * MINUTE_NS
BAN_NS_MAX = 3 * DAY_NS
ADDRESSES_MAX = 10_000  # the least recent address is forgotten first

TEN_SECONDS_NS = 10 * SECOND_NS
FIVE_MINUTES_NS = 5 * MINUTE_NS


@dataclass(slots=True)
class Window:
    """A count that starts again with each span of the clock."""

    span_ns: int
    index: int = -1
    count: int = 0

    def at(self, now_ns: int) -> int:
        """The count of the window that contains `now_ns`."""
        if now_ns // self.span_ns != self.index:
            self.index, self.count = now_ns // self.span_ns, 0
        return self.count

    def add(self, now_ns: int, amount: int) -> int:
        """Count more (or give back); never below zero. Returns the new count."""
        self.count = max(0, self.at(now_ns) + amount)
        return self.count

    def left_s(self, now_ns: int) -> int:
        """Whole seconds until the window ends, at least one."""
        return max(1, -(-(self.span_ns - now_ns % self.span_ns) // SECOND_NS))


@dataclass(slots=True)
class _Address:
    weight: Window = field(default_factory=lambda: Window(MINUTE_NS))
    requests: Window = field(default_factory=lambda: Window(FIVE_MINUTES_NS))
    refused: Window = field(default_factory=lambda: Window(MINUTE_NS))
    banned_until_ns: int = 0
    bans: int = 0


class WeightMeter:
    """Weight used per address."""

    def __init__(self, clock: Clock, *, weight_max: int = WEIGHT_MAX, requests_max: int = RAW_REQUESTS_MAX) -> None:
        self.weight_max = weight_max
        self.requests_max = requests_max
        self._clock = clock
        self._addresses: dict[str, _Address] = {}

    def used(self, address: str) -> int:
        """Weight used in the present minute."""
        known = self._addresses.get(address)
        return 0 if known is None else known.weight.at(self._clock.now_ns())

    def charge(self, address: str, weight: int) -> None:
        """Count a request before it is served; raises 429 or 418 instead of serving it."""
        now_ns = self._clock.now_ns()
        known = self._address(address)
        if now_ns < known.banned_until_ns:
            raise self._banned(known, now_ns)
        if known.requests.add(now_ns, 1) > self.requests_max:
            raise limit_refusals.too_many_requests(self.requests_max, known.requests.left_s(now_ns))
        if known.weight.add(now_ns, weight) <= self.weight_max:
            return
        if known.refused.add(now_ns, 1) > REFUSED_BEFORE_BAN_MAX:
            known.banned_until_ns = now_ns + min(BAN_NS_MAX, BAN_NS_FIRST << min(known.bans, 16))
            known.bans += 1
            raise self._banned(known, now_ns)
        raise limit_refusals.weight_exceeded(self.weight_max, known.weight.left_s(now_ns))

    def give_back(self, address: str, weight: int) -> None:
        """A placed or cancelled order weighs nothing since 2026-04-02; only refused ones keep their weight."""
        known = self._addresses.get(address)
        if known is not None:
            known.weight.add(self._clock.now_ns(), -weight)

    def _address(self, address: str) -> _Address:
        known = self._addresses.pop(address, None) or _Address()
        self._addresses[address] = known
        if len(self._addresses) > ADDRESSES_MAX:
            del self._addresses[next(iter(self._addresses))]
        return known

    @staticmethod
    def _banned(known: _Address, now_ns: int) -> refusals.Refusal:
        until_ms = known.banned_until_ns // MILLISECOND_NS
        return limit_refusals.banned(until_ms, max(1, -(-(known.banned_until_ns - now_ns) // SECOND_NS)))


class OrderMeter:
    """Unfilled orders of one account. An order's first fill gives its count back."""

    def __init__(self, clock: Clock, *, per_10s_max: int = ORDERS_10S_MAX, per_day_max: int = ORDERS_DAY_MAX) -> None:
        self._clock = clock
        self._windows = (
            ("SECOND", 10, per_10s_max, Window(TEN_SECONDS_NS)),
            ("DAY", 1, per_day_max, Window(DAY_NS)),
        )

    def check(self, amount: int = 1) -> None:
        """Raises 429 where so many more orders would go over a limit."""
        now_ns = self._clock.now_ns()
        for interval, number, limit, window in self._windows:
            if window.count + amount > limit and window.at(now_ns) + amount > limit:
                raise limit_refusals.too_many_orders(limit, f"{number} {interval}", window.left_s(now_ns))

    def add(self, amount: int = 1) -> None:
        """Count accepted orders, or give some back."""
        now_ns = self._clock.now_ns()
        for *_, window in self._windows:
            window.add(now_ns, amount)

    def rows(self) -> list[dict[str, object]]:
        """The `ORDERS` rows of `rateLimits`, with counts."""
        now_ns = self._clock.now_ns()
        return [
            {
                "rateLimitType": "ORDERS",
                "interval": interval,
                "intervalNum": number,
                "limit": limit,
                "count": window.at(now_ns),
            }
            for interval, number, limit, window in self._windows
        ]

    def headers(self) -> dict[str, str]:
        """`X-MBX-ORDER-COUNT-10S` and `-1D`."""
        now_ns = self._clock.now_ns()
        ten, day = (str(window.at(now_ns)) for *_, window in self._windows)
        return {"X-MBX-ORDER-COUNT-10S": ten, "X-MBX-ORDER-COUNT-1D": day}


def limit_rows(meter: WeightMeter) -> list[dict[str, object]]:
    """`rateLimits` of exchangeInfo."""
    row: Callable[[str, str, int, int], dict[str, object]] = lambda kind, interval, number, limit: {  # noqa: E731
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": number,
        "limit": limit,
    }
    return [
        row("REQUEST_WEIGHT", "MINUTE", 1, meter.weight_max),
        row("ORDERS", "SECOND", 10, ORDERS_10S_MAX),
        row("ORDERS", "DAY", 1, ORDERS_DAY_MAX),
        row("RAW_REQUESTS", "MINUTE", 5, meter.requests_max),
    ]
