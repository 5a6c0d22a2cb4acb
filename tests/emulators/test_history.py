"""A history is whole up to its bound, wherever the older part of it lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seatrial.domain.time import Instant
from seatrial.emulators import history as rooms
from seatrial.emulators.archive import Archive
from seatrial.emulators.history import History


class Still:
    """A clock that stands."""

    def now_ns(self) -> Instant:
        return Instant(7)


def test_what_left_memory_is_told_as_it_was_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rooms, "PAGE_OPERATIONS", 4)
    monkeypatch.setattr(rooms, "AT_HAND_MAX", 8)
    monkeypatch.setattr(rooms, "OPERATIONS_MAX", 20)
    history = History(Still(), tmp_path / "operations.jsonl")

    for number in range(1, 31):
        history.event("alice", f"event {number}", json.dumps({"number": number}).encode())

    told = history.operations
    assert [one.seq for one in told] == list(range(told[0].seq, 31))
    assert 12 <= len(told) <= 20
    assert [one.seq for one in history.since(27)] == [28, 29, 30]
    assert [one.what for one in history.since(18)] == [f"event {number}" for number in range(19, 31)]
    assert {json.loads(json.dumps(one.data))["number"] for one in told[:4]} == {one.seq for one in told[:4]}
    assert history.count == 30
    lines = (tmp_path / "operations.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, 31))
    history.close()


def test_an_archive_forgets_its_oldest_page() -> None:
    archive = Archive(2)
    for last in (10, 20, 30):
        archive.put(last, b"%d" % last)

    assert list(archive.since(0)) == [b"20", b"30"]
    assert list(archive.since(20)) == [b"30"]
    archive.close()
