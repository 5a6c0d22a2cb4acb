"""What an alert watches: `daily_pnl < -1500`, `service.status != 'healthy'`, `api.error_rate > 5% for 5 min`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from seatrial.bootstrap import parsing
from seatrial.domain.time import MINUTE_NS, SECOND_NS

EQUALITIES = ("==", "!=")
ORDERINGS = ("<=", ">=", "<", ">")
STATUSES = ("healthy", "degraded", "unhealthy")
# What can be watched, and the kind of its value.
SUBJECTS = {
    "service.status": "status",
    "daily_pnl": "amount",
    "circuit_breaker.active": "boolean",
    "error_rate": "percent",
    "api.error_rate": "percent",
    "scheduler.skipped_runs": "count",
    "model.confidence": "fraction",
}
REFERENCES = {"model.min_confidence": "fraction"}  # values that a model brings along
UNITS_NS = {"s": SECOND_NS, "min": MINUTE_NS, "h": 60 * MINUTE_NS}
ACCEPTED = (
    "SUBJECT OPERATOR VALUE [for N s|min|h], where SUBJECT is one of "
    + ", ".join(SUBJECTS)
    + "; texts are quoted, percentages end in %"
)
_FORM = re.compile(
    r"(?P<subject>[a-z_.]+)\s*(?P<operator>==|!=|<=|>=|<|>)\s*(?P<value>'[a-z]+'|-?[\w.]+%?)"
    r"(?:\s+for\s+(?P<count>[1-9]\d{0,5})\s*(?P<unit>s|min|h))?",
    re.ASCII,
)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,8})?", re.ASCII)

Value = str | bool | Decimal


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison that must hold for `for_ns` nanoseconds of wall time; 0 means at once.

    A percentage is a number of hundredths: `5%` is 5.
    """

    subject: str
    operator: str
    value: Value
    for_ns: int = 0


def parse_condition(text: str) -> Condition:
    """A condition from its text. Anything else is a ValueError; it is never guessed."""
    found = _FORM.fullmatch(text.strip())
    if found is None or found["subject"] not in SUBJECTS:
        raise ValueError(text)
    kind, operator = SUBJECTS[found["subject"]], found["operator"]
    if kind in ("status", "boolean") and operator not in EQUALITIES:
        raise ValueError(text)
    for_ns = int(found["count"]) * UNITS_NS[found["unit"]] if found["count"] else 0
    return Condition(found["subject"], operator, _value(found["value"], kind), for_ns)


def _value(text: str, kind: str) -> Value:
    if kind == "status":
        word = text.strip("'")
        if not text.startswith("'") or word not in STATUSES:
            raise ValueError(text)
        return word
    if kind == "boolean":
        return parsing.boolean(text)
    if REFERENCES.get(text) == kind:
        return text
    percent = text.endswith("%")
    number = text.removesuffix("%")
    if not _NUMBER.fullmatch(number) or percent != (kind == "percent"):
        raise ValueError(text)
    value = Decimal(number)
    if kind != "amount" and value < 0:
        raise ValueError(text)
    if (kind == "fraction" and value > 1) or (kind == "percent" and value > 100):
        raise ValueError(text)
    return value
