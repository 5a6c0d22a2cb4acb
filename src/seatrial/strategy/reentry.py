"""What a strategy does once a stop has closed what it wanted to hold: `after_stop`.

    wait             it stays out until it wants nothing, or the other side (the default)
    next target      its next target counts again, on the same side too
    30 bars          the same, and without a new target what it wants is asked for again after so many bars

The machine follows no target of a stopped side until the wish has been zero (`core.sizing.wanted_qty`). The rule
says that zero on the strategy's behalf, as a target in the journal like any other; risk looks at what follows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from seatrial.domain.facts import Target
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.strategy.holding import Decision

WAIT, NEXT_TARGET = "wait", "next target"
BARS_MAX = 1_000_000
_BARS = re.compile(r"(\d{1,7}) bars?")


@dataclass(frozen=True, slots=True)
class AfterStop:
    """A rule. `bars` is 0 where only a new target counts."""

    bars: int = 0


def parse_after_stop(text: str) -> AfterStop | None:
    """The rule in words; None where a stopped side waits for another signal.

    Raises:
        RequestFault: none of the three.
    """
    words = " ".join(text.split()).lower()
    if words == WAIT:
        return None
    if words == NEXT_TARGET:
        return AfterStop()
    found = _BARS.fullmatch(words)
    if found and 0 < int(found[1]) <= BARS_MAX:
        return AfterStop(int(found[1]))
    raise RequestFault("after_stop", f"`{WAIT}`, `{NEXT_TARGET}` or `30 bars`", text)


class Reentry:
    """What was wanted and held, per symbol: what is gone although it is wanted was stopped."""

    def __init__(self, rule: AfterStop, instruments: Mapping[Symbol, Instrument]) -> None:
        self._rule = rule
        self._instruments = instruments
        self._wanted: dict[Symbol, Target] = {}
        self._held: set[Symbol] = set()  # held as wanted at some time since it is wanted
        self._flat_bars: dict[Symbol, int] = {}

    def look(self, positions: Mapping[Symbol, int], shown: Collection[Symbol]) -> None:
        """Before the strategy decides: what is held now. `shown` are the symbols that have a new bar."""
        for symbol, target in self._wanted.items():
            held = positions.get(symbol, 0)
            if held * _sign(target) > 0 and abs(held) >= self._instruments[symbol].lot_units:
                self._held.add(symbol)
                self._flat_bars[symbol] = 0
            elif symbol in self._held and symbol in shown:
                self._flat_bars[symbol] += 1

    def pass_on(self, decisions: Sequence[Decision], batch_ns: int) -> list[Decision]:
        """The decisions, with a zero before each target that enters again, and with what is asked for again."""
        leaving: list[Decision] = []
        for each in decisions:
            if isinstance(each, Target):
                if self._is_stopped(each.symbol):
                    leaving.append(_zero(each))
                self._note(each)
            leaving.append(each)
        for symbol, bars in self._flat_bars.items():
            if self._rule.bars and bars >= self._rule.bars:
                self._flat_bars[symbol] = 0
                again = replace(self._wanted[symbol], at_ns=batch_ns, decided_at_ns=batch_ns)
                leaving += [_zero(again), again]
        return leaving

    def _is_stopped(self, symbol: Symbol) -> bool:
        return self._flat_bars.get(symbol, 0) > 0

    def _note(self, target: Target) -> None:
        before = self._wanted.get(target.symbol)
        if before is None or _sign(before) != _sign(target):
            self._held.discard(target.symbol)
        self._flat_bars.pop(target.symbol, None)
        if _sign(target):
            self._wanted[target.symbol] = target
            if target.symbol in self._held:
                self._flat_bars[target.symbol] = 0
        else:
            self._wanted.pop(target.symbol, None)


def _sign(target: Target) -> int:
    amount = target.weight_ppm if target.quantity_units is None else target.quantity_units
    return (amount > 0) - (amount < 0) if amount else 0


def _zero(target: Target) -> Target:
    return replace(target, quantity_units=0, weight_ppm=None)
