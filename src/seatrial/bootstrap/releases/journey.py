"""A release on its way through the stages: where it stands, what it lacks, and the step that is due.

`promote` asks every gate that can be asked now, appends what they say, and lets the state machine decide over the
chain. When a release leaves a stage, its signed bundle is written, and its import opens the chain of the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.evidence import chain_of, running_release, venue_kind
from seatrial.bootstrap.gates.context import GateContext
from seatrial.bootstrap.gates.evaluate import COLLECTORS, judge
from seatrial.bootstrap.releases.keys import SERVICE, service_key
from seatrial.bootstrap.releases.policies import policy_of
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.releases.tree import sealed_here, unsealed
from seatrial.bootstrap.running_file import Running
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.release.attestation import passed_stage
from seatrial.release.bundle import bundle_name, write_bundle
from seatrial.release.case import Case
from seatrial.release.drive import Follower
from seatrial.release.gates.supply import ABSENT, absence, supply_of
from seatrial.release.manifest import Manifest
from seatrial.release.phases import APPROVING, Phase, Transition
from seatrial.release.policy import Policy
from seatrial.release.policy_file import load_policy
from seatrial.release.promotion import import_bundle
from seatrial.release.record import Actor
from seatrial.release.states import blocking, required
from seatrial.release.verdict import GateResult, missing

BELOW = {"staging": "dev", "prod": "staging"}
FIRST_PHASE = {"staging": Phase.STG_DEPLOYING, "prod": Phase.PROD_ARMING}
ACTOR = Actor("service", "promote")


@dataclass(frozen=True, slots=True)
class Promotion:
    """What `promote` did. `lacking` are the gates that hold the release; `steps` were written to the chain below."""

    release: str
    policy: Policy
    promoted: bool
    phase: str
    steps: tuple[Transition, ...]
    lacking: tuple[GateResult, ...]
    also: tuple[str, ...]  # what else is missing that no gate stands for: people and time
    bundle: str = ""


def which_release(settings: Settings, release: str | None) -> Manifest:
    """The sealed release asked for; by default the one this folder is.

    Raises:
        RequestFault: none is named so.
        EvidenceFault: this folder is not sealed, or a manifest was changed.
    """
    store = ReleaseStore(settings.evidence)
    if release is not None:
        return store.get(store.find(release))
    here = sealed_here(settings)
    if here is None:
        raise RequestFault("release", f"a sealed release: {unsealed(settings)}", None)
    return here


def require_policy(manifest: Manifest, name_or_path: str) -> None:
    """A release moves by the policy it was sealed under, and by no other.

    Raises:
        RequestFault: it was sealed under another one.
    """
    sealed = manifest.sections["policy"]
    if load_policy(name_or_path)[0].digest != sealed["sha256"]:
        told = f"{sealed['name']}, under which {manifest.id} was sealed; `release seal --policy` seals it anew"
        raise RequestFault("--policy", told, name_or_path)


def context_of(settings: Settings, manifest: Manifest, token: str | None = None) -> GateContext:
    """Everything the gates of the settings' stage may look at, of one release.

    Raises:
        EvidenceFault: the chain was altered, or the policy is not known here.
    """
    chain = chain_of(settings)
    case = Follower(chain).catch_up().cases.get(manifest.digest)
    digest = case.policy if case is not None else str(manifest.sections["policy"]["sha256"])
    policy, _ = policy_of(settings, digest)
    measurements = tuple(record for record in chain.read() if record.type == "measurement")
    running = in_this_stage(running_release(settings, token), settings)
    return GateContext(settings, manifest, policy, case, measurements, running, WallClock().now_ns())


def in_this_stage(running: Running, settings: Settings) -> Running:
    """What runs in another stage or mode shows nothing of this one, though it listens on the same ports."""
    asked = (str(settings.stage), str(settings.mode))
    if running.release is None or (running.stage, running.mode) == asked:
        return running
    return replace(
        running,
        release=None,
        note=f"what runs is in stage {running.stage}, mode {running.mode}, not stage {asked[0]}, mode {asked[1]}",
    )


def promote(settings: Settings, manifest: Manifest, target: str, token: str | None = None) -> Promotion:
    """Take a release to `target`, or say what it lacks. `settings` are those of the stage below.

    Raises:
        EvidenceFault: a chain was altered or cannot be written.
    """
    context = context_of(settings, manifest, token)
    if context.case is None:
        return _absent(context, target)
    if not passed_stage(BELOW[target], context.case.working_phase):
        judge(context, [gate for gate in required(context.case, context.policy) if gate in COLLECTORS])
    follower = Follower(chain_of(settings))
    steps = _drive(settings, follower, manifest, context.policy, FIRST_PHASE[target])
    case = follower.catch_up().cases[manifest.digest]
    if passed_stage(BELOW[target], case.working_phase):
        bundle = _import(settings, manifest, context.policy, target)
        return Promotion(manifest.id, context.policy, True, str(case.phase), tuple(steps), (), (), bundle)
    now_ns = WallClock().now_ns()
    lacking = tuple(explained(each) for each in blocking(case, now_ns, context.policy))
    also = _people_and_time(case, context.policy, now_ns)
    return Promotion(manifest.id, context.policy, False, str(case.phase), tuple(steps), lacking, also)


def _drive(settings: Settings, follower: Follower, manifest: Manifest, policy: Policy, last: Phase) -> list[Transition]:
    """Every step that is due, up to `last`. Where evidence is complete it is sealed by a signed checkpoint first."""
    clock, venue, steps = WallClock(), venue_kind(settings.mode), list[Transition]()
    while True:
        for step, _ in follower.drive(manifest.digest, policy, actor=ACTOR, venue=venue, clock=clock):
            steps.append(step)
            if step.end is last:
                return steps
        case = follower.catch_up().cases[manifest.digest]
        if case.phase is not Phase.STG_READY or case.checkpoint_size >= case.since_seq:
            return steps
        key = service_key(settings, str(settings.stage))
        follower.sign_checkpoint(key, SERVICE, actor=ACTOR, clock=policy.clock, venue=venue)


def explained(result: GateResult) -> GateResult:
    """The same verdict with the command that would change it, and the room that is missing where there is none."""
    supply = supply_of(result.gate) or result.supply
    reason = absence(result.gate) if result.gate in ABSENT else result.reason
    return GateResult(
        result.gate, result.verdict, reason, result.as_of_ns, result.clock, result.venue, result.inputs, supply
    )


def _absent(context: GateContext, target: str) -> Promotion:
    """The chain of the stage below does not know the release: everything is missing, and that first of all."""
    below = BELOW[target]
    how = "seatrial release seal" if below == "dev" else f"seatrial promote {below} --release {context.release_id}"
    also = [f"the release is not in {below} yet: {how}"]
    if context.policy.approvals.need and target == "prod":
        also.append(
            f"{context.policy.approvals.need} approvals, then {_hours(context.policy.cooling_off_ns)} of waiting"
        )
    lacking = tuple(_hypothetical(context, target))
    return Promotion(context.release_id, context.policy, False, "absent", (), lacking, tuple(also))


def _hypothetical(context: GateContext, target: str | None = None) -> tuple[GateResult, ...]:
    rules = context.policy.stages[str(context.settings.stage)]
    names = [*rules.entry, *rules.continuous, *rules.exit]
    if target == "prod":
        names += context.policy.stages["prod"].entry
    asked = [context.asked(gate) for gate in dict.fromkeys(names)]
    return tuple(
        explained(
            missing(
                each.gate,
                "no verdict has been recorded",
                supply=each.supply,
                as_of_ns=each.as_of_ns,
                clock=each.clock,
                venue=each.venue,
            )
        )
        for each in asked
    )


def _people_and_time(case: Case, policy: Policy, now_ns: int) -> tuple[str, ...]:
    if case.phase in APPROVING:
        return (
            f"{policy.approvals.need} approvals, then {_hours(policy.cooling_off_ns)} of waiting: seatrial approve",
        )
    if case.phase is Phase.STG_SOAKING:
        wall_ns = policy.classes[case.change_class].soak_wall_ns
        since_ns = case.soak_since_ns or now_ns
        left_ns = max(0, wall_ns - (now_ns - since_ns))
        return (f"{_hours(left_ns)} of soak, then approvals",) if left_ns else ()
    return ()


def _import(settings: Settings, manifest: Manifest, policy: Policy, target: str) -> str:
    """Write the signed bundle of the stage below, verify it, and open the chain of the next with it. Safe to repeat."""
    below, after = BELOW[target], chain_of(settings, target)
    if manifest.digest in Follower(after).catch_up().cases:
        return ""
    key = service_key(settings, below)
    service_key(settings, target)
    after.keep_blob(manifest.canonical())
    _, text = policy_of(settings, policy.digest)
    with TemporaryDirectory(prefix="seatrial-bundle-") as folder:
        path = Path(folder) / bundle_name(manifest.digest)
        now_ns = WallClock().now_ns()
        write_bundle(path, chain_of(settings, below), manifest.digest, policy, text, key=key, at_ns=now_ns)
        venue = venue_kind(settings.mode)
        record = import_bundle(after, path, manifest.digest, policy, actor=ACTOR, venue=venue)
    return str(after.folder / "blobs" / str(record.body["bundle"]).removeprefix("sha256:"))


def _hours(span_ns: int) -> str:
    hours = -(-span_ns // 3_600_000_000_000)
    return f"{hours} h"
