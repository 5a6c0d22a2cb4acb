"""A stage whose records are folded and not written: fast enough for thousands of walks."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from tests.release.world import DAEMON, KEYS, RELEASE, SIGNERS, START_NS

from seatrial.release.casebook import Casebook
from seatrial.release.keys import PublicKey
from seatrial.release.phases import Transition
from seatrial.release.policy import Policy
from seatrial.release.policy_file import built_in
from seatrial.release.record import GENESIS, Draft, Record
from seatrial.release.signing import signed
from seatrial.release.verdict import GateResult, JsonObject, VenueKind, Verdict

REHEARSED = built_in("rehearsed-promotion")
ROOT = base64.b64encode(bytes(32)).decode()


@dataclass
class Walk:
    """One release of one stage, its clock, and every step it took with the case it was decided on."""

    stage: str = "staging"
    phase: str = "STG_DEPLOYING"
    policy: Policy = REHEARSED
    change_class: str = "strategy-material"
    target: str | None = None
    now_ns: int = START_NS
    prev: str = GENESIS
    book: Casebook = field(default_factory=Casebook)
    steps: list[tuple[Transition, object]] = field(default_factory=list)
    verdicts: dict[str, tuple[Verdict, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for owner, roles in SIGNERS.items():
            self.write("key.add", PublicKey(KEYS[owner].id, owner, KEYS[owner].public, roles, 0).body())
        body: JsonObject = {"change_class": self.change_class, "author": "carol", "committer": "carol"}
        body["rollback_target"] = self.target
        self.write("release.sealed" if self.phase == "SEALED" else "promotion", {**body, "phase": self.phase})

    @property
    def case(self):  # type: ignore[no-untyped-def]
        return self.book.cases[RELEASE]

    def write(self, type_: str, body: JsonObject, by: str | None = None, release: str | None = RELEASE) -> None:
        digest = None if type_ in {"key.add", "checkpoint"} else release
        policy = None if digest is None else self.policy.digest
        draft = Draft(type_, digest, policy, self.stage, DAEMON, body, self.policy.clock, VenueKind.EMULATED)
        draft = signed(draft, KEYS[by]) if by else draft
        record = Record.of(draft, seq=self.book.seq + 1, ts_ns=self.now_ns, prev=self.prev)
        self.book.fold(record)
        self.prev = record.hash

    def verdict(self, gate: str, verdict: Verdict = Verdict.PASS, **params: int) -> None:
        result = GateResult(
            gate, verdict, "so it is", self.now_ns, self.policy.clock, VenueKind.EMULATED, params=dict(params)
        )
        self.verdicts[gate] = (verdict, self.now_ns)
        self.write("gate.verdict", result.body())

    def all_pass(self) -> None:
        rules = self.policy.stages[self.stage]
        for gate in dict.fromkeys((*rules.entry, *rules.continuous, *rules.exit)):
            self.verdict(gate)

    def checkpoint(self) -> None:
        self.write("checkpoint", {"size": self.book.seq, "root": ROOT, "note": ""})

    def approve(self, by: str, **more: int) -> None:
        size = max(self.book.checkpoints, default=0)
        self.write("approval", {"root": ROOT, "size": size, **more}, by=by)

    def go(self) -> list[str]:
        taken = []
        while (step := self.book.due(RELEASE, self.now_ns, self.policy)) is not None:
            assert len(taken) < 20, f"the machine turns in circles: {taken}"
            self.steps.append((step, self.case))
            self.write("transition", step.body())
            taken.append(step.end.value)
        return taken
