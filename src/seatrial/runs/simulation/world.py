"""Everything around the platform, and the platform of the moment: it lives, it is killed, it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

from starlette.types import ASGIApp

from seatrial.core.machine import Machine
from seatrial.domain.faults import Crashed, InvariantBroken
from seatrial.domain.ids import AccountId, JournalEpoch, VenueName
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.time import Clock
from seatrial.journal.port import Journal, Opening
from seatrial.journal.sqlite import SqliteJournal
from seatrial.runs.simulation.market import COINS, SHARES
from seatrial.runs.simulation.network import DoorWire, Witness
from seatrial.runs.simulation.process import Durable, Generation, MortalJournal
from seatrial.runs.simulation.strategies import InlineSource, Quoter, Swinger
from seatrial.runs.simulation.trader import RandomHand
from seatrial.runs.simulation.venues import ALPACA, BINANCE, SimulatedVenue, open_venues
from seatrial.runs.virtual_time import VirtualClock, VirtualLoop
from seatrial.venues.port import Venue

SETTLE_SECONDS_MAX = 900.0
DOWN_SECONDS_MAX = 90.0
CRASH_STEPS_MAX = 40_000
LIVES = "the platform lives"

LIMITS = RiskLimits(
    max_shares=2_000,
    max_notional_per_position_units=60_000 * CASH_SCALE,
    max_total_exposure_units=95_000 * CASH_SCALE,
    max_open_positions=4,
    max_loss_per_trade_units=10_000 * CASH_SCALE,
    max_daily_loss_units=20_000 * CASH_SCALE,
    breaker_daily_loss_units=20_000 * CASH_SCALE,
    breaker_consecutive_losses_max=1_000,
    default_stop_loss_ppm=10_000,
    trailing_stop_ppm=8_000,
)


@dataclass(frozen=True, slots=True)
class PlatformNeeds:
    """What a platform is given; the same in production, with other things in it."""

    clock: Clock
    machine: Machine
    journal: Journal
    venues: Sequence[Venue]
    market_venues: Sequence[Venue]
    sources: Sequence[InlineSource]
    new_request_id: Callable[[], str]


class SimulatedPlatform(Protocol):
    """The platform as a simulation sees it: doors, a life, and whether it agrees with its venues."""

    execution_door: ASGIApp
    machine: Machine

    async def live(self) -> None:
        """Start and trade; returns only by raising what must end the process."""
        ...

    @property
    def latched(self) -> str | None:
        """Why nothing new may be sent; None while orders leave."""
        ...

    async def ills(self) -> list[str]:
        """What of it does not work any more."""
        ...

    @property
    def settled(self) -> bool:
        """Ready, nothing in flight, and nothing unclear between us and the venues."""
        ...


BuildPlatform = Callable[[PlatformNeeds], SimulatedPlatform]


class World:
    """Everything around the platform, and the platform of the moment."""

    def __init__(self, loop: VirtualLoop, seed: int, folder: Path, build: BuildPlatform, minutes: int) -> None:
        self.loop = loop
        self.folder = folder
        self.build = build
        self.minutes = minutes
        self.random = Random(seed)
        self.clock = VirtualClock(loop)
        self.durable = Durable()
        self.witness = Witness(self.durable)
        self.venues: list[SimulatedVenue] = open_venues(folder, self.clock, minutes, self.random)
        self.journals: list[SqliteJournal] = []
        self.generation = Generation(0)
        self.platform: SimulatedPlatform | None = None
        self.life: asyncio.Task[None] | None = None
        self.crashes = 0
        self.faults = 0
        self.surprises: list[str] = []  # errors that nobody caught
        loop.set_exception_handler(self._surprised)
        instruments = [one for venue in self.venues for one in venue.instruments]
        self.hand = RandomHand(self._door, instruments, Random(self.random.getrandbits(64)))

    def _door(self) -> DoorWire | None:
        if self.platform is None or not self.generation.alive:
            return None
        return DoorWire(self.generation, self.platform.execution_door)

    def _surprised(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error that no task awaits. The dead may raise what they like."""
        error = context.get("exception")
        if not isinstance(error, Crashed | asyncio.CancelledError):
            self.surprises.append(f"{context.get('message')}: {error!r}")

    # --------------------------------------------------------------- lives

    def start(self) -> None:
        """A new generation of the platform on the same journal."""
        self.generation = Generation(self.generation.number + 1)
        self.platform = None
        self.life = self.generation.spawn(self._live(self.generation, Random(self.random.getrandbits(64))))

    async def _live(self, generation: Generation, random: Random) -> None:
        grids = tuple(one for venue in self.venues for one in venue.instruments)
        opening = Opening(
            f"generation-{generation.number}",
            JournalEpoch("simulation"),
            core_digest="core",
            settings_digest="settings",
            at_ns=self.clock.now_ns(),
            instruments=grids,
        )
        inner = SqliteJournal.open(self.folder / "events.db", opening, inline=True, sync=False)
        self.journals.append(inner)
        journal = MortalJournal(inner, generation, self.durable, random)
        pairs = [(venue.account, one) for venue in self.venues for one in venue.instruments]
        requests = iter(range(1, 1 << 60))
        ways = [await venue.connect(generation, self.witness, random) for venue in self.venues]
        ears = [await venue.connect(generation, self.witness, random) for venue in self.venues]
        platform = self.build(
            PlatformNeeds(
                clock=self.clock,
                machine=Machine(accounts(), pairs, journal.epoch),
                journal=journal,
                venues=ways,
                market_venues=ears,
                sources=_sources(journal.epoch),
                new_request_id=lambda: f"{generation.number}-{next(requests)}",
            )
        )
        self.platform = platform
        self.witness.latched = lambda: platform.latched
        await platform.live()

    async def crash(self) -> None:
        """The generation has been killed: bury it, and leave the venues alone for a while."""
        self.loop.at_step(None, None)
        self.crashes += 1
        await self.generation.reap()
        self.platform = None
        await asyncio.sleep(self.random.random() ** 3 * DOWN_SECONDS_MAX)

    async def live_until(self, end_seconds: float, *, crashes: int) -> None:
        """Let it live, and die `crashes` times, until the loop's time is there."""
        while self.loop.time() < end_seconds:
            if crashes:
                crashes -= 1
                steps = int(CRASH_STEPS_MAX ** self.random.random())
                self.loop.at_step(self.loop.steps + steps, self.generation.kill)
            await self._watch(end_seconds)
            if not self.generation.alive:
                await self.crash()
                self.start()
        self.loop.at_step(None, None)
        if not self.generation.alive:
            await self.crash()
            self.start()

    async def _watch(self, end_seconds: float) -> None:
        """Until the generation is killed, or the time has come. A life that ends by itself is a bug."""
        assert self.life is not None
        died = asyncio.ensure_future(self.generation.died.wait())
        wait_seconds = max(0.0, end_seconds - self.loop.time())
        await asyncio.wait({died, self.life}, timeout=wait_seconds, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        if self.generation.alive and self.life.done():
            self.life.result()
            raise InvariantBroken(LIVES, f"generation {self.generation.number} ended by itself")

    async def settle(self) -> None:
        """Wait until the platform says that it agrees with its venues, twice over."""
        end = self.loop.time() + SETTLE_SECONDS_MAX
        calm = 0
        while calm < 3:
            await self._watch(self.loop.time() + 10)
            calm = calm + 1 if self.platform is not None and self.platform.settled else 0
            if self.loop.time() > end:
                why = self.platform.latched if self.platform is not None else "it never came up"
                raise InvariantBroken(LIVES, f"it did not settle within {SETTLE_SECONDS_MAX} quiet seconds: {why}")


def accounts() -> list[Account]:
    """The two accounts of every simulation."""
    return [
        Account(ALPACA, VenueName("alpaca"), Currency("USD"), "XNYS", LIMITS),
        Account(BINANCE, VenueName("binance"), Currency("USDT"), "24x7", LIMITS),
    ]


def _sources(epoch: JournalEpoch) -> list[InlineSource]:
    listed: Mapping[AccountId, Sequence[Instrument]] = {ALPACA: SHARES, BINANCE: COINS}
    return [
        InlineSource(Swinger, ALPACA, listed[ALPACA], epoch),
        InlineSource(Quoter, BINANCE, listed[BINANCE], epoch),
    ]
