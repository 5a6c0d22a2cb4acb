"""Keys, checkpoints and signed records."""

from __future__ import annotations

import pytest
from tests.release.world import KEYS, RELEASE

from seatrial.domain.faults import EvidenceFault
from seatrial.release.checkpoint import Checkpoint, opened
from seatrial.release.keys import Keyring, PublicKey, SigningKey
from seatrial.release.record import Actor, Draft
from seatrial.release.signing import signed, signer_of
from seatrial.release.verdict import ClockKind, VenueKind

ALICE = KEYS["alice"]
POINT = Checkpoint("seatrial/staging", 42, bytes(range(32)))


def ring(**more: int) -> Keyring:
    keys = Keyring()
    keys.add(PublicKey(ALICE.id, "alice", ALICE.public, ("risk",), 100, **more))
    return keys


def approval(release: str = RELEASE) -> Draft:
    body = {"root": "x", "size": 3}
    return Draft(
        "approval", release, RELEASE, "staging", Actor("human", "alice"), body, ClockKind.WALL, VenueKind.PAPER
    )


def test_a_checkpoint_is_a_signed_note_that_others_read():
    note = POINT.note(ALICE, "alice")
    assert note.startswith("seatrial/staging\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— alice ")
    assert opened(note, ring(), 100) == (POINT, (ring().all()[0],))


@pytest.mark.parametrize("change", [("42", "43"), ("staging", "prod"), ("AAEC", "AAED")])
def test_a_changed_note_does_not_fit_its_signature(change):
    with pytest.raises(EvidenceFault, match="does not fit"):
        opened(POINT.note(ALICE, "alice").replace(*change), ring(), 100)


@pytest.mark.parametrize("at_ns", [99, 200, 201])
def test_a_key_counts_in_its_time_only(at_ns):
    with pytest.raises(EvidenceFault, match="no key known and valid"):
        opened(POINT.note(ALICE, "alice"), ring(valid_to_ns=200), at_ns)


def test_strangers_are_left_out_and_alone_do_not_count():
    with pytest.raises(EvidenceFault, match="no key known"):
        opened(POINT.note(KEYS["bob"], "bob"), ring(), 100)


@pytest.mark.parametrize("text", ["", "a\n1\n", "a\n01\nAA==\n", "a\n1\nAA==\n", "a\n1\nAAAA\nmore\n"])
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(EvidenceFault):
        Checkpoint.parse(text)


def test_a_signed_record_names_its_signer():
    assert signer_of(signed(approval(), ALICE), ring(), 100).owner == "alice"


def test_a_signature_for_one_release_is_worth_nothing_for_another():
    stolen = signed(approval(), ALICE)
    other = approval("sha256:" + "cd" * 32)
    moved = Draft(
        other.type, other.release, other.policy, other.env, stolen.actor, stolen.body, other.clock, other.venue
    )
    with pytest.raises(EvidenceFault, match="does not fit"):
        signer_of(moved, ring(), 100)


def test_a_revoked_key_signs_no_more_and_cannot_come_back():
    keys = ring()
    keys.revoke(ALICE.id, 150)
    assert signer_of(signed(approval(), ALICE), keys, 149).owner == "alice"
    with pytest.raises(EvidenceFault, match="not valid"):
        signer_of(signed(approval(), ALICE), keys, 150)
    with pytest.raises(EvidenceFault, match="added before"):
        keys.add(PublicKey(ALICE.id, "alice", ALICE.public, (), 0))


def test_a_private_key_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "alice.key"
    ALICE.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert SigningKey.load(path).id == ALICE.id
    with pytest.raises(EvidenceFault, match="not written"):
        ALICE.save(path)
    path.chmod(0o644)
    with pytest.raises(EvidenceFault, match="chmod 600"):
        SigningKey.load(path)


def test_a_key_does_not_show_its_secret():
    import base64

    assert base64.b64encode(b"\x01" * 32).decode() not in repr(ALICE) + str(vars(ring().all()[0].__class__))


def test_a_public_key_survives_its_record_and_must_be_what_it_says():
    key = ring(valid_to_ns=200).all()[0]
    assert PublicKey.parse(key.body()) == key
    with pytest.raises(EvidenceFault, match="not what it says"):
        PublicKey.parse({**key.body(), "key": KEYS["bob"].id})
