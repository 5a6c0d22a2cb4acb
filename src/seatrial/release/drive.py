"""Moves one release of one chain as far as its evidence carries it, and writes every step before it takes effect.

    chain -> casebook -> the step that is due -> a `transition` record -> again, until nothing is due

A crash at any point loses nothing: the next reader folds the same records and comes to the same step.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from seatrial.domain.faults import EvidenceMoved
from seatrial.domain.time import Clock
from seatrial.release.casebook import Casebook
from seatrial.release.chain import Chain, Place
from seatrial.release.checkpoint import Checkpoint, origin_of
from seatrial.release.keys import SigningKey
from seatrial.release.merkle import Frontier
from seatrial.release.phases import Transition
from seatrial.release.policy import Policy
from seatrial.release.record import Actor, Draft, Record
from seatrial.release.verdict import ClockKind, JsonObject, VenueKind

MOVED_MAX = 100  # how often others may write in between before we give the fault to the caller


class Follower:
    """A chain and its casebook, kept abreast of what others write."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.book = Casebook()
        self.tree = Frontier()
        self.place = Place()

    def catch_up(self) -> Casebook:
        """Fold what is new, and return the casebook.

        Raises:
            EvidenceFault: the chain is altered, or holds a record that cannot be true.
        """
        for record, place in self.chain.follow(self.place):
            self.take(record, place)
        return self.book

    def take(self, record: Record, place: Place) -> None:
        """Fold one record that was read elsewhere; `place` is where it ends."""
        self.book.fold(record)
        self.tree.add(bytes.fromhex(record.hash.removeprefix("sha256:")))
        self.place = place

    def drive(
        self, release: str, policy: Policy, *, actor: Actor, venue: VenueKind, clock: Clock
    ) -> Iterator[tuple[Transition, Record]]:
        """Take and yield every step that is due, each already written.

        Raises:
            EvidenceFault: the chain does not know the release, or was altered.
            EvidenceMoved: others wrote without pause.
        """
        moved = 0
        while (step := self.catch_up().due(release, clock.now_ns(), policy)) is not None:
            draft = Draft(
                "transition", release, policy.digest, self.chain.stage, actor, step.body(), policy.clock, venue
            )
            try:
                record = self.chain.append(draft, after_seq=self.book.seq)
            except EvidenceMoved:
                moved += 1
                if moved > MOVED_MAX:
                    raise
                continue
            yield step, record

    def sign_checkpoint(
        self, key: SigningKey, owner: str, *, actor: Actor, clock: ClockKind, venue: VenueKind
    ) -> Record:
        """Sign the root over everything written so far; the note also lands in `checkpoints/<size>.note`.

        A copy of that file belongs on another machine: only there does it protect.

        Raises:
            EvidenceMoved: somebody wrote in between; call again.
            EvidenceFault: the chain is empty or altered.
        """
        self.catch_up()
        point = Checkpoint(origin_of(self.chain.stage), self.tree.size, self.tree.root())
        note = point.note(key, owner)
        body: JsonObject = {"size": point.size, "root": base64.b64encode(point.root).decode(), "note": note}
        draft = Draft("checkpoint", None, None, self.chain.stage, actor, body, clock, venue)
        record = self.chain.append(draft, after_seq=point.size)
        self.chain.keep(f"checkpoints/{point.size}.note", note.encode())
        return record
