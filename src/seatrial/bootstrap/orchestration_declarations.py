"""The settings of signals, runs and prices that no runbook knows."""

from __future__ import annotations

from seatrial.bootstrap import parsing
from seatrial.bootstrap.declared import Declared
from seatrial.bootstrap.parsing import Kind


def _confidence(raw: object) -> float | None:
    """A share of one, or nothing at all; 0 is a threshold like any other."""
    if isinstance(raw, bool) or raw is None:
        raise TypeError(raw)
    if str(raw).strip() == "":
        return None
    value = float(str(raw))
    if not 0 <= value <= 1:
        raise ValueError(raw)
    return value


CONFIDENCE = Kind("a number from 0 to 1; empty for none", _confidence)

ORCHESTRATION_SETTINGS: tuple[Declared, ...] = (
    Declared("orchestrator.heartbeat_seconds", parsing.COUNT, "300", "seconds between two `heartbeat` records"),
    Declared(
        "signals.min_confidence",
        CONFIDENCE,
        "",
        "what a strategy decides with less confidence is withheld; a decision without a confidence is not",
    ),
)
