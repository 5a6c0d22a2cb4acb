"""Bundles: the same bytes twice, a signed list of what is inside, and a page a person can read."""

from __future__ import annotations

import base64
import json
import tarfile
from pathlib import Path

import pytest
from tests.release.world import DAEMON, KEYS, SEALED, Stage, through_dev

from seatrial.domain.faults import EvidenceFault
from seatrial.release.bundle import bundle_name, write_bundle
from seatrial.release.keys import signature_holds
from seatrial.release.policy_file import built_in, built_in_text
from seatrial.release.promotion import import_bundle
from seatrial.release.verdict import VenueKind, Verdict
from seatrial.release.verify import verify


@pytest.fixture
def dev(tmp_path: Path) -> tuple[Stage, Path]:
    return through_dev(tmp_path)


def inside(bundle: Path, name: str) -> bytes:
    with tarfile.open(bundle) as tar:
        file = tar.extractfile(name)
        assert file is not None
        return file.read()


def again(stage: Stage, path: Path) -> str:
    text = built_in_text(stage.policy.name)
    key = KEYS["host"]
    return write_bundle(path, stage.chain, SEALED, stage.policy, text, key=key, at_ns=stage.clock.at_ns)


def test_the_same_evidence_gives_the_same_bytes(dev, tmp_path):
    stage, bundle = dev
    again(stage, tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == bundle.read_bytes()


def test_a_bundle_holds_what_the_design_lists(dev):
    _, bundle = dev
    with tarfile.open(bundle) as tar:
        names = tar.getnames()
        assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in tar} == {(0, 0, 0, "", 0o644)}
    assert names == sorted(names)
    plain = {name for name in names if "/" not in name}
    pages = {"report.html", "report.md", "policy.yaml"}
    assert plain == {"attestation.intoto.jsonl", "keys.json", "log.jsonl", "manifest.json"} | pages
    assert {name.partition("/")[0] for name in names} - plain == {"blobs", "checkpoints"}
    assert bundle_name(SEALED) == f"bundle-{SEALED[7:23]}.tar"


def test_the_attestation_is_an_in_toto_statement_in_a_signed_envelope(dev):
    _, bundle = dev
    envelope = json.loads(inside(bundle, "attestation.intoto.jsonl"))
    payload = base64.b64decode(envelope["payload"])
    statement = json.loads(payload)
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)

    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"][0]["digest"]["sha256"] == SEALED.removeprefix("sha256:")
    assert statement["predicate"]["verificationResult"] == "PASSED"
    assert signature_holds(KEYS["host"].public, base64.b64decode(envelope["signatures"][0]["sig"]), signed)


def test_a_release_that_has_not_passed_is_attested_as_failed(tmp_path):
    stage = Stage(tmp_path, "dev", release=SEALED)
    stage.introduce()
    stage.open("SEALED")
    stage.go()
    again(stage, tmp_path / "early.tar")
    statement = json.loads(
        base64.b64decode(json.loads(inside(tmp_path / "early.tar", "attestation.intoto.jsonl"))["payload"])
    )
    assert statement["predicate"]["verificationResult"] == "FAILED"
    with pytest.raises(EvidenceFault, match="does not verify: incomplete: the manifest"):
        import_bundle(
            Stage(tmp_path, "staging").chain,
            tmp_path / "early.tar",
            SEALED,
            stage.policy,
            actor=DAEMON,
            venue=VenueKind.EMULATED,
        )


def test_the_page_names_what_is_missing_and_what_supplies_it(tmp_path):
    stage = Stage(tmp_path, "dev", release=SEALED)
    stage.introduce()
    stage.open("SEALED")
    stage.go()
    stage.verdict("smoke", Verdict.FAIL, reason="no <ticks> | at all")
    again(stage, tmp_path / "b.tar")
    markdown, page = (inside(tmp_path / "b.tar", f"report.{end}").decode() for end in ("md", "html"))

    assert "is in DEV_CHECKS (dev), 8 gates hold its next step" in markdown
    assert "| smoke | FAIL | no &lt;ticks&gt; \\| at all |" in markdown
    assert "| reconciliation | NODATA |" in markdown
    assert "no &lt;ticks&gt; | at all" in page
    assert "light-dark(" in page
    assert "http" not in page  # self-contained


def test_a_bundle_of_another_policy_or_stage_is_not_imported(dev, tmp_path):
    stage, bundle = dev
    staging, prod = Stage(tmp_path, "staging"), Stage(tmp_path, "prod")
    with pytest.raises(EvidenceFault, match="under policy default"):
        import_bundle(staging.chain, bundle, SEALED, built_in("default"), actor=DAEMON, venue=VenueKind.EMULATED)
    with pytest.raises(EvidenceFault, match="does not lead into prod"):
        import_bundle(prod.chain, bundle, SEALED, stage.policy, actor=DAEMON, venue=VenueKind.EMULATED)


def test_a_promotion_that_says_more_than_its_bundle_is_found(dev, tmp_path):
    stage, bundle = dev
    staging = Stage(tmp_path, "staging", release=SEALED)
    digest = staging.chain.keep_blob(bundle.read_bytes())
    staging.open("STG_SOAKING", bundle=digest)
    outcome = verify(tmp_path / "staging", policies=[stage.policy])
    assert outcome.exit_code == 1
    assert "it says phase STG_SOAKING, the imported bundle says STG_DEPLOYING" in outcome.findings[0].what


def test_what_is_not_in_the_chain_cannot_be_bundled(dev, tmp_path):
    stage, _ = dev
    with pytest.raises(EvidenceFault, match="knows no release"):
        write_bundle(
            tmp_path / "x.tar", stage.chain, "sha256:" + "00" * 32, stage.policy, "", key=KEYS["host"], at_ns=1
        )
