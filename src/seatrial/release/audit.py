"""The walk along a chain: what must hold of every line, and the name of the first that does not.

Lines are read one by one and forgotten; a chain of a million records needs no more memory than one of a hundred.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from seatrial.domain.faults import ConfigurationFault, EvidenceFault
from seatrial.domain.time import MINUTE_NS, rfc3339
from seatrial.release.canonical import parse
from seatrial.release.casebook import Casebook
from seatrial.release.checkpoint import Checkpoint, opened, origin_of
from seatrial.release.merkle import Frontier
from seatrial.release.phases import Transition
from seatrial.release.policy import Policy
from seatrial.release.record import GENESIS, LINE_BYTES_MAX, Record

DECIDED_BEFORE_NS_MAX = 5 * MINUTE_NS  # between the decision of a step and its record


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be. `tampered` is False where evidence is only missing.

    `line` counts from 1; `seq` is the record it is about. Both are None for what concerns no single record.
    """

    tampered: bool
    what: str
    seq: int | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = "" if self.seq is None else f"record {self.seq} (line {self.line}): "
        return f"{'tampered' if self.tampered else 'incomplete'}: {where}{self.what}"


class Altered(Exception):
    """The walk ends here; `finding` says where and why."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


class Audit:
    """One walk along one chain, with what it has understood so far."""

    def __init__(self, policies: Mapping[str, Policy], notes: Mapping[int, tuple[str, Checkpoint]]) -> None:
        """`policies` by digest; `notes` are checkpoints from outside the log: name and content by size."""
        self.book = Casebook()
        self.tree = Frontier()
        self.unknown_policies: set[str] = set()
        self.steps = 0
        self.signed_size = 0
        self.last_ts_ns = 0
        self._policies = policies
        self._notes = notes
        self._prev = GENESIS

    def walk(self, file: IO[bytes]) -> Iterator[Record]:
        """Yield every record once it has been checked.

        Raises:
            Altered: at the first line that is not what it must be.
        """
        line = b""
        number = 0
        while (line := file.readline(LINE_BYTES_MAX + 1)).endswith(b"\n"):
            number += 1
            record = self._read(line, number)
            self._place(record, number)
            try:
                self._understand(record)
            except (EvidenceFault, ConfigurationFault) as fault:
                raise Altered(Finding(True, str(fault), record.seq, number)) from fault
            self.tree.add(bytes.fromhex(record.hash.removeprefix("sha256:")))
            self._compare_note(number)
            self._prev, self.last_ts_ns = record.hash, record.ts_ns
            yield record
        if line:
            what = f"the last line has no end ({len(line)} bytes): a writer was cut off, or the file was"
            raise Altered(Finding(False, what, number + 1, number + 1))

    def _read(self, line: bytes, number: int) -> Record:
        try:
            return Record.parse(line)
        except EvidenceFault as fault:
            raise Altered(Finding(True, str(fault), number, number)) from fault

    def _place(self, record: Record, number: int) -> None:
        if record.seq > number:
            what = f"it is missing: the line holds record {record.seq}"
        elif record.seq < number:
            what = f"it is not there: the line holds record {record.seq} once more"
        elif record.prev != self._prev and number > 1:
            what = f"it was rewritten: it hashes to {self._prev[:19]}.., record {number} follows {record.prev[:19]}.."
            raise Altered(Finding(True, what, number - 1, number - 1))
        elif record.prev != self._prev:
            what = "it follows another record, so the beginning of the chain is gone"
        elif record.ts_ns < self.last_ts_ns:
            what = f"its time {rfc3339(record.ts_ns)} is before that of its predecessor"
        else:
            return
        raise Altered(Finding(True, what, number, number))

    def _understand(self, record: Record) -> None:
        """Signatures, checkpoints and transitions: what a record claims is computed again."""
        if record.type == "checkpoint":
            self._check_checkpoint(record)
        elif record.type == "transition":
            self._check_step(record)
        self.book.fold(record)

    def _check_checkpoint(self, record: Record) -> None:
        note = record.body.get("note")
        if not isinstance(note, str):
            raise EvidenceFault("a checkpoint holds its signed note")
        point, _ = opened(note, self.book.keys, record.ts_ns)
        told = (record.body.get("size"), record.body.get("root"))
        if told != (point.size, base64.b64encode(point.root).decode()):
            raise EvidenceFault("the checkpoint and its signed note tell different sizes or roots")
        self._check_root(point, record.draft.env)
        self.signed_size = point.size

    def _check_root(self, point: Checkpoint, stage: str) -> None:
        if point.origin != origin_of(stage):
            raise EvidenceFault(f"the checkpoint is of {point.origin}, not of {origin_of(stage)}")
        if point.size != self.tree.size:
            raise EvidenceFault(f"the checkpoint speaks of {point.size} records, {self.tree.size} are before it")
        if point.root != self.tree.root():
            raise EvidenceFault(
                f"the first {point.size} records are not those that were signed: the chain was rewritten"
            )

    def _compare_note(self, number: int) -> None:
        held = self._notes.get(self.tree.size)
        if held is not None and held[1].root != self.tree.root():
            what = f"{held[0]} signed another root: one of the first {number} records was rewritten"
            raise Altered(Finding(True, what, number, number))

    def _check_step(self, record: Record) -> None:
        """Step 6: run the machine again on the evidence that stood before, and require the same step."""
        step = Transition.parse(record.body)
        release, digest = record.draft.release, record.draft.policy
        if release is None or digest is None:
            raise EvidenceFault("a transition names its release and its policy")
        if not 0 <= record.ts_ns - step.at_ns <= DECIDED_BEFORE_NS_MAX:
            raise EvidenceFault(f"the step was decided at {rfc3339(step.at_ns)}, which does not fit its record")
        policy = self._policies.get(digest)
        if policy is None:
            self.unknown_policies.add(digest)
            return
        due = self.book.due(release, step.at_ns, policy)
        if due != step:
            was = "no step was due" if due is None else f"{due.start} to {due.end} ({due.reason}) was due"
            raise EvidenceFault(f"the evidence before it does not lead from {step.start} to {step.end}: {was}")
        self.steps += 1


def policy_of_blob(data: bytes) -> Policy | None:
    """The policy canonical JSON describes; None when the bytes are something else."""
    try:
        document = parse(data)
        if isinstance(document, dict) and document.get("kind") == "PromotionPolicy":
            return Policy.of(document)
    except (EvidenceFault, ConfigurationFault):
        return None
    return None
