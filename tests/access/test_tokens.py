"""Tokens: the text opens one record and no other, and a token that has ended stays ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import BadSetting
from seatrial.domain.time import DAY_NS, HOUR_NS, rfc3339
from seatrial.services.access.scopes import Scope
from seatrial.services.access.token_file import TokenFile
from seatrial.services.access.token_records import read_tokens, write_tokens
from seatrial.services.access.tokens import SKEW_NS_MAX, Minted, Rejection, TokenBook, TokenRecord, mint

NOW_NS = 1_700_000_000 * 10**9
LIFE_NS = 90 * DAY_NS
ids = st.binary(min_size=4, max_size=4)
secrets = st.binary(min_size=32, max_size=32)
scopes = st.sets(st.sampled_from(list(Scope)), min_size=1)
instants = st.integers(NOW_NS - 10 * LIFE_NS, NOW_NS + 10 * LIFE_NS)


def minted(
    token_id: bytes = b"\x01\x02\x03\x04", secret: bytes = b"\x07" * 32, scopes: set[Scope] | None = None
) -> Minted:
    return mint("anna", scopes or {Scope.TRADER}, now_ns=NOW_NS, life_ns=LIFE_NS, token_id=token_id, secret=secret)


def revoked(record: TokenRecord) -> TokenRecord:
    return TokenRecord(
        **{name: getattr(record, name) for name in record.__struct_fields__} | {"revoked_at": rfc3339(NOW_NS)}
    )


@given(ids, secrets, scopes)
def test_a_token_opens_its_own_record_with_its_own_scopes(token_id: bytes, secret: bytes, held: set[Scope]) -> None:
    made = minted(token_id, secret, held)
    found = TokenBook([made.record]).verify(made.text, NOW_NS)
    assert isinstance(found, TokenRecord)
    assert set(found.scopes) == held


@given(ids, secrets, ids, secrets)
def test_no_two_tokens_open_each_others_record(one: bytes, first: bytes, other: bytes, second: bytes) -> None:
    mine, theirs = minted(one, first), minted(other, second)
    found = TokenBook([mine.record]).verify(theirs.text, NOW_NS)
    assert (found == mine.record) == (mine.text == theirs.text)


@given(secrets)
def test_a_hash_is_worth_nothing_under_another_id(secret: bytes) -> None:
    made, other = minted(b"\x01" * 4, secret), minted(b"\x02" * 4, secret)
    assert made.record.hash != other.record.hash


@given(st.text(max_size=100) | st.from_regex(r"st_[0-9a-f]{8}_[0-9a-f]{63,65}", fullmatch=True))
def test_no_other_text_opens_anything(text: str) -> None:
    made = minted()
    assert text == made.text or isinstance(TokenBook([made.record]).verify(text, NOW_NS), Rejection)


@given(instants)
def test_a_token_is_good_within_its_life_only(now_ns: int) -> None:
    found = TokenBook([minted().record]).verify(minted().text, now_ns)
    within = NOW_NS - SKEW_NS_MAX <= now_ns < NOW_NS + LIFE_NS
    assert isinstance(found, TokenRecord) == within


@given(instants)
def test_a_revoked_token_is_good_at_no_time_whatever_the_clock_says(now_ns: int) -> None:
    book = TokenBook([revoked(minted().record)])
    assert book.verify(minted().text, now_ns) is Rejection.REVOKED


def test_the_secret_is_nowhere_in_what_is_kept(tmp_path: Path) -> None:
    made = minted()
    write_tokens(tmp_path / "tokens.json", [made.record])
    kept = (tmp_path / "tokens.json").read_text()
    assert made.text.rpartition("_")[2] not in kept
    assert (tmp_path / "tokens.json").stat().st_mode & 0o777 == 0o600


def test_a_file_that_changes_is_read_again_even_within_one_tick_of_its_time(tmp_path: Path) -> None:
    path, made = tmp_path / "tokens.json", minted()
    file = TokenFile(path)
    assert file.book().records == []
    write_tokens(path, [made.record])
    stamp = path.stat()
    assert file.book().verify(made.text, NOW_NS) == made.record
    write_tokens(path, [revoked(made.record)])
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert file.book().verify(made.text, NOW_NS) is Rejection.REVOKED


@pytest.mark.parametrize("bad", [b"", b"{", b'{"tokens":[{}]}', b'{"tokens":[],"more":1}'])
def test_a_file_that_cannot_be_understood_admits_nobody(tmp_path: Path, bad: bytes) -> None:
    path, made = tmp_path / "tokens.json", minted()
    write_tokens(path, [made.record])
    file = TokenFile(path)
    assert file.book().records == [made.record]
    path.write_bytes(bad)
    assert file.book().verify(made.text, NOW_NS + HOUR_NS) is Rejection.UNKNOWN
    with pytest.raises(BadSetting, match="not a token file"):
        read_tokens(path)


def test_a_file_that_others_can_read_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    write_tokens(path, [minted().record])
    path.chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        read_tokens(path)
