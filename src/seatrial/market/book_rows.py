"""What is heard of a book as rows of `quotes` and `depth`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seatrial.domain.instrument import Instrument
from seatrial.market.shapes import MISSING

Level = tuple[int, int]  # price and quantity, in whole units


def quote_row(bid: Level, ask: Level, update_id: int, received_ns: int, instrument: Instrument) -> dict[str, float]:
    """Best prices. A venue that tells no time of them is stamped with the receipt."""
    price, size = instrument.price_scale, instrument.qty_scale
    return {
        "ts": received_ns,
        "bid": bid[0] / price,
        "bid_size": bid[1] / size,
        "ask": ask[0] / price,
        "ask_size": ask[1] / size,
        "recv_ts": received_ns,
        "update_id": update_id,
    }


def depth_rows(
    bids: Sequence[Level],
    asks: Sequence[Level],
    *,
    at_ns: int | None,
    first_id: int,
    last_id: int,
    is_snapshot: bool,
    received_ns: int,
    instrument: Instrument,
) -> Iterator[dict[str, float]]:
    """One row a level: what rests there now, 0 where nothing does any more."""
    price, size = instrument.price_scale, instrument.qty_scale
    for side, levels in ((1, bids), (-1, asks)):
        for price_units, qty_units in levels:
            yield {
                "ts": received_ns if at_ns is None else at_ns,
                "side": side,
                "price": price_units / price,
                "size": qty_units / size,
                "recv_ts": received_ns,
                "first_update_id": MISSING if is_snapshot else first_id,
                "last_update_id": last_id,
                "is_snapshot": is_snapshot,
            }
