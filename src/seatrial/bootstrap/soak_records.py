"""The recorder's windows as evidence: how they are written into a chain, and read back."""

from __future__ import annotations

from typing import Any

from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import SECOND_NS, parse_rfc3339, rfc3339
from seatrial.release.gates.soak import SessionSeen, SoakWindow
from seatrial.release.manifest import short_id
from seatrial.release.record import Record
from seatrial.release.verdict import JsonObject
from seatrial.services.recorder import Window


def body_of(window: Window) -> JsonObject:
    """The body of a `measurement` record."""
    return {
        "gate": "soak",
        "start": rfc3339(window.start_ns),
        "end": rfc3339(window.end_ns),
        "up_s": window.up_ns // SECOND_NS,
        "healthy_s": window.healthy_ns // SECOND_NS,
        "sessions": [
            {
                "calendar": each.calendar,
                "label": each.label,
                "start": rfc3339(each.start_ns),
                "end": rfc3339(each.end_ns),
                "up_s": each.up_ns // SECOND_NS,
            }
            for each in window.sessions
        ],
        "orders": window.orders,
        "fills": window.fills,
        "unknown_orders": window.unknown_orders_max,
        "breaks": window.breaks_max,
        "failed_answers": window.failed_answers_max,
        "note": window.note,
    }


def window_of(record: Record) -> SoakWindow:
    """What a record says, read back. A record without a release counts for none, and interrupts every soak.

    Raises:
        EvidenceFault: it is not what `body_of` writes.
    """
    body: Any = record.body
    try:
        return SoakWindow(
            release=short_id(record.draft.release) if record.draft.release else None,
            start_ns=parse_rfc3339(body["start"]),
            end_ns=parse_rfc3339(body["end"]),
            up_ns=int(body["healthy_s"]) * SECOND_NS,
            sessions=tuple(
                SessionSeen(
                    str(each["calendar"]),
                    str(each["label"]),
                    parse_rfc3339(each["start"]),
                    parse_rfc3339(each["end"]),
                    int(each["up_s"]) * SECOND_NS,
                )
                for each in body["sessions"]
            ),
            unknown_orders=int(body["unknown_orders"]),
            breaks=int(body["breaks"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise EvidenceFault(f"record {record.seq} is not a measurement of the recorder: {fault}") from fault
