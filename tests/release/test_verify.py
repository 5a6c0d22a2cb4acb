"""Offline verification: any change of a chain is noticed, and the first record that was changed is named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.release.world import KEYS, SEALED, Stage, through_dev, through_staging

from seatrial.domain.faults import EvidenceFault
from seatrial.release.phases import Phase, Transition
from seatrial.release.policy_file import built_in
from seatrial.release.record import GENESIS, Record
from seatrial.release.verify import Outcome, verify

POLICIES = [built_in("rehearsed-promotion")]


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence of a release that has come to PROD_ARMING: never changed, only copied."""
    folder = tmp_path_factory.mktemp("proved")
    through_staging(folder)
    return folder


@pytest.fixture(scope="module")
def log(proved: Path) -> bytes:
    return (proved / "staging" / "log.jsonl").read_bytes()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "chain.jsonl"


def seen(path: Path, data: bytes) -> Outcome:
    path.write_bytes(data)
    return verify(path, policies=POLICIES)


def first(outcome: Outcome) -> int | None:
    """The record named first; the absent bundle of a bare chain is not what we look for."""
    named = [each for each in outcome.findings if "imports" not in each.what]
    return named[0].seq if named else None


def line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def test_evidence_that_was_left_alone_holds(proved):
    for path in (proved / "staging", proved / "staging.tar", proved / "dev", proved / "dev.tar"):
        outcome = verify(path)
        assert (outcome.exit_code, outcome.findings) == (0, [])
    outcome = verify(proved / "staging.tar")
    assert outcome.steps == 5
    assert outcome.cases[SEALED].phase is Phase.PROD_ARMING
    assert len(outcome.imported) == 1


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_flipped_byte_is_found_in_its_record(log, scratch, data):
    offset = data.draw(st.integers(0, len(log) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != log[offset]))
    assert first(seen(scratch, log[:offset] + bytes([byte]) + log[offset + 1 :])) == line_of(log, offset)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_deleted_byte_is_found_in_its_record(log, scratch, data):
    offset = data.draw(st.integers(0, len(log) - 1))
    changed = log[:offset] + log[offset + 1 :]
    assume(changed != log)
    assert first(seen(scratch, changed)) == line_of(log, offset)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_an_inserted_byte_is_found_in_its_record(log, scratch, data):
    offset = data.draw(st.integers(0, len(log)))
    byte = data.draw(st.binary(min_size=1, max_size=3))
    named = first(seen(scratch, log[:offset] + byte + log[offset:]))
    assert named is not None
    assert named in {line_of(log, offset), line_of(log, offset) - 1, line_of(log, offset) + 1}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_deleted_doubled_or_moved_line_is_found_where_it_was(log, scratch, data):
    lines = log.splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 2))
    other = data.draw(st.integers(at + 1, len(lines) - 1))
    swapped = list(lines)
    swapped[at], swapped[other] = swapped[other], swapped[at]

    assert first(seen(scratch, b"".join(lines[:at] + lines[at + 1 :]))) == at + 1
    assert first(seen(scratch, b"".join(lines[: at + 1] + lines[at:]))) == at + 2
    assert first(seen(scratch, b"".join(swapped))) == at + 1


@pytest.mark.parametrize("last", range(1, 25))
def test_a_cut_end_is_seen_by_a_larger_checkpoint_and_by_nothing_else(log, proved, scratch, last):
    """The honest limit, as a test: a chain alone does not know how long it was."""
    cut = b"".join(log.splitlines(keepends=True)[:-last])
    note = next((proved / "staging" / "checkpoints").iterdir())
    alone = seen(scratch, cut)
    assert all("imports" in each.what for each in alone.findings)

    size = int(note.stem)
    outcome = verify(scratch, policies=POLICIES, notes=[note])
    short = cut.count(b"\n") < size
    assert any("was cut off" in each.what for each in outcome.findings) is short
    assert (outcome.exit_code == 1) is short


def test_a_writer_that_was_cut_off_is_incomplete_and_not_tampered(log, scratch):
    outcome = seen(scratch, log + b'{"actor":')
    assert outcome.exit_code == 2
    assert any("no end" in each.what for each in outcome.findings)


def rewritten(log: bytes, at: int, **body: object) -> bytes:
    """The chain as somebody who holds the disk would rewrite it: every later hash made to fit."""
    prev, lines = GENESIS, []
    for line in log.splitlines():
        record = Record.parse(line)
        draft = record.draft
        if record.seq == at:
            draft = replace(draft, body={**draft.body, **body})  # type: ignore[arg-type]
        record = Record.of(draft, seq=record.seq, ts_ns=record.ts_ns, prev=prev)
        prev = record.hash
        lines.append(record.line())
    return b"".join(lines)


def seq_of(log: bytes, type_: str, number: int = 0) -> int:
    return [r.seq for r in map(Record.parse, log.splitlines()) if r.type == type_][number]


def test_a_chain_rewritten_with_all_its_hashes_does_not_fit_its_checkpoint(log, scratch):
    outcome = seen(scratch, rewritten(log, seq_of(log, "gate.verdict"), reason="nicer"))
    named = next(each for each in outcome.findings if each.tampered)
    assert named.seq == seq_of(log, "checkpoint")
    assert "are not those that were signed" in named.what


def test_a_verdict_turned_around_after_the_last_checkpoint_leads_to_other_steps(log, scratch):
    at = seq_of(log, "transition", -1) - 1
    outcome = seen(scratch, rewritten(log, at, verdict="FAIL"))
    named = next(each for each in outcome.findings if each.tampered)
    assert "does not lead from COOLING_OFF to PROD_ARMING" in named.what


def test_an_approval_changed_after_the_last_checkpoint_has_a_false_signature(log, scratch):
    at = seq_of(log, "approval")
    outcome = seen(scratch, rewritten(log, at, note="and everything else"))
    assert [(each.seq, "does not fit" in each.what) for each in outcome.findings if each.tampered] == [(at, True)]


def test_a_step_that_was_not_due_is_found(tmp_path):
    stage = Stage(tmp_path)
    stage.to_approval()
    forged = Transition(Phase.AWAIT_APPROVAL, Phase.COOLING_OFF, 0, "approved", (), "sim", stage.clock.at_ns)
    record = stage.write("transition", forged.body())
    outcome = verify(tmp_path / "staging", policies=POLICIES)
    named = next(each for each in outcome.findings if each.tampered)
    assert named.seq == record.seq
    assert "no step was due" in named.what


def test_steps_are_not_believed_without_their_policy(tmp_path):
    stage = Stage(tmp_path)
    stage.to_approval()
    outcome = verify(tmp_path / "staging")
    assert outcome.exit_code == 2
    assert any("were not run again" in each.what for each in outcome.findings)


def test_a_changed_blob_and_a_missing_bundle_are_told(proved, tmp_path):
    copy = shutil.copytree(proved / "staging", tmp_path / "staging")
    imported = verify(copy).imported[0]
    blob = copy / "blobs" / imported
    data = blob.read_bytes()

    blob.write_bytes(data[:2000] + bytes([data[2000] ^ 1]) + data[2001:])
    assert verify(copy).exit_code == 1
    blob.unlink()
    outcome = verify(copy)
    assert outcome.exit_code == 2
    assert "imports is not here" in outcome.findings[0].what


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_byte_of_a_bundle_is_noticed_unless_it_is_padding(proved, scratch, data):
    bundle = (proved / "dev.tar").read_bytes()
    offset = data.draw(st.integers(0, len(bundle) - 1))
    assume(bundle[offset] != 0)
    changed = bundle[:offset] + bytes([bundle[offset] ^ 0x01]) + bundle[offset + 1 :]
    path = scratch.with_suffix(".tar")
    path.write_bytes(changed)
    assert verify(path).exit_code == 1 or _same_members(path, proved / "dev.tar")


def _same_members(path: Path, other: Path) -> bool:
    """A header field that says nothing about the content, such as a mode."""
    import tarfile

    with tarfile.open(path) as one, tarfile.open(other) as two:
        return [(m.name, one.extractfile(m).read()) for m in one] == [(m.name, two.extractfile(m).read()) for m in two]  # type: ignore[union-attr]


def test_one_key_signs_two_chains_of_one_size_and_is_caught(proved, tmp_path):
    stage, _ = through_dev(tmp_path)
    note = next((proved / "staging" / "checkpoints").iterdir()).read_text()
    kept = tmp_path / "kept.note"
    kept.write_text(note)
    assert verify(tmp_path / "dev", notes=[kept]).exit_code == 1
    assert stage.phase == "STG_DEPLOYING"


def test_nothing_to_verify_is_told(tmp_path):
    with pytest.raises(EvidenceFault, match="no bundle, no chain and no folder"):
        verify(tmp_path)


def test_what_is_no_bundle_is_told(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"not a tar")
    assert verify(tmp_path / "x.tar").exit_code == 1


def test_verification_asks_for_three_things_and_the_standard_library():
    told = (
        "import sys, json; before = set(sys.modules); import seatrial.release.verify;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    names = json.loads(subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout)
    strangers = set(names) - set(sys.stdlib_module_names) - {"seatrial", "rfc8785", "cryptography"}
    assert {name for name in strangers if not name.startswith("_")} == set()


def test_verification_of_ours_knows_the_release_and_the_domain_only():
    told = "import sys; import seatrial.release.verify; print(*[n for n in sys.modules if n.startswith('seatrial.')])"
    names = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert {name.split(".")[1] for name in names} == {"release", "domain"}


def test_a_key_that_nobody_added_signs_nothing(tmp_path):
    stage = Stage(tmp_path)
    stage.open()
    stage.write("resume", {"reason": "x"}, by="alice")
    outcome = verify(tmp_path / "staging", policies=POLICIES)
    assert "which nobody added" in next(each.what for each in outcome.findings if each.tampered)
    assert KEYS["alice"].id in str(outcome.findings[0]) + str(outcome.findings[-1])
