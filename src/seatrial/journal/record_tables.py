"""The tables `runs` and `signals`: what rooms beside the order path want to remember. Nothing there is ever read back
to decide on an order, and a failure here stops no trading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from seatrial.journal.database import Database


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run; `body` is all of it as JSON. Times as RFC 3339: `decided_at` market time, the others our own clock's."""

    run_id: str
    strategy: str
    account: str
    decided_at: str
    started_at: str
    completed_at: str
    status: str
    reason: str | None
    body: str


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal; `body` is all of it as JSON. `decided_at` is market time."""

    signal_id: str
    strategy: str
    account: str
    symbol: str
    decided_at: str
    action: str
    body: str


def keep_runs(database: Database, rows: Sequence[RunRow]) -> None:
    """Store runs, replacing what is stored of the same ones."""
    with database.transaction():
        database.execute_many(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET"
            " started_at = excluded.started_at, completed_at = excluded.completed_at,"
            " status = excluded.status, reason = excluded.reason, body = excluded.body",
            [astuple(row) for row in rows],
        )


def newest_runs(database: Database, limit: int) -> list[str]:
    """The bodies of the newest runs by our own clock, oldest first."""
    rows = database.read("SELECT body FROM runs ORDER BY started_at DESC, run_id DESC LIMIT ?", (limit,))
    return [str(body) for (body,) in reversed(rows)]


def keep_signals(database: Database, rows: Sequence[SignalRow]) -> None:
    """Store signals; one that is stored already stays as it was."""
    with database.transaction():
        database.execute_many(
            "INSERT INTO signals VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (signal_id) DO NOTHING",
            [astuple(row) for row in rows],
        )
