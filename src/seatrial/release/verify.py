"""`evidence verify`: checks evidence on any machine, offline, with the standard library, rfc8785 and cryptography.

    1 every line is canonical and hashes to what it says      2 it follows its predecessor, in seq and in time
    3 every checkpoint has the root of the records before it  4 signatures fit keys that were valid then
    5 blobs, and every file of a bundle, have their digests   6 the state machine, run again, takes the same steps

Answers 0 when all of it holds, 1 when something was altered, 2 when something is missing to say so. What a chain on
its own cannot show is in `docs/concepts/evidence.md`: that nobody wrote all of it anew, or cut off its end, is known
only by a checkpoint that had left the machine before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.domain.faults import EvidenceFault
from seatrial.release.attestation import ATTESTATION, opened_claim, passed_stage
from seatrial.release.audit import Altered, Audit, Finding, policy_of_blob
from seatrial.release.case import Case, imported
from seatrial.release.checkpoint import Checkpoint, opened
from seatrial.release.exhibits import LOG, Exhibits, TarExhibits, digest_of, exhibits, small
from seatrial.release.keys import keys_json
from seatrial.release.policy import Policy
from seatrial.release.record import Record

NESTED_MAX = 3  # prod imports staging imports dev
BLOB_POLICY_BYTES_MAX = 256 * 1024


@dataclass(slots=True)
class Outcome:
    """What was found. `records` were read, `steps` re-executed, `signed_size` records are under a checkpoint."""

    findings: list[Finding] = field(default_factory=list)
    records: int = 0
    steps: int = 0
    signed_size: int = 0
    blobs_absent: int = 0
    cases: dict[str, Case] = field(default_factory=dict)
    imported: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 holds, 1 altered, 2 incomplete."""
        if any(finding.tampered for finding in self.findings):
            return 1
        return 2 if self.findings else 0


def verify(path: Path, *, policies: Iterable[Policy] = (), notes: Iterable[Path] = ()) -> Outcome:
    """Check a stage's evidence folder, a chain file or a bundle.

    `policies` are known already, beside those the evidence carries; `notes` are checkpoint files that were kept
    elsewhere, which is where they are worth most.

    Raises:
        EvidenceFault: there is nothing to verify at this path, or a note cannot be read.
    """
    kept = {}
    for each in notes:
        try:
            text = each.read_text("utf-8")
        except (OSError, UnicodeError) as fault:
            raise EvidenceFault(f"the checkpoint {each} cannot be read: {fault}") from fault
        kept[str(each)] = text
    try:
        with exhibits(path) as shown:
            return _verified(shown, {policy.digest: policy for policy in policies}, kept, depth=0)
    except EvidenceFault as fault:
        if path.exists() and path.suffix == ".tar":
            return Outcome([Finding(True, str(fault))])
        raise


def _verified(shown: Exhibits, known: Mapping[str, Policy], kept: Mapping[str, str], *, depth: int) -> Outcome:
    outcome = Outcome()
    policies = {**known, **_blobs(shown, outcome)}
    notes = dict(kept)
    for name in shown.names():
        if name.startswith("checkpoints/"):
            notes[name] = small(shown, name).decode("utf-8", "replace")
    held = _by_size(notes, outcome)
    audit = Audit(policies, held)
    promotions, wanted = [], set[str]()
    try:
        with shown.open(LOG) as file:
            for record in audit.walk(file):
                if record.type == "promotion":
                    promotions.append(record)
                wanted.update(_inputs(record))
    except Altered as altered:
        outcome.findings.append(altered.finding)
    _conclude(audit, outcome, notes, held)
    outcome.blobs_absent = len(wanted - {name.removeprefix("blobs/") for name in shown.names()})
    for record in promotions:
        _follow(record, shown, known, outcome, depth)
    if shown.bundled and outcome.exit_code != 1:
        _check_bundle(shown, audit, outcome)
    return outcome


def _conclude(
    audit: Audit, outcome: Outcome, notes: Mapping[str, str], held: Mapping[int, tuple[str, Checkpoint]]
) -> None:
    outcome.records, outcome.steps, outcome.signed_size = audit.tree.size, audit.steps, audit.signed_size
    outcome.cases = audit.book.cases
    for digest in sorted(audit.unknown_policies):
        outcome.findings.append(Finding(False, f"the policy {digest} is not here, so its steps were not run again"))
    if outcome.exit_code == 1:
        return
    for size, (name, _) in held.items():
        if size > audit.tree.size:
            what = f"{name} speaks of {size} records, the chain has {audit.tree.size}: its end was cut off"
            outcome.findings.append(Finding(True, what, audit.tree.size + 1, audit.tree.size + 1))
            continue
        try:
            opened(notes[name], audit.book.keys, None)
        except EvidenceFault as fault:
            outcome.findings.append(Finding(True, f"{name}: {fault}"))


def _blobs(shown: Exhibits, outcome: Outcome) -> dict[str, Policy]:
    """Check every blob against its name; what is a policy is kept by digest."""
    policies = {}
    for name in shown.names():
        if not name.startswith("blobs/"):
            continue
        digest = digest_of(shown, name)
        if digest != name.removeprefix("blobs/"):
            outcome.findings.append(Finding(True, f"{name} has the digest {digest[:16]}.."))
            continue
        with shown.open(name) as file:
            start = file.read(BLOB_POLICY_BYTES_MAX)
        if b'"PromotionPolicy"' in start and (policy := policy_of_blob(start)) is not None:
            policies[policy.digest] = policy
    return policies


def _by_size(notes: Mapping[str, str], outcome: Outcome) -> dict[int, tuple[str, Checkpoint]]:
    found: dict[int, tuple[str, Checkpoint]] = {}
    for name, note in notes.items():
        try:
            point = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
        except EvidenceFault as fault:
            outcome.findings.append(Finding(True, f"{name}: {fault}"))
            continue
        held = found.setdefault(point.size, (name, point))
        if held[1] != point:
            outcome.findings.append(Finding(True, f"{name} and {held[0]} sign two chains of {point.size} records"))
    return found


def _inputs(record: Record) -> list[str]:
    inputs = record.body.get("inputs") if record.type == "gate.verdict" else None
    if not isinstance(inputs, list):
        return []
    return [each["sha256"] for each in inputs if isinstance(each, dict) and isinstance(each.get("sha256"), str)]  # type: ignore[misc]


def _follow(record: Record, shown: Exhibits, known: Mapping[str, Policy], outcome: Outcome, depth: int) -> None:
    """Verify the bundle a promotion imported, and that it says what the promotion says."""
    digest, release = str(record.body.get("bundle")).removeprefix("sha256:"), record.draft.release or ""
    name, at = f"blobs/{digest}", (record.seq, record.seq)
    if name not in shown.names():
        outcome.findings.append(Finding(False, f"the bundle {digest[:16]}.. it imports is not here", *at))
        return
    if depth == NESTED_MAX:
        outcome.findings.append(Finding(True, f"bundles lie deeper in each other than {NESTED_MAX}", *at))
        return
    with shown.open(name) as file:
        try:
            below = _verified(TarExhibits(file), known, {}, depth=depth + 1)
        except EvidenceFault as fault:
            below = Outcome([Finding(True, str(fault))])
    outcome.imported += [digest, *below.imported]
    outcome.findings += [Finding(each.tampered, f"in the imported bundle: {each}", *at) for each in below.findings]
    case = below.cases.get(release)
    if case is None:
        outcome.findings.append(Finding(True, "the imported bundle does not know the release", *at))
        return
    for name, was in imported(case).items():
        if record.body.get(name) != was:
            said = f"it says {name} {record.body.get(name)}, the imported bundle says {was}"
            outcome.findings.append(Finding(True, said, *at))


def _check_bundle(shown: Exhibits, audit: Audit, outcome: Outcome) -> None:
    """The signed list of files, the manifest, the keys and the policy agree with the chain."""
    try:
        outcome.findings += [Finding(True, what) for what in _disagreements(shown, audit)]
    except EvidenceFault as fault:
        outcome.findings.append(Finding(True, str(fault)))
    if "manifest.json" not in shown.names():
        outcome.findings.append(Finding(False, "the manifest is not here"))


def _disagreements(shown: Exhibits, audit: Audit) -> Iterator[str]:
    claim, _ = opened_claim(small(shown, ATTESTATION), audit.book.keys)
    listed = {name: digest_of(shown, name) for name in shown.names() if name != ATTESTATION}
    odd = sorted(set(listed.items()) ^ set(claim.members.items()))
    if odd:
        yield f"{odd[0][0]} is not the file the attestation lists"
    case = audit.book.cases.get(claim.release)
    if case is None or case.policy != claim.policy:
        yield "the attestation is of a release and policy the chain does not have together"
    elif claim.passed != passed_stage(claim.stage, case.phase):
        yield f"the attestation says {'PASSED' if claim.passed else 'FAILED'}, the release is in {case.phase}"
    if small(shown, "keys.json") != keys_json(audit.book.keys):
        yield "keys.json does not hold the keys of the chain"
    if "manifest.json" in listed and f"sha256:{listed['manifest.json']}" != claim.release:
        yield "manifest.json is not the manifest this release is named after"
