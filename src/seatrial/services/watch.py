"""watch (5003): a second pair of eyes, in a process of its own, over connections of its own.

It compares what the venues say with what the platform says, and can only say *halt*: after the same
break was seen `breaks_to_halt` times in a row. A platform that is down is told in its health.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import structlog

from seatrial.domain.faults import SeatrialFault, VenueFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS, Clock
from seatrial.services.crew import Crew, OnDeath
from seatrial.services.health import Check, Health, Identity, Part, Status, Verdict
from seatrial.services.platform_doors import PlatformBusy, PlatformDoors, PlatformDown, PlatformHangs
from seatrial.services.watch_breaks import Break, Streaks, VenueView, compare
from seatrial.venues.port import Venue

_log = structlog.get_logger("seatrial.services.watch")


@dataclass(frozen=True, slots=True)
class WatchRules:
    """Seconds are the loop's; `stale_after_ns` is market time."""

    interval_seconds: float = 5.0
    answer_seconds: float = 2.0
    breaks_to_halt: int = 3
    stale_after_ns: int = 5 * MINUTE_NS


@dataclass(slots=True)
class _Seen:
    """The state of the last round, for the doors."""

    platform: Verdict = field(default_factory=lambda: Verdict(Status.DEGRADED, "not looked at yet"))
    venues: dict[AccountId, Verdict] = field(default_factory=dict)
    breaks: Sequence[Break] = ()
    at_seconds: float | None = None


class Watch:
    """The role."""

    def __init__(
        self,
        *,
        identity: Identity,
        clock: Clock,
        platform: PlatformDoors,
        venues: Sequence[Venue],
        instruments: Mapping[AccountId, Sequence[Instrument]],
        rules: WatchRules,
        on_death: OnDeath | None,
    ) -> None:
        self.halts: list[str] = []  # what it said, newest last; bounded by the breaks there can be
        self.streaks = Streaks(rules.breaks_to_halt)
        self._platform = platform
        self._venues = tuple(venues)
        self._instruments: Mapping[AccountId, Mapping[Symbol, Instrument]] = {
            account: {each.symbol: each for each in listed} for account, listed in instruments.items()
        }
        self._rules = rules
        self._seen = _Seen(venues={venue.account: Verdict(Status.DEGRADED, "not asked yet") for venue in venues})
        self._crew = Crew(identity.service, on_death)
        parts = [
            Part("tasks", self._crew.check),
            Part("platform", self._check_platform),
            Part("breaks", self._check_breaks),
            *(Part(f"venue {venue.account}", self._checking(venue.account), vital=False) for venue in venues),
        ]
        self.health = Health(identity, clock, parts)

    @property
    def breaks(self) -> Sequence[Break]:
        """What did not fit in the last round."""
        return self._seen.breaks

    async def start(self) -> None:
        """Begin to look."""
        self._crew.start("rounds", self._rounds())

    async def close(self) -> None:
        """Look away."""
        await self._crew.close()
        await self.health.close()

    async def _rounds(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._rules.interval_seconds)

    # ------------------------------------------------------------- one round

    async def look(self) -> None:
        """One round: gather, judge, and say halt where a break has stayed."""
        breaks = await self._heartbeat()
        if self._seen.platform.status is not Status.UNHEALTHY:
            for venue in self._venues:
                breaks += await self._compare(venue)
        due = self.streaks.count(breaks)
        for each in breaks:
            _log.warning("watch sees a break", key=each.key, detail=each.detail, seen=self.streaks.counts[each.key])
        if due:
            await self._halt(due)
        self._seen.breaks = breaks
        self._seen.at_seconds = asyncio.get_running_loop().time()

    async def _heartbeat(self) -> list[Break]:
        """A platform that hangs is a break: its orders are out of control. One that is down sends none."""
        try:
            said = await self._platform.heartbeat()
        except PlatformHangs as fault:
            self._seen.platform = Verdict(Status.UNHEALTHY, f"heartbeat broken: {fault}")
            return [Break("heartbeat", str(fault))]
        except PlatformDown as fault:
            self._seen.platform = Verdict(Status.UNHEALTHY, f"down: {fault}")
            return []
        self._seen.platform = Verdict(Status.HEALTHY, said)
        return []

    async def _compare(self, venue: Venue) -> list[Break]:
        """Platform, venue, platform again; no breaks where one of them gives no trustworthy answer."""
        account = venue.account
        try:
            before = await self._platform.view(account)
            theirs = await self._ask(venue)
            after = await self._platform.view(account)
        except VenueFault as fault:
            self._seen.venues[account] = Verdict(Status.UNHEALTHY, f"blind: {fault}")
            return []
        except (PlatformDown, PlatformHangs, PlatformBusy) as fault:
            self._seen.platform = Verdict(Status.DEGRADED, str(fault))
            return []
        self._seen.venues[account] = Verdict(Status.HEALTHY, "answers")
        stale_after_ns = self._rules.stale_after_ns
        return compare(account, self._instruments[account], before, theirs, after, stale_after_ns=stale_after_ns)

    async def _ask(self, venue: Venue) -> VenueView:
        try:
            async with asyncio.timeout(4 * self._rules.answer_seconds):
                balances = await venue.balances()
                return VenueView(balances, await venue.open_orders(), await venue.clock())
        except TimeoutError as fault:
            raise VenueFault(f"{venue.name} does not answer") from fault

    async def _halt(self, due: Sequence[Break]) -> None:
        reason = "; ".join(each.detail for each in due)[:500]
        try:
            await self._platform.halt(reason)
        except SeatrialFault as fault:
            _log.error("the platform did not take the halt", reason=reason, why=str(fault))
            return
        self.streaks.halted_for(due)
        self.halts = [*self.halts, reason][-100:]
        _log.error("watch said halt", reason=reason)

    # --------------------------------------------------------------- health

    async def _check_platform(self) -> Verdict:
        at_seconds = self._seen.at_seconds
        if at_seconds is None:
            return self._seen.platform
        age = asyncio.get_running_loop().time() - at_seconds
        longest = 3 * self._rules.interval_seconds + 20 * self._rules.answer_seconds
        if age > longest:
            return Verdict(Status.UNHEALTHY, f"not looked at for {age:.0f} s")
        return self._seen.platform

    async def _check_breaks(self) -> Verdict:
        if not self._seen.breaks:
            return Verdict(Status.HEALTHY, "all fits")
        told = "; ".join(each.detail for each in self._seen.breaks)
        stays = any(count >= self._rules.breaks_to_halt for count in self.streaks.counts.values())
        return Verdict(Status.UNHEALTHY if stays else Status.DEGRADED, told)

    def _checking(self, account: AccountId) -> Check:
        async def check() -> Verdict:
            return self._seen.venues[account]

        return check


def build_watch(
    *,
    identity: Identity,
    clock: Clock,
    execution: httpx.AsyncClient,
    market_data: httpx.AsyncClient | None,
    venues: Sequence[Venue],
    instruments: Mapping[AccountId, Sequence[Instrument]],
    rules: WatchRules | None = None,
    on_death: OnDeath | None = None,
) -> Watch:
    """The role, not started. `execution` and `market_data` reach 5002 and 5001; `venues` are its own connections."""
    rules = rules or WatchRules()
    return Watch(
        identity=identity,
        clock=clock,
        platform=PlatformDoors(execution, market_data, answer_seconds=rules.answer_seconds),
        venues=venues,
        instruments=instruments,
        rules=rules,
        on_death=on_death,
    )
