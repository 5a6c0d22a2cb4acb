"""Everything a gate may look at, of one release in one stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seatrial.bootstrap.evidence import venue_kind
from seatrial.bootstrap.running_file import Running
from seatrial.bootstrap.settings import Settings
from seatrial.release.case import Case
from seatrial.release.gates.asked import Asked
from seatrial.release.gates.supply import supply_of
from seatrial.release.manifest import Manifest
from seatrial.release.policy import Policy
from seatrial.release.record import Record
from seatrial.release.verdict import ClockKind, GateResult, Input, VenueKind


@dataclass(frozen=True, slots=True)
class GateContext:
    """One release as it is judged in the stage of `settings`.

    `measurements` are the stage's measurement records of every release, oldest first. `running` is what the
    platform says of itself. `case` is None where this chain does not know the release.
    """

    settings: Settings
    manifest: Manifest
    policy: Policy
    case: Case | None
    measurements: tuple[Record, ...]
    running: Running
    now_ns: int

    @property
    def release_id(self) -> str:
        """How people name it."""
        return self.manifest.id

    def asked(
        self,
        gate: str,
        *,
        as_of_ns: int | None = None,
        clock: ClockKind = ClockKind.WALL,
        venue: VenueKind | None = None,
        inputs: tuple[Input, ...] = (),
    ) -> Asked:
        """The question to one gate; by default about this moment, on the wall's clock."""
        at_ns = self.now_ns if as_of_ns is None else as_of_ns
        return Asked(gate, at_ns, clock, venue or venue_kind(self.settings.mode), supply_of(gate), inputs)

    def asked_of(self, record: Record, gate: str) -> Asked:
        """The question about what one record measured."""
        return self.asked(gate, as_of_ns=record.ts_ns, clock=record.draft.clock, venue=record.draft.venue)

    def measured(self, gate: str) -> Iterator[Record]:
        """What was measured for a gate on this very release, oldest first."""
        digest = self.manifest.digest
        return (each for each in self.measurements if each.draft.release == digest and each.body.get("gate") == gate)


Collect = Callable[[GateContext], GateResult]
