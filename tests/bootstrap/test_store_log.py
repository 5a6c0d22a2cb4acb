"""The log of the venues' store moves beside the loop, and nothing of it is lost or waits for it."""

from __future__ import annotations

import time
from pathlib import Path

from seatrial.bootstrap.store_log import StoreLog
from seatrial.emulators.store import Store

HEADER_BYTES = 4_096


def test_what_was_committed_moves_into_the_file_while_the_store_goes_on_writing(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    store = Store(path)
    records = store.venue("binance")
    log = StoreLog(path, pause_seconds=0.01)
    before, number = path.stat().st_size, 0

    while path.stat().st_size <= before + 64 * HEADER_BYTES:
        number += 1
        assert number < 100_000, "the log never moved"
        records.put_order(number, "a", f"c{number}", b"x" * 1_000)
        records.commit()
        time.sleep(0)
    log.close()
    store.close()

    assert len(Store(path).venue("binance").orders()) == number


def test_a_store_that_is_no_file_has_no_log_to_move() -> None:
    for path in (":memory:", ""):
        store = Store(path)

        StoreLog(path).close()

        store.close()
