"""What every journal promises, on SQLite and on PostgreSQL alike."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journal.any_entries import any_effect, any_fact
from tests.journal.conftest import OpenJournal
from tests.journal.journal_entries import bar_closed, entries_of

from seatrial.domain.effects import Alert, Effect
from seatrial.domain.facts import Fact, Timer
from seatrial.domain.faults import JournalCorrupt, JournalFault, JournalFenced
from seatrial.journal.durable import DurableJournal
from seatrial.journal.port import Entry, Snapshot


def commit(journal: DurableJournal, entries: list[Entry]) -> None:
    asyncio.run(journal.commit(entries))


def test_what_was_committed_is_replayed_exactly(open_journal: OpenJournal) -> None:
    journal = open_journal()
    entries = entries_of(1, 200)

    for start in range(0, 200, 7):
        commit(journal, entries[start : start + 7])

    assert list(journal.replay()) == entries
    assert journal.last_seq == 200
    for first in (2, 100, 200, 201):
        assert list(journal.replay(first)) == entries[first - 1 :]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.tuples(any_fact, st.lists(any_effect, max_size=2)), max_size=5))
def test_any_entry_is_replayed_exactly(open_journal: OpenJournal, steps: list[tuple[Fact, list[Effect]]]) -> None:
    journal = open_journal()
    first = journal.last_seq + 1
    entries = [Entry(seq, fact, tuple(effects)) for seq, (fact, effects) in enumerate(steps, first)]

    commit(journal, entries)
    journal.abandon()

    assert list(open_journal().replay(first)) == entries


def test_the_next_opening_goes_on_where_the_last_one_died(open_journal: OpenJournal) -> None:
    entries = entries_of(2, 90)
    for generation in range(3):
        journal = open_journal(owner=f"generation {generation}")
        assert journal.last_seq == generation * 30
        commit(journal, entries[generation * 30 : generation * 30 + 30])
        journal.abandon()

    journal = open_journal(owner="reader")

    assert list(journal.replay()) == entries
    assert list(journal.replay(45)) == entries[44:]
    assert journal.epoch == "EPOCH"


def test_a_group_commit_answers_in_order_and_keeps_the_order(open_journal: OpenJournal) -> None:
    journal = open_journal(inline=False)
    entries = entries_of(3, 300)
    answered: list[int] = []

    async def one(entry: Entry) -> None:
        await journal.commit([entry])
        answered.append(entry.seq)

    async def all_at_once() -> None:
        await asyncio.gather(*(one(entry) for entry in entries))
        await journal.close()

    asyncio.run(all_at_once())

    # A bar that follows nothing unwritten is answered at once, everything else in its turn.
    assert answered == sorted(answered)
    assert list(open_journal().replay()) == entries


def test_a_gap_is_refused_and_changes_nothing(open_journal: OpenJournal) -> None:
    journal = open_journal()
    commit(journal, entries_of(4, 3))

    for first in (3, 5):
        with pytest.raises(JournalCorrupt, match="does not follow"):
            commit(journal, entries_of(4, 2, first=first))
    with pytest.raises(JournalCorrupt):
        commit(journal, [Entry(4, Timer(4)), Entry(6, Timer(6))])
    commit(journal, entries_of(4, 2, first=4))

    assert list(journal.replay()) == entries_of(4, 5)


@pytest.mark.parametrize("inline", [True, False])
def test_a_newer_owner_fences_the_older_out(open_journal: OpenJournal, inline: bool) -> None:
    older = open_journal(owner="older", inline=inline)
    commit(older, entries_of(5, 10))
    newer = open_journal(owner="newer", inline=inline)

    with pytest.raises(JournalFenced, match="newer has opened"):
        commit(older, [Entry(11, Timer(11))])
    with pytest.raises(JournalFenced):
        commit(older, [Entry(11, bar_closed(11))])
    commit(newer, entries_of(5, 5, first=11))

    assert list(newer.replay()) == entries_of(5, 15)


def test_bars_a_fenced_process_still_writes_are_nobodys(open_journal: OpenJournal) -> None:
    older = open_journal(owner="older")
    commit(older, entries_of(6, 10))
    newer = open_journal(owner="newer")

    commit(older, [Entry(11, bar_closed(999))])
    commit(newer, entries_of(6, 3, first=11))

    assert list(newer.replay()) == entries_of(6, 13)


def test_bars_behind_the_last_row_are_kept_and_a_torn_one_is_not(
    open_journal: OpenJournal, segment_files: Callable[[], list[Path]]
) -> None:
    journal = open_journal()
    entries = [Entry(1, Timer(1)), Entry(2, bar_closed(2)), Entry(3, bar_closed(3))]
    commit(journal, entries)
    journal.abandon()
    file = segment_files()[-1]
    file.write_bytes(file.read_bytes()[:-5])

    again = open_journal()

    assert again.last_seq == 2
    commit(again, [Entry(3, Timer(33))])
    assert list(again.replay()) == [*entries[:2], Entry(3, Timer(33))]


def test_bars_that_follow_a_row_that_never_was_are_left_out(open_journal: OpenJournal) -> None:
    journal = open_journal()
    commit(journal, [Entry(1, bar_closed(1))])
    journal._segment.append(3, bar_closed(3))  # entry 2 was a row, and the process died before its commit
    journal.abandon()

    again = open_journal()

    assert again.last_seq == 1
    commit(again, [Entry(2, Timer(2))])
    assert list(again.replay()) == [Entry(1, bar_closed(1)), Entry(2, Timer(2))]


def test_a_lost_segment_is_corrupt_and_named(
    open_journal: OpenJournal, segment_files: Callable[[], list[Path]]
) -> None:
    journal = open_journal()
    commit(journal, [Entry(1, bar_closed(1)), Entry(2, Timer(2))])
    journal.abandon()
    file = segment_files()[-1]
    whole = file.read_bytes()

    file.write_bytes(whole[:-96])
    with pytest.raises(JournalCorrupt, match=r"00000001\.market ends at byte"):
        open_journal()
    file.unlink()
    with pytest.raises(JournalCorrupt, match=r"00000001\.market cannot be read"):
        open_journal()
    file.write_bytes(whole)
    assert open_journal().last_seq == 2


def test_a_row_that_was_taken_out_is_corrupt(open_journal: OpenJournal) -> None:
    journal = open_journal()
    commit(journal, [Entry(seq, Timer(seq)) for seq in range(1, 6)])
    journal._database.execute("DELETE FROM entries WHERE seq = 3")

    with pytest.raises(JournalCorrupt, match="entry 3 is missing"):
        list(journal.replay())


def test_new_code_or_settings_ask_for_a_snapshot_first(open_journal: OpenJournal) -> None:
    first = open_journal(owner="1")
    assert not first.snapshot_due
    commit(first, entries_of(7, 10))

    assert not open_journal(owner="2").snapshot_due
    assert open_journal(owner="3", core="core-2").snapshot_due
    changed = open_journal(owner="4", core="core-2")
    assert changed.snapshot_due, "an opening that never saved its snapshot still owes it"
    changed.save_snapshot(10, "fingerprint", b"\x00state")
    assert not changed.snapshot_due
    assert not open_journal(owner="5", core="core-2").snapshot_due
    assert open_journal(owner="6", core="core-2", settings="settings-2").snapshot_due


def test_a_snapshot_is_found_by_what_came_before(open_journal: OpenJournal) -> None:
    journal = open_journal()
    commit(journal, entries_of(8, 20))
    journal.save_snapshot(5, "five", b"5")
    journal.save_snapshot(12, "old", b"?")
    journal.save_snapshot(12, "twelve", bytes(range(256)))

    assert journal.snapshot_before(5) is None
    assert journal.snapshot_before(12) == Snapshot(5, "five", b"5")
    assert journal.snapshot_before(99) == Snapshot(12, "twelve", bytes(range(256)))
    with pytest.raises(JournalFault):
        journal.save_snapshot(21, "future", b"")


@pytest.mark.parametrize("inline", [True, False])
def test_a_closed_journal_takes_nothing(open_journal: OpenJournal, inline: bool) -> None:
    journal = open_journal(inline=inline)
    asyncio.run(journal.close())

    with pytest.raises(JournalFault, match="closed"):
        commit(journal, [Entry(1, Timer(1))])


@pytest.mark.parametrize("inline", [True, False])
def test_after_a_failed_commit_nothing_is_taken_any_more(open_journal: OpenJournal, inline: bool) -> None:
    journal = open_journal(inline=inline)
    commit(journal, [Entry(1, Timer(1))])
    journal._database.close()

    for entry in (Entry(2, Timer(2)), Entry(3, bar_closed(3)), Entry(3, Timer(3))):
        with pytest.raises(JournalFault):
            commit(journal, [entry])
    again = open_journal()
    assert list(again.replay()) == [Entry(1, Timer(1))]


def test_a_bar_with_effects_keeps_them(open_journal: OpenJournal) -> None:
    journal = open_journal()
    entries = [Entry(1, bar_closed(1), (Alert("a", "b", 1),)), Entry(2, bar_closed(2)), Entry(3, Timer(3))]

    commit(journal, entries)

    assert list(journal.replay()) == entries


def test_a_name_too_long_for_a_record_is_stored_all_the_same(open_journal: OpenJournal) -> None:
    journal = open_journal()
    entries = [Entry(1, bar_closed(1, symbol="L" * 100)), Entry(2, bar_closed(2))]

    commit(journal, entries)

    assert list(journal.replay()) == entries
