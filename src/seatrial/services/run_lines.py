"""A run by symbol: signal, target, the orders it led to, and a reason where it led to none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.domain.facts import OrderRequest, Target
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import units_text
from seatrial.services.poster import Posted
from seatrial.services.run_records import RunLine, RunStatus
from seatrial.services.topics import Decision, Signal

PPM = 1_000_000
ALREADY_THERE = "nothing to do: what is held and what is working is what is wanted"
NOTHING_ASKED = "nothing was asked for"
DECIDED_BEFORE = "decided already at this market time: nothing is sent twice"
WITHHELD = "withheld: less sure than signals.min_confidence"


def run_id(decision: Decision) -> str:
    """The same for the same decision, however often it is posted."""
    return f"{decision.account}-{decision.strategy}-{decision.decided_at_ns}"


def run_lines(decision: Decision, instruments: Mapping[Symbol, Instrument], posted: Posted) -> tuple[RunLine, ...]:
    """The lines of a run, in order of symbol.

    A first post that meets a decision made before has led to nothing; a second one asks for the first one's answer.
    """
    said = posted.answer if isinstance(posted.answer, dict) else {}
    before = bool(said.get("duplicate")) and posted.attempts == 1
    if before:
        said = {}
    signals = {signal.symbol: signal for signal in decision.signals}
    targets = {fact.symbol: fact for fact in decision.facts if isinstance(fact, Target)}
    asked = {fact.symbol for fact in decision.facts if isinstance(fact, OrderRequest)}
    approved, refused = _by_symbol(said.get("approved")), _by_symbol(said.get("refused"))
    lines = []
    for symbol in sorted({*signals, *targets, *asked, *map(Symbol, approved), *map(Symbol, refused)}):
        signal, target = signals.get(symbol), targets.get(symbol)
        orders, refusals = approved.get(symbol, []), refused.get(symbol, [])
        skipped = None
        if not orders and not refusals:
            skipped = DECIDED_BEFORE if before else _why_not(signal, target is not None or symbol in asked, posted)
        lines.append(
            RunLine(
                symbol=symbol,
                signal=None if signal is None else _signal(signal),
                target=None if target is None else target_words(target, instruments[symbol]),
                orders=orders,
                refused=refusals,
                skipped=skipped,
            )
        )
    return tuple(lines)


def target_words(target: Target, instrument: Instrument) -> dict[str, str]:
    """A target as doors write it: a weight, or a quantity."""
    if target.weight_ppm is not None:
        return {"weight": units_text(target.weight_ppm, PPM)}
    assert target.quantity_units is not None, "a target has a quantity or a weight"
    return {"quantity": instrument.qty_text(target.quantity_units)}


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "id": signal.id,
        "action": signal.action,
        "confidence": signal.confidence,
        "reason": signal.reason,
        "model": signal.model,
    }


def _why_not(signal: Signal | None, asked: bool, posted: Posted) -> str:
    if signal is not None and signal.withheld:
        return WITHHELD
    if posted.status is not RunStatus.COMPLETED:
        return posted.reason or str(posted.status)
    return ALREADY_THERE if asked else NOTHING_ASKED


def _by_symbol(rows: object) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("symbol"), str):
            found.setdefault(row["symbol"], []).append(row)
    return found
