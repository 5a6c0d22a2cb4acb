"""Folds the records of a chain, in order, into the cases of its releases, its keys and its checkpoints.

The same fold runs where a release is promoted and where somebody verifies it offline; that is what makes a
transition re-executable. A record that may not count, such as an approval of another root, is kept in `refused`
and counts for nothing. A record that cannot be true, such as a false signature, raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from seatrial.domain.faults import EvidenceFault
from seatrial.release.case import Ask, Case, after
from seatrial.release.keys import Keyring, PublicKey
from seatrial.release.phases import APPROVING, ASIDE, FINAL, PROD, TRADING, WATCHED, Phase, Transition
from seatrial.release.policy import Policy
from seatrial.release.record import Record
from seatrial.release.signing import Signature, signature_of
from seatrial.release.states import advance
from seatrial.release.verdict import GateResult, Verdict

SERVICE_ROLE = "service"


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is well formed and signed, and still counts for nothing."""

    seq: int
    why: str


class Casebook:
    """Every release of one chain. Feed it with `fold`, ask it with `due`."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.keys = Keyring()
        self.checkpoints: dict[int, str] = {}
        self.refused: list[Refused] = []
        self.stage = ""
        self.seq = 0
        self._folds: dict[str, Callable[[Case, Record], Case]] = {
            "gate.verdict": self._verdict,
            "deploy.done": _deployed,
            "approval": self._approval,
            "waiver": self._waiver,
            "breakglass": self._breakglass,
            "transition": self._moved,
            "halt": _asked,
            "kill": _asked,
            "resume": self._resume,
            "reject": _asked,
            "rollback": _asked,
        }

    @classmethod
    def of(cls, records: Iterable[Record]) -> Casebook:
        """The casebook after all of them."""
        book = cls()
        for record in records:
            book.fold(record)
        return book

    def fold(self, record: Record) -> None:
        """Take one more record.

        Raises:
            EvidenceFault: it cannot be true: a false signature, a key out of its time, a release nobody sealed.
        """
        if self.stage not in {"", record.draft.env}:
            raise EvidenceFault(f"a record of {record.draft.env} in the chain of {self.stage}")
        self.stage, self.seq = record.draft.env, record.seq
        match record.type:
            case "key.add":
                self.keys.add(PublicKey.parse(record.body))
            case "key.revoke":
                self.keys.revoke(str(record.body.get("key")), record.ts_ns)
            case "checkpoint":
                self._checkpoint(record)
            case "release.sealed" | "promotion":
                self._opened(record)
            case _ if record.type in self._folds:
                case = self._case(record)
                self.cases[case.release] = self._folds[record.type](case, record)

    def due(self, release: str, now_ns: int, policy: Policy) -> Transition | None:
        """The step `advance` answers, unless another release of this chain holds the place it leads to.

        Raises:
            EvidenceFault: nobody sealed or imported this release here.
        """
        if release not in self.cases:
            raise EvidenceFault(f"no release {release} in this chain: seal it, or import the bundle of the stage below")
        if self.cases[release].stage != self.stage:
            return None  # it goes on in the chain of the stage it was promoted to
        step = advance(self.cases[release], now_ns, policy)
        if step is not None and step.end in {Phase.STG_SOAKING, Phase.PROD_TIER} and self.busy_with(release):
            return None
        return step

    def busy_with(self, release: str) -> Case | None:
        """The other release that is being rolled out: one at a time for each account."""
        for other in self.cases.values():
            working = other.working_phase
            if other.release == release or other.phase in FINAL or working not in WATCHED | PROD:
                continue
            if other.stage != self.stage:
                continue  # it has left this chain
            if working is Phase.PROD_FULL and other.phase not in ASIDE:
                continue  # it is what the new one replaces
            return other
        return None

    def _case(self, record: Record) -> Case:
        case = self.cases.get(record.draft.release or "")
        if case is None:
            raise EvidenceFault(f"a {record.type} of a release that was never sealed or imported here")
        if record.draft.policy not in {None, case.policy}:
            raise EvidenceFault(f"a {record.type} under another policy than the release was sealed under")
        if record.type != "gate.verdict" and record.draft.clock is not case.clock:
            raise EvidenceFault(f"a {record.type} of {record.draft.clock} time for a release on {case.clock} time")
        return case

    def _opened(self, record: Record) -> None:
        release, policy, body = record.draft.release, record.draft.policy, record.body
        change, author = body.get("change_class"), body.get("author")
        if release is None or policy is None or not isinstance(change, str) or not isinstance(author, str):
            raise EvidenceFault(f"a {record.type} names release, policy, change_class and author")
        if release in self.cases:
            self.refused.append(Refused(record.seq, "this release is in the chain already"))
            return
        phase = Phase.SEALED if record.type == "release.sealed" else _phase(body.get("phase"))
        target = body.get("rollback_target")
        self.cases[release] = Case(
            release,
            policy,
            change,
            author,
            str(body.get("committer", author)),
            phase,
            record.ts_ns,
            record.seq,
            record.draft.clock,
            rollback_target=target if isinstance(target, str) else None,
            checkpoint_size=max(self.checkpoints, default=0),
        )

    def _checkpoint(self, record: Record) -> None:
        size, root = record.body.get("size"), record.body.get("root")
        if not isinstance(size, int) or not isinstance(root, str) or not 0 < size < record.seq:
            raise EvidenceFault("a checkpoint names the size and root of the chain before it")
        self.checkpoints[size] = root
        for release, case in self.cases.items():
            self.cases[release] = replace(case, checkpoint_size=max(size, case.checkpoint_size))

    def _verdict(self, case: Case, record: Record) -> Case:
        result = GateResult.parse(record.body, record.draft.clock, record.draft.venue)
        verdicts = {**case.verdicts, result.gate: result}
        voided = result.verdict is Verdict.FAIL and case.working_phase in APPROVING
        return replace(case, verdicts=verdicts, approvals=() if voided else case.approvals)

    def _person(self, record: Record) -> Signature | None:
        """Whose signature it is; None for a service's, which stands for no person."""
        signature = signature_of(record, self.keys)
        if SERVICE_ROLE not in signature.roles:
            return signature
        self.refused.append(
            Refused(record.seq, f"a {record.type} is signed by a person, {signature.owner} is a service")
        )
        return None

    def _approval(self, case: Case, record: Record) -> Case:
        signature = self._person(record)
        if signature is None:
            return case
        known = self.checkpoints.get(signature.size)
        if known is None or known != signature.root:
            self.refused.append(Refused(record.seq, "the approval is of a root that no checkpoint of this chain has"))
        elif case.working_phase in APPROVING and signature.tier is None and signature.size < case.ready_seq:
            self.refused.append(Refused(record.seq, "the approval is of evidence before it was complete"))
        elif case.working_phase in APPROVING or (case.phase in TRADING and signature.tier is not None):
            return replace(case, approvals=(*case.approvals, signature))
        else:
            self.refused.append(Refused(record.seq, f"nothing is approved in {case.phase}"))
        return case

    def _waiver(self, case: Case, record: Record) -> Case:
        signature = signature_of(record, self.keys)
        if (
            signature.owner in {case.author, case.committer}
            or signature.expires_ns is None
            or not record.body.get("reason")
        ):
            self.refused.append(Refused(record.seq, "a waiver has a reason and an end, and is not the author's"))
            return case
        return replace(case, waivers=(*case.waivers, signature))

    def _breakglass(self, case: Case, record: Record) -> Case:
        if not record.body.get("reason"):
            self.refused.append(Refused(record.seq, "break-glass gives a reason"))
            return case
        signature = self._person(record)
        return case if signature is None else replace(case, breakglass=(*case.breakglass, signature))

    def _resume(self, case: Case, record: Record) -> Case:
        signature = self._person(record)
        return (
            case
            if signature is None
            else replace(case, asks=(*case.asks, Ask("resume", signature.owner, record.ts_ns)))
        )

    def _moved(self, case: Case, record: Record) -> Case:
        step = Transition.parse(record.body)
        if step.start is not case.phase:
            raise EvidenceFault(f"a transition from {step.start} of a release that is in {case.phase}")
        moved = after(case, step, record.ts_ns, record.seq)
        if step.end is Phase.PROD_FULL:
            self._supersede(moved.release, record.ts_ns)
        return moved

    def _supersede(self, release: str, at_ns: int) -> None:
        for name, other in self.cases.items():
            if name != release and other.phase is Phase.PROD_FULL:
                self.cases[name] = replace(other, asks=(*other.asks, Ask("supersede", release, at_ns)))


def _phase(word: object) -> Phase:
    try:
        return Phase(str(word))
    except ValueError as fault:
        raise EvidenceFault(f"a promotion names the phase the release has come to, was {word!r}") from fault


def _deployed(case: Case, record: Record) -> Case:
    """Another overlay under the same release: its soak and every verdict begin again."""
    overlay = str(record.body.get("overlay", ""))
    if overlay == case.overlay or not case.overlay:
        return replace(case, overlay=overlay)
    return replace(case, overlay=overlay, soak_since_ns=record.ts_ns, verdicts={}, approvals=())


def _asked(case: Case, record: Record) -> Case:
    kind = "rolled_back" if record.type == "rollback" and record.body.get("done") is True else record.type
    return replace(case, asks=(*case.asks, Ask(kind, record.draft.actor.id, record.ts_ns)))
