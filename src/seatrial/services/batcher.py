"""Gathers the bars of one account into decision batches.

A batch is complete when every symbol has reported a bar of the same end; it is closed `grace_ns` after its
first bar at the latest. Batches leave in order of their ends. A bar whose batch has left is a batch of its
own. Pure: time comes in with every call, so virtual time gives the same batches every time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from seatrial.domain.bars import Bar
from seatrial.domain.ids import AccountId, Symbol
from seatrial.services.topics import BarBatch

OPEN_BATCHES_MAX = 16  # one more, and the oldest leaves incomplete
ENDS_REMEMBERED_MAX = 1_024  # per symbol: how far back a repeated bar is recognised


@dataclass(slots=True)
class _Open:
    closes_at_ns: int
    bars: dict[Symbol, Bar] = field(default_factory=dict)


class Batcher:
    """The open batches of one account."""

    def __init__(self, account: AccountId, symbols: Sequence[Symbol], *, grace_ns: int) -> None:
        self.account = account
        self.repeated = 0  # bars that had been seen before, absorbed
        self._symbols = frozenset(symbols)
        self._grace_ns = grace_ns
        self._open: dict[int, _Open] = {}
        self._left_ns = -1  # the end of the newest batch that has left
        self._revisions: dict[int, int] = {}
        self._seen: dict[Symbol, deque[int]] = {symbol: deque(maxlen=ENDS_REMEMBERED_MAX) for symbol in self._symbols}

    @property
    def closes_at_ns(self) -> int | None:
        """When `close_due` is to be called, on the same clock as the `now_ns` of `take`."""
        return self._open[min(self._open)].closes_at_ns if self._open else None

    def newest_end_ns(self, symbol: Symbol) -> int | None:
        """The end of the newest bar of a symbol."""
        return max(self._seen[symbol], default=None)

    def take(self, bar: Bar, now_ns: int) -> list[BarBatch]:
        """One bar arrived; the batches that are closed by it, in order. A repeated bar closes nothing."""
        seen = self._seen[bar.symbol]
        if bar.end_ns in seen:
            self.repeated += 1
            return []
        seen.append(bar.end_ns)
        if bar.end_ns <= self._left_ns:
            return [self._leaving(bar.end_ns, {bar.symbol: bar})]
        batch = self._open.setdefault(bar.end_ns, _Open(now_ns + self._grace_ns))
        batch.bars[bar.symbol] = bar
        return self._close(now_ns=None)

    def close_due(self, now_ns: int) -> list[BarBatch]:
        """The batches whose time is up, in order."""
        return self._close(now_ns=now_ns)

    def backfill(self, bars: Sequence[Bar], old_ns: int) -> list[BarBatch]:
        """Bars the stream has missed, as whole batches. Those that ended at or before `old_ns` are only history."""
        batches = [self._leaving(end_ns, batch.bars) for end_ns, batch in self._taken_out(bars)]
        return [_history(batch) if batch.end_ns <= old_ns else batch for batch in batches]

    def _taken_out(self, bars: Sequence[Bar]) -> list[tuple[int, _Open]]:
        """All that is open and all that is new among `bars`, by end: the open ones gain what they lacked."""
        for bar in bars:
            if bar.end_ns not in self._seen[bar.symbol]:
                self._seen[bar.symbol].append(bar.end_ns)
                self._open.setdefault(bar.end_ns, _Open(0)).bars[bar.symbol] = bar
        taken = sorted(self._open.items())
        self._open.clear()
        return taken

    def _close(self, now_ns: int | None) -> list[BarBatch]:
        closed: list[BarBatch] = []
        while self._open:
            end_ns = min(self._open)
            first = self._open[end_ns]
            due = now_ns is not None and first.closes_at_ns <= now_ns
            if not due and not self._complete(first) and len(self._open) <= OPEN_BATCHES_MAX:
                break
            del self._open[end_ns]
            closed.append(self._leaving(end_ns, first.bars))
        return closed

    def _complete(self, batch: _Open) -> bool:
        return len(batch.bars) == len(self._symbols)

    def _leaving(self, end_ns: int, bars: dict[Symbol, Bar]) -> BarBatch:
        revision = self._revisions.pop(end_ns, -1) + 1
        self._revisions[end_ns] = revision
        if len(self._revisions) > ENDS_REMEMBERED_MAX:
            del self._revisions[next(iter(self._revisions))]
        self._left_ns = max(self._left_ns, end_ns)
        return BarBatch(
            account=self.account,
            end_ns=end_ns,
            bars=tuple(bars[symbol] for symbol in sorted(bars)),
            complete=len(bars) == len(self._symbols),
            revision=revision,
        )


def _history(batch: BarBatch) -> BarBatch:
    return BarBatch(batch.account, batch.end_ns, batch.bars, batch.complete, batch.revision, backfilled=True)
