import dataclasses
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journal.any_entries import int64
from tests.journal.journal_entries import bar_closed

from seatrial.domain.bars import Bar
from seatrial.domain.facts import BarClosed
from seatrial.domain.faults import JournalCorrupt
from seatrial.domain.ids import AccountId
from seatrial.journal import segments
from seatrial.journal.segments import Header, SegmentWriter, read_header, read_records, segment_path

HEADER = Header(number=7, first_seq=1, epoch="EPOCH", core_digest="core", settings_digest="settings")
BARS = [bar_closed(seq, symbol=symbol) for seq, symbol in enumerate(("AAPL", "SPY", "AAPL", "BTCUSDT"), 1)]

NUMBERS = [field.name for field in dataclasses.fields(Bar) if field.name != "symbol"]
names = st.text(st.characters(categories=["L", "N", "P"]), max_size=16)
any_bar = st.builds(Bar, symbol=names, **dict.fromkeys(NUMBERS, int64))
bars_that_fit = st.builds(BarClosed, account=names, bar=any_bar).filter(segments.fits)


def write(folder: Path, facts: list[BarClosed]) -> SegmentWriter:
    writer = SegmentWriter.create(folder, HEADER, sync=False)
    for seq, fact in enumerate(facts, 1):
        writer.append(seq, fact)
    writer.close()
    return writer


def test_a_segment_says_who_wrote_it(tmp_path: Path) -> None:
    write(tmp_path, [])

    assert read_header(segment_path(tmp_path, 7)) == HEADER


def test_bars_come_back_in_order_with_their_numbers(tmp_path: Path) -> None:
    writer = write(tmp_path, BARS)

    records = list(read_records(writer.path, writer.offset))

    assert [record.fact for record in records] == BARS
    assert [record.seq for record in records] == [1, 2, 3, 4]
    assert records[-1].end_offset == writer.offset == writer.path.stat().st_size


@settings(max_examples=50)
@given(st.lists(bars_that_fit, max_size=8))
def test_any_bar_that_fits_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, facts: list[BarClosed]) -> None:
    writer = write(tmp_path_factory.mktemp("segment"), facts)

    assert [record.fact for record in read_records(writer.path)] == facts


def test_a_bar_that_fits_no_record_is_known_beforehand() -> None:
    assert not segments.fits(replace(BARS[0], account=AccountId("a" * 65)))
    assert not segments.fits(replace(BARS[0], bar=replace(BARS[0].bar, volume_units=2**63)))


def test_a_tail_torn_at_any_byte_ends_at_the_last_whole_record(tmp_path: Path) -> None:
    writer = write(tmp_path, BARS)
    whole = writer.path.read_bytes()
    ends = [record.end_offset for record in read_records(writer.path)]

    for size in range(segments.HEADER_BYTES, len(whole)):
        writer.path.write_bytes(whole[:size])
        assert [record.end_offset for record in read_records(writer.path)] == [end for end in ends if end <= size]


def test_a_flipped_bit_before_the_end_is_corrupt(tmp_path: Path) -> None:
    writer = write(tmp_path, BARS)
    damaged = bytearray(writer.path.read_bytes())
    damaged[-200] ^= 1
    writer.path.write_bytes(damaged)

    with pytest.raises(JournalCorrupt, match="damaged at byte"):
        list(read_records(writer.path, writer.offset))


@pytest.mark.parametrize("damage", [b"", b"x" * 100, b"x" * 2000])
def test_a_file_that_is_no_segment_is_corrupt(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(damage)

    with pytest.raises(JournalCorrupt):
        read_header(path)
