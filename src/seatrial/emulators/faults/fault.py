"""One named fault, and which values it accepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from seatrial.domain.faults import BadSetting
from seatrial.emulators.faults.catalogue import CATALOGUE

FAULTS_MAX = 100
LATENCY_MS_MAX = 600_000
SPAN_MS_MAX = 7 * 24 * 3_600_000
SKEW_MS_MAX = 24 * 3_600_000
RETRY_AFTER_S_MAX = 3 * 24 * 3_600

STATUS = {"html_error": 403}
STATUS_OTHERWISE = 503


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One named fault.

    `path` is a prefix and `method` exact; both empty: any request. `stream` is exact (such as
    `trade_updates`), `what` a substring of the message's name (such as `fill`); both empty: any message.
    `symbol` is one that the request or message names, `account` whose it is. `count_max` of zero has no
    limit. It is in force from `after_ms` after it was set, for `for_ms` (zero: until it is removed).
    `status` of zero is the kind's own. Which kind takes which: `catalogue`.
    """

    name: str
    kind: str
    probability: float = 1.0
    count_max: int = 0
    path: str = ""
    method: str = ""
    stream: str = ""
    what: str = ""
    status: int = 0
    latency_ms: int = 0
    jitter_ms: int = 0
    when: Literal["before", "after"] = "before"
    venue: Literal["", "alpaca", "binance", "coingecko"] = ""
    account: str = ""
    symbol: str = ""
    after_ms: int = 0
    for_ms: int = 0
    retry_after_s: int = 1
    skew_ms: int = 0

    @property
    def status_told(self) -> int:
        """The HTTP status a client meets."""
        return self.status or STATUS.get(self.kind, STATUS_OTHERWISE)


def check_fault(fault: Fault, where: str) -> None:
    """Refuse what cannot be meant.

    Raises:
        BadSetting: naming the row, the field, what is accepted and what was given.
    """
    lowest = 400 if fault.kind == "html_error" else 500
    rules = (
        (fault.kind in CATALOGUE, "kind", ", ".join(CATALOGUE), fault.kind),
        (fault.name != "", "name", "a name", fault.name),
        (0 <= fault.probability <= 1, "probability", "0 to 1", fault.probability),
        (fault.count_max >= 0, "count_max", "0 (no limit) or more", fault.count_max),
        (fault.status == 0 or lowest <= fault.status <= 599, "status", f"{lowest} to 599", fault.status),
        (0 <= fault.latency_ms <= LATENCY_MS_MAX, "latency_ms", f"0 to {LATENCY_MS_MAX}", fault.latency_ms),
        (0 <= fault.jitter_ms <= LATENCY_MS_MAX, "jitter_ms", f"0 to {LATENCY_MS_MAX}", fault.jitter_ms),
        (0 <= fault.after_ms <= SPAN_MS_MAX, "after_ms", f"0 to {SPAN_MS_MAX}", fault.after_ms),
        (0 <= fault.for_ms <= SPAN_MS_MAX, "for_ms", f"0 (until removed) to {SPAN_MS_MAX}", fault.for_ms),
        (
            0 <= fault.retry_after_s <= RETRY_AFTER_S_MAX,
            "retry_after_s",
            f"0 to {RETRY_AFTER_S_MAX}",
            fault.retry_after_s,
        ),
        (abs(fault.skew_ms) <= SKEW_MS_MAX, "skew_ms", f"-{SKEW_MS_MAX} to {SKEW_MS_MAX}", fault.skew_ms),
    )
    for holds, field, accepted, was in rules:
        if not holds:
            raise BadSetting(f"{where}.{field}: accepted is {accepted}, was {was}")


def check_faults(faults: Sequence[Fault]) -> None:
    """Refuse a script that cannot be meant; rows count from 1.

    Raises:
        BadSetting: naming the row, the field, what is accepted and what was given.
    """
    if len(faults) > FAULTS_MAX:
        raise BadSetting(f"faults: accepted are at most {FAULTS_MAX}, was {len(faults)}")
    names: set[str] = set()
    for row, fault in enumerate(faults, 1):
        where = f"faults[{row}] {fault.name}"
        check_fault(fault, where)
        if fault.name in names:
            raise BadSetting(f"{where}.name: accepted are names that differ, was {fault.name} again")
        names.add(fault.name)
