"""How a release comes into the chain of the next stage: with the bundle of the stage below, verified first.

The bundle becomes a blob of the new chain and its digest a member of the `promotion` record, so whoever verifies the
higher stage verifies the lower one too.
"""

from __future__ import annotations

from pathlib import Path

from seatrial.domain.faults import EvidenceFault
from seatrial.release.canonical import canonical
from seatrial.release.case import imported
from seatrial.release.chain import Chain
from seatrial.release.phases import ASIDE, FINAL, stage_of
from seatrial.release.policy import Policy
from seatrial.release.record import Actor, Draft, Record
from seatrial.release.verdict import JsonObject, VenueKind
from seatrial.release.verify import verify


def import_bundle(
    chain: Chain, bundle: Path, release: str, policy: Policy, *, actor: Actor, venue: VenueKind
) -> Record:
    """Verify a bundle and open its release in this chain, in the phase the bundle ends in.

    Raises:
        EvidenceFault: the bundle does not verify, does not know the release, was made under another policy, or does
            not lead to this stage.
    """
    outcome = verify(bundle)
    if outcome.exit_code:
        raise EvidenceFault(f"{bundle} does not verify: {outcome.findings[0]}")
    case = outcome.cases.get(release)
    if case is None or case.policy != policy.digest:
        raise EvidenceFault(f"{bundle} knows no such release under policy {policy.name}")
    if case.phase in ASIDE | FINAL or stage_of(case.phase) != chain.stage:
        raise EvidenceFault(f"{bundle} ends in {case.phase}, which does not lead into {chain.stage}")
    chain.keep_blob(canonical(policy.document))
    body: JsonObject = {**imported(case), "bundle": f"sha256:{chain.keep_blob(bundle.read_bytes())}"}
    return chain.append(Draft("promotion", release, policy.digest, chain.stage, actor, body, policy.clock, venue))
