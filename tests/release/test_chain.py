"""The chain on disk: what is acknowledged stays, what was torn is told, and two may write at once."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from tests.release.world import DAEMON, HandClock

from seatrial.domain.faults import EvidenceFault, EvidenceMoved
from seatrial.domain.time import SECOND_NS
from seatrial.release.chain import Chain
from seatrial.release.record import GENESIS, Draft, Record
from seatrial.release.verdict import ClockKind, VenueKind

EACH = 40


def draft(text: str = "seen", stage: str = "staging") -> Draft:
    body = {"what": text, "odd": 'a "quote", ü, \u2028 and ,"hash":"sha256:' + "0" * 64 + '"'}
    return Draft("measurement", None, None, stage, DAEMON, body, ClockKind.WALL, VenueKind.PAPER)


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return Chain(tmp_path, "staging", HandClock())


def test_records_follow_each_other_without_gaps(chain):
    written = [chain.append(draft(str(at))) for at in range(5)]

    assert list(chain.read()) == written
    assert [record.seq for record in written] == [1, 2, 3, 4, 5]
    assert [record.prev for record in written] == [GENESIS, *(record.hash for record in written[:-1])]
    assert list(chain.read(after_seq=3)) == written[3:]
    assert chain.last() == written[-1]


def test_an_absent_chain_is_empty(chain):
    assert list(chain.read()) == []
    assert chain.last() is None


def test_a_record_survives_its_line(chain):
    record = chain.append(draft())
    assert Record.parse(record.line()) == record


def test_a_reader_goes_on_where_it_stood(chain):
    chain.append(draft("first"))
    place = [place for _, place in chain.follow()][-1]
    second = chain.append(draft("second"))
    assert [record for record, _ in chain.follow(place)] == [second]


def test_a_decision_is_written_on_the_evidence_it_was_made_on(chain):
    chain.append(draft(), after_seq=0)
    with pytest.raises(EvidenceMoved):
        chain.append(draft(), after_seq=0)
    assert chain.append(draft(), after_seq=1).seq == 2


def test_a_torn_tail_is_moved_aside_and_told(chain):
    chain.append(draft("whole"))
    with chain.path.open("ab") as file:
        file.write(b'{"actor":{"id":"cut o')

    assert [record.seq for record in chain.read()] == [1]
    assert chain.append(draft("next")).seq == 3
    told = list(chain.read())[1]
    assert told.type == "chain.repaired"
    assert (chain.folder / str(told.body["file"])).read_bytes() == b'{"actor":{"id":"cut o'


def test_a_last_line_that_does_not_read_stops_the_writer(chain):
    chain.append(draft())
    chain.path.write_bytes(chain.path.read_bytes().replace(b"seen", b"sean"))
    with pytest.raises(EvidenceFault, match="last line does not read"):
        chain.append(draft())


def test_two_processes_write_one_chain(chain):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(chain, str(at))) for at in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0

    texts = [str(record.body["what"]) for record in chain.read()]
    assert len(texts) == 2 * EACH
    assert [text for text in texts if text == "0"] == ["0"] * EACH


def _write(chain: Chain, text: str) -> None:
    for _ in range(EACH):
        chain.append(draft(text))


def test_the_clock_may_be_set_right_a_little_and_not_more(chain):
    clock = chain._clock
    first = chain.append(draft())
    clock.forward(-3 * SECOND_NS)
    assert chain.append(draft()).ts_ns == first.ts_ns
    clock.forward(-3 * SECOND_NS)
    with pytest.raises(EvidenceFault, match="set the clock right"):
        chain.append(draft())


def test_a_record_of_another_stage_is_refused(chain):
    with pytest.raises(EvidenceFault, match="does not go into the chain"):
        chain.append(draft(stage="prod"))


def test_a_record_has_a_bound(chain):
    with pytest.raises(EvidenceFault, match="keep the rest as a blob"):
        chain.append(draft("x" * (1 << 20)))
    assert chain.last() is None


def test_floats_do_not_enter(chain):
    wrong = Draft("measurement", None, None, "staging", DAEMON, {"price": 1.5}, ClockKind.WALL, VenueKind.PAPER)  # type: ignore[dict-item]
    with pytest.raises(EvidenceFault, match="floats"):
        chain.append(wrong)


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "staging").write_text("a file is in the way")
    with pytest.raises(EvidenceFault, match="cannot be opened"):
        Chain(tmp_path, "staging", HandClock()).append(draft())


def test_a_blob_is_kept_under_its_digest(chain):
    name = chain.keep_blob(b"fills")
    assert (chain.folder / "blobs" / name).read_bytes() == b"fills"
    assert not [each for each in os.listdir(chain.folder / "blobs") if each.startswith(".")]
