"""A run's trades: kept as rows of integers, made into objects when somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from seatrial.core import venue as v
from seatrial.core.fingerprint import OutcomeFill
from seatrial.core.records import FEE_IN_PURSE, Int64Array
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side
from seatrial.runs.backtest_run import LoggedFill
from seatrial.runs.purse_fills import PurseFill, PurseRates


class FillLog(Sequence[LoggedFill]):
    """The trades in the order in which they happened. `rows` has the columns of `core.venue.L_AT` and so on."""

    def __init__(
        self,
        parts: Sequence[Int64Array],
        instruments: Sequence[tuple[AccountId, Instrument]],
        purses: Mapping[AccountId, PurseRates] | None = None,
    ) -> None:
        """`purses` are those that pay commissions."""
        self._parts, self._instruments, self._purses = tuple(parts), tuple(instruments), purses or {}

    @cached_property
    def rows(self) -> Int64Array:
        """Every trade, (n, LOG_WIDTH)."""
        return np.concatenate(self._parts) if self._parts else np.zeros((0, v.LOG_WIDTH), dtype=np.int64)

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    @overload
    def __getitem__(self, at: int) -> LoggedFill: ...
    @overload
    def __getitem__(self, at: slice) -> list[LoggedFill]: ...
    def __getitem__(self, at: int | slice) -> LoggedFill | list[LoggedFill]:
        if isinstance(at, slice):
            return [self._made(row) for row in self.rows[at].tolist()]
        return self._made(self.rows[at].tolist())

    def __iter__(self) -> Iterator[LoggedFill]:
        return map(self._made, self.rows.tolist())

    def _made(self, row: list[int]) -> LoggedFill:
        account, inst = self._instruments[row[v.L_INST]]
        where = row[v.L_FEE_IN_BASE]
        purse = self._purses[account] if where == FEE_IN_PURSE else None
        more = {} if purse is None else {"fee_worth_units": purse.worth(row[v.L_FEE], row[v.L_AT])}
        outcome = (OutcomeFill if purse is None else PurseFill)(
            at_ns=row[v.L_AT],
            account=account,
            symbol=inst.symbol,
            side=Side(row[v.L_SIDE]),
            qty_units=row[v.L_QTY],
            price_units=row[v.L_PRICE],
            fee_units=row[v.L_FEE],
            fee_currency=purse.currency if purse is not None else inst.base if where else inst.quote,
            **more,
        )
        return LoggedFill(outcome, row[v.L_NUMBER], bool(row[v.L_MAKER]), row[v.L_LEFT])
