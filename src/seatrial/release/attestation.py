"""What a bundle claims, as other tools read it: an in-toto statement in a signed DSSE envelope, one JSON line.

The predicate is SLSA's verification summary: who checked which release against which policy, when, and whether it
passed. Every other file of the bundle is listed with its digest, so the one signature speaks for all of them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import parse_rfc3339, rfc3339
from seatrial.release.canonical import canonical, parse
from seatrial.release.keys import Keyring, PublicKey, SigningKey, signature_holds, unbase64
from seatrial.release.phases import PROD, STAGING, Phase
from seatrial.release.verdict import JsonObject

ATTESTATION = "attestation.intoto.jsonl"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Claim:
    """A release in a stage, under a policy, at an instant; `members` maps file names to sha256 in hexadecimal."""

    release: str
    stage: str
    policy: str
    at_ns: int
    passed: bool
    members: Mapping[str, str]

    def statement(self) -> JsonObject:
        """The in-toto statement."""
        return {
            "_type": STATEMENT,
            "subject": [{"name": "seatrial-release", "digest": {"sha256": self.release.removeprefix("sha256:")}}],
            "predicateType": PREDICATE,
            "predicate": {
                "verifier": {"id": "seatrial"},
                "timeVerified": rfc3339(self.at_ns),
                "resourceUri": f"seatrial:{self.stage}/{self.release.removeprefix('sha256:')[:16]}",
                "policy": {"uri": "policy.yaml", "digest": {"sha256": self.policy.removeprefix("sha256:")}},
                "inputAttestations": [
                    {"uri": name, "digest": {"sha256": self.members[name]}} for name in sorted(self.members)
                ],
                "verificationResult": "PASSED" if self.passed else "FAILED",
                "verifiedLevels": [],
            },
        }


def passed_stage(stage: str, phase: Phase) -> bool:
    """Whether a release in this phase has left `stage` by the front door."""
    beyond = {"dev": STAGING | PROD, "staging": PROD, "prod": {Phase.PROD_FULL, Phase.SUPERSEDED}}
    return phase in beyond.get(stage, set())


def envelope(claim: Claim, key: SigningKey) -> bytes:
    """The signed line of `attestation.intoto.jsonl`."""
    payload = canonical(claim.statement())
    signature = base64.b64encode(key.sign(_encoding(payload))).decode()
    signed: JsonObject = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key.id, "sig": signature}],
    }
    return canonical(signed) + b"\n"


def opened_claim(line: bytes, keys: Keyring) -> tuple[Claim, PublicKey]:
    """The claim of an envelope and the key that signed it, valid at the time the claim names.

    Raises:
        EvidenceFault: it is no such envelope, the key is unknown or was not valid, or the signature is false.
    """
    match parse(line):
        case {
            "payload": str() as encoded,
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"keyid": str() as id_, "sig": str() as signature}],
        }:
            payload = unbase64(encoded)
        case _:
            raise EvidenceFault("an attestation is a DSSE envelope with one signature")
    claim, key = _claim(payload), keys.get(id_)
    if key is None or not key.valid_at(claim.at_ns):
        raise EvidenceFault(f"the attestation is signed with {id_}, which was not a valid key then")
    if not signature_holds(key.public, unbase64(signature), _encoding(payload)):
        raise EvidenceFault(f"the signature of {key.owner} does not fit the attestation")
    return claim, key


def _claim(payload: bytes) -> Claim:
    match parse(payload):
        case {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"digest": {"sha256": str() as release}}],
            "predicate": {
                "timeVerified": str() as at,
                "resourceUri": str() as resource,
                "policy": {"digest": {"sha256": str() as policy}},
                "inputAttestations": list() as inputs,
                "verificationResult": str() as result,
            },
        }:
            pass
        case _:
            raise EvidenceFault("the attestation holds no verification summary")
    members: dict[str, str] = {}
    for each in inputs:
        match each:
            case {"uri": str() as name, "digest": {"sha256": str() as digest}}:
                members[name] = digest
            case _:
                raise EvidenceFault("the attestation lists a file without name or digest")
    try:
        at_ns = parse_rfc3339(at)
    except ValueError as fault:
        raise EvidenceFault(f"the attestation: {fault}") from fault
    stage = resource.removeprefix("seatrial:").partition("/")[0]
    return Claim(f"sha256:{release}", stage, f"sha256:{policy}", at_ns, result == "PASSED", members)


def _encoding(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is really signed."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
