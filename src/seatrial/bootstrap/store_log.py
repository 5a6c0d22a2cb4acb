"""The log of the venues' store moves into its file beside the event loop: an order never waits for it.

What a commit writes is safe in the log at once. Moving it into the file is what SQLite does inside some commit as soon
as the log is long, tens of milliseconds of a turn; here a thread with a connection of its own does it before that. It
takes no lock that a commit wants and reads no row: the ledger still has one owner.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

PAUSE_SECONDS = 1.0
ROUNDS_MAX = 3  # what was committed meanwhile is moved too; once nothing is left, the log begins anew


class StoreLog:
    """Moves the log of one store until `close`. A store in memory, or one that nobody sees, has no log to move."""

    def __init__(self, path: Path | str, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._path = path
        self._pause_seconds = pause_seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store log", daemon=True)
        if isinstance(path, Path):
            self._thread.start()

    def close(self) -> None:
        """Stop; the file is nobody's but the store's again."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(str(self._path), isolation_level=None)
        try:
            while not self._closing.wait(self._pause_seconds):
                for _ in range(ROUNDS_MAX):
                    _, logged, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                    if logged == moved:
                        break
        finally:
            connection.close()
