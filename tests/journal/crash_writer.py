"""The process the crash test kills: commits a seeded stream for ever and says what was acknowledged.

python -m tests.journal.crash_writer SEED OWNER sqlite  PATH
python -m tests.journal.crash_writer SEED OWNER postgres FOLDER URL SCHEMA
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from tests.journal.journal_entries import entries_of

from seatrial.domain.ids import JournalEpoch
from seatrial.journal.durable import DurableJournal
from seatrial.journal.port import Opening
from seatrial.journal.sqlite import SqliteJournal

IN_FLIGHT_MAX = 8


def open_by(arguments: list[str]) -> tuple[int, str, DurableJournal]:
    """The journal the command line names."""
    seed, owner, kind, place, *server = arguments
    opening = Opening(owner, JournalEpoch("EPOCH"), "core", "settings")
    if kind == "sqlite":
        return int(seed), owner, SqliteJournal.open(Path(place), opening)
    from seatrial.journal.postgres import PostgresJournal  # slow to import, and most writers write to SQLite

    return int(seed), owner, PostgresJournal.open(server[0], Path(place), opening, schema=server[1])


async def write_for_ever(seed: int, owner: str, journal: DurableJournal) -> None:
    """Several commits in flight at once, as the order path has them; each says its last entry when it is durable."""
    dice = random.Random(f"{seed}/{owner}")
    flights = asyncio.Semaphore(IN_FLIGHT_MAX)

    async def one(first: int, count: int) -> None:
        await journal.commit(entries_of(seed, count, first))
        flights.release()
        print(first + count - 1, flush=True)

    async with asyncio.TaskGroup() as group:
        while True:
            await flights.acquire()
            count = dice.randrange(1, 6)
            group.create_task(one(journal.last_seq + 1, count))
            await asyncio.sleep(0)  # the task runs up to its first wait, which accepts its entries


if __name__ == "__main__":
    asyncio.run(write_for_ever(*open_by(sys.argv[1:])))
