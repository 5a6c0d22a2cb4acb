"""`seatrial data import`: files of the user into the catalog, and where they came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.market.archive import Archive, Origin
from seatrial.market.file_habits import FileHabits
from seatrial.market.importing import Imported, import_file
from seatrial.market.shapes import kind_of
from seatrial.market.stamps import TimeHabits

UNSAID = "not stated"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What the command line said; empty where nothing."""

    kind: str = "bars"
    span: str = "1m"
    venue: str = ""
    symbol: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    zone: str = ""
    time_unit: str = ""
    time_format: str = ""
    price_unit: str = "1"
    size_unit: str = "1"
    ends: bool = False
    sort: bool = False
    source: str = ""
    licence: str = UNSAID
    quarantine: bool = False


def archive_of(settings: Settings) -> Archive:
    """The catalog that the setting `catalog` names."""
    return Archive(Path(settings.values["catalog"]))


def import_files(
    settings: Settings,
    paths: Sequence[Path],
    order: ImportOrder,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Imported]:
    """Take files in, one after the other; a file that is refused ends the command, those before it stay.

    Raises:
        DataFault, NoData: see `market.importing`.
        RequestFault: an option that is not accepted.
    """
    habits = FileHabits(
        columns=dict(order.columns),
        names=order.names,
        time=TimeHabits(order.zone, order.time_unit, order.time_format),
        price_unit=_unit("price-unit", order.price_unit),
        size_unit=_unit("size-unit", order.size_unit),
        ends=order.ends,
        symbol=order.symbol,
        sort=order.sort,
    )
    kind, archive, done = kind_of(order.kind, order.span), archive_of(settings), []
    for path in paths:
        origin = Origin(order.source or f"import of {path.name}", order.licence, WallClock().now_ns())
        done.append(
            import_file(
                archive,
                path,
                kind,
                habits,
                venue=order.venue,
                origin=origin,
                quarantine=order.quarantine,
                on_progress=on_progress,
            )
        )
    return done


def as_json(done: Sequence[Imported]) -> list[dict[str, Any]]:
    """What became of each file, for programs."""
    return [
        {
            "file": each.file,
            "datasets": [asdict(landed) for landed in each.landed],
            "set_aside": each.set_aside,
            "quarantine": str(each.quarantine) if each.quarantine else None,
        }
        for each in done
    ]


def _unit(field: str, text: str) -> Decimal:
    try:
        unit = Decimal(text)
    except InvalidOperation as fault:
        raise RequestFault(field, "a number above zero such as 0.01", text) from fault
    if not unit.is_finite() or unit <= 0:
        raise RequestFault(field, "a number above zero such as 0.01", text)
    return unit
