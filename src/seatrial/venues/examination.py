"""Whether a connection would carry orders, found out by questions alone. No command is ever sent.

Each line stands on the ones before it only where it must: a stream that does not open is told beside an account
that can be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

from seatrial.domain.faults import VenueFault, VenueRefused
from seatrial.domain.ids import Symbol
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import DAY_NS, MILLISECOND_NS, Clock
from seatrial.venues.port import StreamDown, StreamUp
from seatrial.venues.standing import Examinable, Standing

LOOKS = 7  # questions of which the middle one's time is told
CLOCK_MS_MAX = 1_000
STREAM_SECONDS = 15.0


class Verdict(StrEnum):
    """`held`: it works, within bounds that are told."""

    OK = "ok"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that was looked at. `next_step` says what to do where it is not well."""

    name: str
    verdict: Verdict
    told: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """What to do about each trouble; written by who knows the variables and hosts."""

    unreachable: str
    keys: str
    account: str
    clock: str
    symbol: str
    stream: str


class Examination:
    """One connection, looked at once.

    Args:
        told_clock: whether the venue's clock is a wall clock; an emulated market has one of its own.
        say: hears each line as it is found.
    """

    def __init__(
        self, venue: Examinable, clock: Clock, steps: Steps, *, told_clock: bool, say: Callable[[Reading], None]
    ) -> None:
        self._venue = venue
        self._clock = clock
        self._steps = steps
        self._told_clock = told_clock
        self._say = say
        self._lines: list[Reading] = []

    async def run(self, symbols: Sequence[Symbol]) -> list[Reading]:
        """Every line, in order."""
        listed = await self._listed(symbols)
        if listed is not None and (standing := await self._account()) is not None:
            self._permissions(standing)
            self._clock_offset(standing)
            self._order_types(standing)
            await self._holdings()
            await self._history(listed)
            await self._latency()
        await self._stream("account stream", self._venue.account_events())
        if listed != []:
            await self._stream("market stream", self._venue.market_events(listed or symbols))
        return self._lines

    # ------------------------------------------------------------ one line each

    async def _listed(self, symbols: Sequence[Symbol]) -> list[Symbol] | None:
        """The symbols that can be traded; None where the venue cannot be asked at all."""
        listed: list[Symbol] = []
        for symbol in symbols:
            try:
                await self._venue.instruments([symbol])
            except VenueRefused as refused:
                self._failed("symbols", refused, self._steps.symbol)
            except VenueFault as fault:
                self._failed("reachable", fault, self._steps.unreachable)
                return None
            else:
                listed.append(symbol)
        if listed:
            self._ok("symbols", f"{', '.join(listed)} can be traded")
        return listed

    async def _account(self) -> Standing | None:
        try:
            standing = await self._venue.standing()
        except VenueFault as fault:
            refused = isinstance(fault, VenueRefused)
            self._failed("keys", fault, self._steps.keys if refused else self._steps.unreachable)
            return None
        self._ok("keys", "they open the account")
        return standing

    def _permissions(self, standing: Standing) -> None:
        said = "; ".join(standing.restraints)
        if not standing.can_trade:
            self._tell("permissions", Verdict.FAILED, said, self._steps.account)
        elif said:
            self._tell("permissions", Verdict.HELD, f"it may trade, and {said}", self._steps.account)
        else:
            self._ok("permissions", "it may trade")

    def _clock_offset(self, standing: Standing) -> None:
        ahead_ms = standing.clock_ahead_ms
        if ahead_ms is None:
            self._ok("clock", "this venue's protocol needs none")
        elif not self._told_clock and abs(ahead_ms) > CLOCK_MS_MAX:
            self._ok("clock", "an emulated market, at a time of its own")
        elif abs(ahead_ms) > CLOCK_MS_MAX:
            self._tell("clock", Verdict.HELD, f"the venue's is {ahead_ms:+d} ms from ours", self._steps.clock)
        else:
            self._ok("clock", f"the venue's is {ahead_ms:+d} ms from ours")

    def _order_types(self, standing: Standing) -> None:
        ours = sorted(kind.name.lower() for kind in self._venue.capabilities.order_types)
        theirs = f"; the venue names {', '.join(standing.order_types)}" if standing.order_types else ""
        self._ok("order types", f"sent as they are: {', '.join(ours)}; all others are parked here{theirs}")

    async def _holdings(self) -> None:
        try:
            balances, orders = await self._venue.balances(), await self._venue.open_orders()
        except VenueFault as fault:
            self._failed("account", fault, self._steps.account)
            return
        cash = ", ".join(f"{units_text(each, CASH_SCALE)} {coin}" for coin, each in sorted(balances.cash.items()))
        held = sum(each != 0 for each in balances.holdings.values())
        self._ok("account", f"{cash or 'no cash'}; {held} holdings, {len(orders)} open orders")

    async def _history(self, symbols: Sequence[Symbol]) -> None:
        try:
            now_ns = (await self._venue.clock()).now_ns
            fills = await self._venue.fills_since(now_ns - DAY_NS, symbols)
        except VenueFault as fault:
            self._failed("trade history", fault, self._steps.account)
            return
        self._ok("trade history", f"{len(fills)} trades in the last day")

    async def _latency(self) -> None:
        spans_ms: list[float] = []
        try:
            for _ in range(LOOKS):
                asked_ns = self._clock.now_ns()
                await self._venue.clock()
                spans_ms.append((self._clock.now_ns() - asked_ns) / MILLISECOND_NS)
        except VenueFault as fault:
            self._failed("latency", fault, self._steps.unreachable)
            return
        self._ok("latency", f"{median(spans_ms):.0f} ms for a question, the middle of {LOOKS}")

    async def _stream(self, name: str, events: AsyncIterator[Any]) -> None:
        try:
            async with asyncio.timeout(STREAM_SECONDS), aclosing(events):  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, StreamUp):
                        self._ok(name, "connects")
                        return
                    if isinstance(event, StreamDown):
                        self._tell(name, Verdict.FAILED, event.reason, self._steps.stream)
                        return
        except TimeoutError:
            self._tell(name, Verdict.FAILED, f"not open within {STREAM_SECONDS:.0f} s", self._steps.stream)

    # -------------------------------------------------------------------- telling

    def _ok(self, name: str, told: str) -> None:
        self._tell(name, Verdict.OK, told)

    def _failed(self, name: str, fault: VenueFault, next_step: str) -> None:
        self._tell(name, Verdict.FAILED, str(fault), next_step)

    def _tell(self, name: str, verdict: Verdict, told: str, next_step: str = "") -> None:
        line = Reading(name, verdict, told, "" if verdict is Verdict.OK else next_step)
        self._lines.append(line)
        self._say(line)
