"""Measured latencies of orders: a Parquet file of when each was sent, taken by the venue, and heard of."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import DataFault, NoData

COLUMNS = ("sent_ns", "taken_ns", "heard_ns")


def latency_rows(path: Path) -> NDArray[np.int64]:
    """Rows (sent, there, back) in nanoseconds, in order of sending.

    Raises:
        NoData: no such file, or no row.
        DataFault: no Parquet file, a column is missing, or an order is heard of before it was sent.
    """
    if not path.is_file():
        raise NoData(f"{path}: there is no such file")
    try:
        cells = duckdb.execute(
            f"SELECT {', '.join(COLUMNS)} FROM read_parquet(?) ORDER BY sent_ns", [str(path)]
        ).fetchnumpy()
    except duckdb.Error as fault:
        raise DataFault(f"{path}: needs the columns {', '.join(COLUMNS)}: {str(fault).splitlines()[0]}") from fault
    sent, taken, heard = (np.ma.filled(cells[name], 0).astype(np.int64) for name in COLUMNS)
    if not len(sent):
        raise NoData(f"{path}: there is not one order in it")
    broken = (sent <= 0) | (taken < sent) | (heard < taken) | (np.diff(sent, prepend=sent[0] - 1) <= 0)
    if broken.any():
        at = int(np.argmax(broken))
        raise DataFault(
            f"{path}: the order sent at {int(sent[at])} breaks a rule: sent, taken and heard follow each other, "
            "and no two orders are sent at once"
        )
    return np.stack([sent, taken - sent, heard - taken], axis=1)
