"""A run's equity over time: kept as the few changes it follows from, worked out when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from seatrial.core.records import Int64Array
from seatrial.core.stretches import fill_equity
from seatrial.domain.ids import AccountId
from seatrial.runs.backtest_run import EquityPoint


def equity_of(points: Sequence[EquityPoint], account: AccountId) -> tuple[Int64Array, Int64Array]:
    """One account's part of a run's equity, in order of time: when, and how much."""
    if isinstance(points, EquityCurve):
        if account not in points.accounts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return points.ends_ns, points.of(account)
    rows = [(point.at_ns, point.equity_units) for point in points if point.account == account]
    own = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return own[:, 0], own[:, 1]


class EquityCurve(Sequence[EquityPoint]):
    """Every account's equity after every group of bars, in order of time and then of account.

    `ends_ns` is (groups,), `units` (groups, accounts). Points are made as they are asked for.
    """

    def __init__(
        self,
        accounts: tuple[AccountId, ...],
        rows: Int64Array,
        lines: Sequence[Int64Array],
        value_divs: Int64Array,
    ) -> None:
        """`lines` are the columns of `core.stretch_loop.N_ROW` and so on, in order."""
        self.accounts = accounts
        self._rows, self._lines, self._divs = rows, lines, value_divs

    @cached_property
    def _last_rows(self) -> Int64Array:
        ends = self._rows[:, 1]
        return np.flatnonzero(np.r_[np.diff(ends) != 0, True])

    @cached_property
    def ends_ns(self) -> Int64Array:
        """When each group of bars ended."""
        ends: Int64Array = self._rows[self._last_rows, 1]
        return ends

    @cached_property
    def units(self) -> Int64Array:
        """Cash units by group and account."""
        out = np.zeros((len(self.ends_ns), len(self.accounts)), dtype=np.int64)
        line = np.concatenate(self._lines)
        fill_equity(self._rows, line, self._divs, out)
        return out

    def of(self, account: AccountId) -> Int64Array:
        """One account's equity, beside `ends_ns`."""
        return self.units[:, self.accounts.index(account)]

    def __len__(self) -> int:
        return len(self.ends_ns) * len(self.accounts)

    @overload
    def __getitem__(self, at: int) -> EquityPoint: ...
    @overload
    def __getitem__(self, at: slice) -> list[EquityPoint]: ...
    def __getitem__(self, at: int | slice) -> EquityPoint | list[EquityPoint]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        group, account = divmod(range(len(self))[at], len(self.accounts))
        return EquityPoint(int(self.ends_ns[group]), self.accounts[account], int(self.units[group, account]))

    def __iter__(self) -> Iterator[EquityPoint]:
        for at_ns, row in zip(self.ends_ns.tolist(), self.units.tolist(), strict=True):
            for account, units in zip(self.accounts, row, strict=True):
                yield EquityPoint(at_ns, account, units)
