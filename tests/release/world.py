"""A stage, its people and its clock: what tests of evidence act on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from seatrial.domain.time import HOUR_NS, SECOND_NS, Instant
from seatrial.release.bundle import write_bundle
from seatrial.release.canonical import canonical, sha256_of
from seatrial.release.chain import Chain
from seatrial.release.drive import Follower
from seatrial.release.keys import PublicKey, SigningKey
from seatrial.release.policy import Policy
from seatrial.release.policy_file import built_in, built_in_text
from seatrial.release.promotion import import_bundle
from seatrial.release.record import Actor, Draft, Record
from seatrial.release.signing import signed
from seatrial.release.states import required
from seatrial.release.verdict import GateResult, JsonObject, VenueKind, Verdict

RELEASE = "sha256:" + "ab" * 32
START_NS = 1_790_000_000 * SECOND_NS
DAEMON = Actor("service", "seatrial")
SIGNERS = {
    "alice": ("reviewer", "risk"),
    "bob": ("reviewer",),
    "carol": ("reviewer",),
    "erin": ("reviewer",),
    "host": ("service",),
}
KEYS = {owner: SigningKey(bytes([at + 1]) * 32) for at, owner in enumerate(SIGNERS)}


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    at_ns: int = START_NS

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)

    def forward(self, ns: int) -> None:
        self.at_ns += ns


@dataclass
class Stage:
    """One stage's chain with a release in it, and everything that can happen to it."""

    folder: Path
    name: str = "staging"
    policy: Policy = field(default_factory=lambda: built_in("rehearsed-promotion"))
    clock: HandClock = field(default_factory=HandClock)
    release: str = RELEASE

    def __post_init__(self) -> None:
        self.chain = Chain(self.folder, self.name, self.clock)
        self.follower = Follower(self.chain)

    @property
    def case(self):  # type: ignore[no-untyped-def]
        return self.follower.catch_up().cases[self.release]

    @property
    def phase(self) -> str:
        return self.case.phase.value

    def write(
        self, type_: str, body: JsonObject | None = None, *, by: str | None = None, actor: Actor = DAEMON
    ) -> Record:
        plain = type_ in {"key.add", "key.revoke"}
        release, policy = (None, None) if plain else (self.release, self.policy.digest)
        draft = Draft(type_, release, policy, self.name, actor, body or {}, self.policy.clock, VenueKind.EMULATED)
        return self.chain.append(signed(draft, KEYS[by]) if by else draft)

    def introduce(self) -> None:
        for owner, roles in SIGNERS.items():
            key = KEYS[owner]
            self.write("key.add", PublicKey(key.id, owner, key.public, roles, 0).body())

    def open(self, phase: str = "STG_DEPLOYING", **more: str) -> None:
        body: JsonObject = {"change_class": "strategy-material", "author": "dave", "committer": "dave", **more}
        if phase == "SEALED":
            self.write("release.sealed", body)
        else:
            self.write("promotion", {**body, "phase": phase})

    def verdict(self, gate: str, verdict: Verdict = Verdict.PASS, **more: object) -> Record:
        result = GateResult(gate, verdict, "as the test says", self.clock.at_ns, self.policy.clock, VenueKind.EMULATED)
        return self.write("gate.verdict", {**result.body(), **more})  # type: ignore[dict-item]

    def all_pass(self) -> None:
        for gate in required(self.case, self.policy):
            self.verdict(gate)

    def go(self) -> list[str]:
        steps = self.follower.drive(self.release, self.policy, actor=DAEMON, venue=VenueKind.EMULATED, clock=self.clock)
        return [step.end.value for step, _ in steps]

    def checkpoint(self) -> Record:
        self.follower.catch_up()
        return self.follower.sign_checkpoint(
            KEYS["host"], "host", actor=DAEMON, clock=self.policy.clock, venue=VenueKind.EMULATED
        )

    def approve(self, by: str, **more: object) -> Record:
        book = self.follower.catch_up()
        size = max(book.checkpoints)
        return self.write("approval", {"root": book.checkpoints[size], "size": size, **more}, by=by)  # type: ignore[dict-item]

    def to_approval(self) -> None:
        """From nothing to AWAIT_APPROVAL, in virtual time."""
        self.introduce()
        self.open()
        self.all_pass()
        self.go()
        self.clock.forward(48 * HOUR_NS)
        self.all_pass()
        self.go()
        self.checkpoint()
        self.go()

    def to_prod(self) -> None:
        """All the way of this chain: to PROD_ARMING."""
        self.to_approval()
        self.approve("alice")
        self.approve("bob")
        self.go()
        self.clock.forward(24 * HOUR_NS)
        self.all_pass()
        self.go()


MANIFEST = canonical({"code": "0123456", "strategies": ["trend"]})
SEALED = sha256_of(MANIFEST)


def through_dev(folder: Path) -> tuple[Stage, Path]:
    """A release sealed in dev with everything passed there, and its bundle."""
    dev = Stage(folder, "dev", release=SEALED)
    dev.introduce()
    dev.open("SEALED")
    dev.go()
    dev.all_pass()
    dev.go()
    dev.checkpoint()
    dev.chain.keep_blob(MANIFEST)
    dev.chain.keep_blob(canonical(dev.policy.document))
    bundle = folder / "dev.tar"
    text = built_in_text(dev.policy.name)
    write_bundle(bundle, dev.chain, SEALED, dev.policy, text, key=KEYS["host"], at_ns=dev.clock.at_ns)
    return dev, bundle


def through_staging(folder: Path) -> tuple[Stage, Path]:
    """The same release, imported into staging and taken to PROD_ARMING, and the bundle of that."""
    _, below = through_dev(folder)
    stage = Stage(folder, "staging", release=SEALED)
    stage.introduce()
    import_bundle(stage.chain, below, SEALED, stage.policy, actor=DAEMON, venue=VenueKind.EMULATED)
    stage.chain.keep_blob(MANIFEST)
    stage.all_pass()
    stage.go()
    stage.clock.forward(48 * HOUR_NS)
    stage.all_pass()
    stage.go()
    stage.checkpoint()
    stage.go()
    stage.approve("alice")
    stage.approve("bob")
    stage.go()
    stage.clock.forward(24 * HOUR_NS)
    stage.all_pass()
    stage.go()
    bundle = folder / "staging.tar"
    text = built_in_text(stage.policy.name)
    write_bundle(bundle, stage.chain, SEALED, stage.policy, text, key=KEYS["host"], at_ns=stage.clock.at_ns)
    return stage, bundle
