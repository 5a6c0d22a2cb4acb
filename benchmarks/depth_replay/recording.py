"""The recorded Binance spot book of BTCUSDT as events, repeated until there are enough.

Prepared once by our side and kept as a numpy file, so that every contender reads the same events. Each
repetition begins with a CLEAR and the snapshot, and is shifted in time behind the one before.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

# The layout of `core.depth` events.
KIND, AT, SIDE, TICK, LOTS = range(5)
DEPTH, TRADE, CLEAR = 1, 2, 3

TICKS_PER_UNIT = 100
LOTS_PER_UNIT = 100_000
LOW_TICK = 59_800 * TICKS_PER_UNIT
WINDOW = 4_000 * TICKS_PER_UNIT

INTERVAL_NS = 100_000_000
LATENCY_NS = 10_000_000
OFFSET_TICKS = 0
ORDER_LOTS = 1_000
POSITION_LOTS_MAX = 20_000

PREPARED = "depth_events.npy"


def events_of(cache: str, count: int) -> Int64Array:
    """The first `count` events of the endless repetition."""
    once = np.load(Path(cache) / PREPARED)
    span_ns = once[-1, AT] - once[0, AT] + 1_000_000_000
    turns = -(-count // len(once))
    tiles = np.tile(once, (turns, 1))
    tiles[:, AT] += np.repeat(np.arange(turns) * span_ns, len(once))
    return tiles[:count]


def prepare(data: str, cache: str) -> None:
    """Read the recording once."""
    target = Path(cache) / PREPARED
    if target.exists():
        return
    import duckdb

    folder = Path(data) / "crypto"
    side = "CASE side WHEN 'bid' THEN 1 WHEN 'buy' THEN 1 ELSE -1 END"
    columns = (
        f"epoch_ns(ts), {side}, round(price * {TICKS_PER_UNIT})::BIGINT, ceil(size * {LOTS_PER_UNIT} - 1e-6)::BIGINT"
    )
    depth = f"'{folder / 'depth_binance_spot_BTCUSDT.parquet'}'"
    trades = f"'{folder / 'trades_binance_spot_BTCUSDT.parquet'}'"
    snapshot_id = f"(SELECT max(last_update_id) FROM {depth} WHERE is_snapshot)"
    query = f"""
        SELECT 1, {columns}, 0 AS rank, file_row_number AS place FROM read_parquet({depth}, file_row_number=true)
            WHERE is_snapshot
        UNION ALL SELECT 1, {columns}, 1, file_row_number FROM read_parquet({depth}, file_row_number=true)
            WHERE NOT is_snapshot AND last_update_id > {snapshot_id}
        UNION ALL SELECT 2, {columns}, 1, file_row_number FROM read_parquet({trades}, file_row_number=true)
    """
    found = duckdb.connect().execute(query).fetchnumpy()
    kind, at, sides, ticks, lots, rank, place = (np.asarray(column, dtype=np.int64) for column in found.values())
    begins = at[rank == 0].max()
    kept = (rank == 0) | (at >= begins)
    order = np.lexsort((place[kept], kind[kept], np.where(rank, at, begins)[kept]))
    rows = np.stack([kind, np.where(rank, at, begins), sides, ticks, lots], axis=1)[kept][order]
    first = np.array([[CLEAR, begins, 0, 0, 0]], dtype=np.int64)
    np.save(target, np.concatenate([first, rows]))
