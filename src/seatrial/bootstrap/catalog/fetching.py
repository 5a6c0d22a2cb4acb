"""`seatrial data fetch`: a venue's past into the catalog, beginning again where an earlier fetch ended.

What a fetch has taken in stays when it is interrupted: the manifest knows which spans are complete, and only what is
missing is asked for. Rows are kept as the venue tells them; `seatrial data check` says what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import MILLISECOND_NS, SECOND_NS, rfc3339
from seatrial.market.archive import Archive, Origin
from seatrial.market.shapes import Columns, DatasetName, Kind, dataset_name, rows_in, stacked
from seatrial.venues.past import Page, Past

ROWS_PER_PART_MAX = 100_000
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch added to one dataset. `complete` spans were there before and not asked for again."""

    dataset: str
    rows: int
    pages: int
    complete_before: bool


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """What is wanted of a venue."""

    venue: str
    kind: Kind
    symbols: Sequence[str]
    start_ns: int
    end_ns: int
    source: str
    licence: str


async def fetch(
    archive: Archive, past: Past, order: FetchOrder, now_ns: Callable[[], int], on_progress: OnProgress
) -> list[Fetched]:
    """Every symbol in turn, each from its first missing instant on.

    Raises:
        RequestFault: the venue does not tell this, or nothing of the span has happened yet.
        VenueFault: the venue says no or stays silent; what came before is kept.
    """
    kind = order.kind
    if kind.shape.name not in past.kinds:
        raise RequestFault("kind", f"one of {', '.join(past.kinds)}, which {order.venue} tells", kind.shape.name)
    if kind.span and kind.span not in past.spans:
        raise RequestFault("span", f"one of {', '.join(past.spans)}, which {order.venue} tells", kind.span)
    grain_ns = kind.span_ns or MILLISECOND_NS
    end_ns = min(order.end_ns, now_ns() // grain_ns * grain_ns)
    if end_ns <= order.start_ns:
        accepted = (
            f"a time before {rfc3339(now_ns())}, where the venue's market is: something must have happened already"
        )
        raise RequestFault("from", accepted, rfc3339(order.start_ns))
    length_s = max((end_ns - order.start_ns) // SECOND_NS, 1)
    done = []
    for index, symbol in enumerate(order.symbols):
        name = dataset_name(kind, order.venue, symbol)

        def tell(at_ns: int, index: int = index) -> None:
            on_progress(index * length_s + (at_ns - order.start_ns) // SECOND_NS, len(order.symbols) * length_s)

        done.append(await _dataset(archive, past, order, name, end_ns, now_ns, tell))
    return done


async def _dataset(
    archive: Archive,
    past: Past,
    order: FetchOrder,
    name: DatasetName,
    end_ns: int,
    now_ns: Callable[[], int],
    tell: Callable[[int], None],
) -> Fetched:
    missing = archive.manifest(name).missing(order.start_ns, end_ns)
    rows = pages = 0
    for first_ns, last_ns in missing:
        at_ns, held = first_ns, list[Columns]()
        told = past.pages(name.kind.shape.name, name.symbol, name.kind.span, start_ns=first_ns, end_ns=last_ns)
        async with aclosing(told) as stream:
            async for page in stream:
                pages += 1
                held.append(_columns(name, page))
                waiting = sum(map(rows_in, held))
                if waiting >= ROWS_PER_PART_MAX or page.through_ns >= last_ns:
                    origin = Origin(order.source, order.licence, now_ns())
                    archive.add(name, stacked(name.kind.shape, held), origin, span=(at_ns, page.through_ns))
                    at_ns, held, rows = page.through_ns, [], rows + waiting
                tell(page.through_ns)
    if pages:
        archive.merge(name, Origin(order.source, order.licence, now_ns()))
    tell(end_ns)
    return Fetched(str(name), rows, pages, not missing)


def _columns(name: DatasetName, page: Page) -> Columns:
    cells = name.kind.shape.columns
    return {column: np.array(values, dtype=cells[column].dtype) for column, values in page.columns.items()}
