"""The life of one seed: a market opens, things go wrong, the platform dies and returns, then all is counted.

Time, chance and network come from the seed; nothing else does. So a seed that fails, fails again.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
import msgspec

from seatrial.domain.facts import Fill
from seatrial.domain.faults import InvariantBroken
from seatrial.journal.port import Entry
from seatrial.runs.simulation import invariants
from seatrial.runs.simulation.market import API_OPEN_NS
from seatrial.runs.simulation.process import mark_tasks
from seatrial.runs.simulation.venues import draw_faults
from seatrial.runs.simulation.world import LIVES, BuildPlatform, World
from seatrial.runs.virtual_time import VirtualLoop, run_virtual

MINUTES = 30
CRASHES_MAX = 4


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What a clean seed did. `digest` is over everything the venues and the journal saw, in order."""

    seed: int
    digest: str
    steps: int
    crashes: int
    orders: int
    fills: int
    faults: int
    entries: int
    virtual_seconds: int


async def _run(loop: VirtualLoop, seed: int, folder: Path, build: BuildPlatform, minutes: int) -> SimulationResult:
    mark_tasks(loop)
    world = World(loop, seed, folder, build, minutes)
    world.start()
    hand = asyncio.create_task(world.hand.run())
    for venue in world.venues:
        venue.script.replace(draw_faults(world.random))
    await world.live_until(minutes * 60.0 - 60.0, crashes=world.random.randint(0, CRASHES_MAX))
    for venue in world.venues:
        world.faults += sum(venue.script.struck.values())
        venue.script.replace([])
    hand.cancel()
    await asyncio.gather(hand, return_exceptions=True)
    await world.live_until(minutes * 60.0 + 60.0, crashes=0)
    await world.hand.resume()
    await world.settle()
    entries = list(world.journals[-1].replay())
    await _check(world, entries)
    result = _result(world, seed, entries)
    world.generation.kill()
    await world.generation.reap()
    for venue in world.venues:
        await venue.close()
    return result


async def _check(world: World, entries: Sequence[Entry]) -> None:
    """Every named invariant; the first that does not hold is raised."""
    assert world.platform is not None
    machine = world.platform.machine
    if world.witness.broken:
        raise world.witness.broken[0]
    accepted = [one for venue in world.venues for one in venue.accepted()]
    invariants.check_accepted(accepted, world.durable)
    invariants.check_acknowledged(world.hand.acknowledged, world.durable)
    invariants.check_reports(entries, accepted)
    invariants.check_units(machine, entries)
    for venue in world.venues:
        invariants.check_venue(venue.account, venue.history.operations)
    for venue in world.venues:
        auditor = venue.adapter(httpx.ASGITransport(app=venue.app), Random(0))
        await invariants.check_ledger(machine, auditor)
        await invariants.check_explained(machine, auditor)
    if ills := [*world.surprises, *await world.platform.ills()]:
        raise InvariantBroken(LIVES, "; ".join(ills))
    if world.platform.latched is not None:
        raise InvariantBroken(invariants.LEDGER, f"trading halted by itself: {world.platform.latched}")
    invariants.check_replay(machine, entries)


def _result(world: World, seed: int, entries: Sequence[Entry]) -> SimulationResult:
    digest = hashlib.sha256()
    for venue in world.venues:
        for operation in venue.history.operations:
            digest.update(venue.account.encode() + msgspec.json.encode(operation))
    for entry in entries:
        digest.update(f"{entry}\n".encode())
    return SimulationResult(
        seed=seed,
        digest=digest.hexdigest(),
        steps=world.loop.steps,
        crashes=world.crashes,
        orders=len(world.witness.sends),
        fills=sum(isinstance(entry.fact, Fill) for entry in entries),
        faults=world.faults,
        entries=len(entries),
        virtual_seconds=int(world.loop.time()),
    )


def run_seed(seed: int, build: BuildPlatform, *, minutes: int = MINUTES) -> SimulationResult:
    """One whole simulation.

    Raises:
        InvariantBroken: by its name, with the command that replays it.
    """
    with TemporaryDirectory(prefix="seatrial-simulation-") as folder, _steady_memory():
        try:
            return run_virtual(lambda loop: _run(loop, seed, Path(folder), build, minutes), epoch_ns=API_OPEN_NS)
        except InvariantBroken as broken:
            detail = f"{broken.detail}\nreplay it with: seatrial simulate --seed {seed}"
            raise InvariantBroken(broken.promise, detail) from broken


@contextmanager
def _steady_memory() -> Iterator[None]:
    """No collection in between: a finaliser that runs at another moment would be another run."""
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "coroutine .* was never awaited")  # the dead leave some behind
            yield
            gc.collect()
    finally:
        gc.enable()
