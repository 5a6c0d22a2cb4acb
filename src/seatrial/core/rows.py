"""Facts to rows: the one place where the domain's words become int64 columns, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from seatrial.core import records as r
from seatrial.core.money_rows import encode_money_fact
from seatrial.core.purse_rows import PurseRows
from seatrial.domain.facts import (
    BarClosed,
    CancelRequest,
    Command,
    CommandKind,
    Fact,
    Fill,
    LimitsChanged,
    OrderRequest,
    Rebalance,
    Report,
    Sent,
    Target,
    Timer,
    Transfer,
)
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.money import Currency

COMMANDS = {
    CommandKind.HALT: r.COMMAND_HALT,
    CommandKind.RESUME: r.COMMAND_RESUME,
    CommandKind.KILL: r.COMMAND_KILL,
    CommandKind.RESET_BREAKER: r.COMMAND_RESET_BREAKER,
    CommandKind.CLOSE_ONLY: r.COMMAND_CLOSE_ONLY,
}

REASONS = {
    r.REASON_REQUEST: "request",
    r.REASON_TARGET: "target",
    r.REASON_TARGET_PART: "target_part",
    r.REASON_STOP_LOSS: "stop_loss",
    r.REASON_RESIZE: "resize",
    r.REASON_KILL: "kill",
    r.REASON_BREAKER: "breaker",
    r.REASON_DAILY_LOSS: "daily_loss",
    r.REASON_CONSECUTIVE_LOSSES: "consecutive_losses",
    r.REASON_CORPORATE_ACTION: "corporate_action",
    r.REASON_TAKE_PROFIT: "take_profit",
    r.REASON_LEG_STOP: "leg_stop",
    r.REASON_TRAIL: "trailing_stop",
    r.REASON_ONE_CANCELS: "one_cancels_other",
    r.REASON_NO_POSITION: "no_position",
    r.REASON_EXPIRED: "expired",
    r.REASON_TOO_MUCH: "more_than_is_held",
    r.REASON_CHILD_ENDED: "child_ended",
    r.REASON_FILLED: "filled",
    r.REASON_DRAWDOWN: "drawdown",
    r.REASON_CLOSE_ONLY: "close_only",
}
REASON_CODES = {name: code for code, name in REASONS.items()}


def flags_of(post_only: bool, reduce_only: bool, extended_hours: bool) -> int:
    """The bits of an order's flags column."""
    return r.FLAG_POST_ONLY * post_only | r.FLAG_REDUCE_ONLY * reduce_only | r.FLAG_EXTENDED_HOURS * extended_hours


class FactEncoder:
    """Turns facts into rows. Raises KeyError for an account or symbol that the machine was not built with."""

    def __init__(
        self,
        *,
        account_index: Mapping[AccountId, int],
        instrument_index: Mapping[tuple[AccountId, Symbol], int],
        order_numbers: Mapping[ClientOrderId, int],
        strategy_index: Mapping[StrategyId, int],
        currency_of: Mapping[AccountId, Currency],
        base_of: Mapping[tuple[AccountId, Symbol], Currency],
        purses: PurseRows,
        limit_cell: Callable[[LimitsChanged], tuple[int, int]],
    ) -> None:
        self._accounts = account_index
        self._instruments = instrument_index
        self._numbers = order_numbers
        self._strategies = strategy_index
        self._currencies = currency_of
        self._bases = base_of
        self._purses = purses
        self._limit_cell = limit_cell
        self._row = np.zeros(r.ROW_WIDTH, dtype=np.int64)

    def encode(self, fact: Fact, numbers: Mapping[ClientOrderId, int] | None = None) -> r.Int64Array:
        """The row of a fact. The same array is used again by the next call.

        `numbers` stands in for the machine's own order numbers where a driver keeps them itself.
        """
        row = self._row
        known = self._numbers if numbers is None else numbers
        row[:] = 0
        row[r.F_AT] = fact.at_ns
        row[r.F_INST] = -1
        match fact:
            case BarClosed(account=account, bar=bar):
                row[r.F_KIND] = r.FACT_BAR
                row[r.F_INST] = self._instruments[account, bar.symbol]
                row[r.F_OPEN : r.F_START + 1] = (
                    bar.open_units,
                    bar.high_units,
                    bar.low_units,
                    bar.close_units,
                    bar.volume_units,
                    bar.start_ns,
                )
            case Target():
                self._encode_target(row, fact)
            case Rebalance(account=account, symbol=symbol, batch_ns=batch_ns):
                row[r.F_KIND] = r.FACT_REBALANCE
                row[r.F_INST] = self._instruments[account, symbol]
                row[r.F_BATCH] = batch_ns
            case OrderRequest():
                self._encode_request(row, fact)
            case CancelRequest(client_order_id=client_order_id):
                row[r.F_KIND] = r.FACT_CANCEL_REQUEST
                row[r.F_NUMBER] = known.get(client_order_id, 0)
            case Sent(client_order_id=client_order_id):
                row[r.F_KIND] = r.FACT_SENT
                row[r.F_NUMBER] = known.get(client_order_id, 0)
            case Report(client_order_id=client_order_id, status=status):
                row[r.F_KIND] = r.FACT_REPORT
                row[r.F_NUMBER] = known.get(client_order_id, 0)
                row[r.F_STATUS] = status
            case Fill():
                self._encode_fill(row, fact, known)
            case Command(kind=kind):
                row[r.F_KIND] = r.FACT_COMMAND
                row[r.F_COMMAND] = COMMANDS[kind]
            case Transfer():
                self._encode_transfer(row, fact)
            case LimitsChanged(account=account, symbol=symbol):
                row[r.F_KIND] = r.FACT_LIMIT
                row[r.F_ACCOUNT] = self._accounts[account]
                row[r.F_COLUMN], row[r.F_AMOUNT] = self._limit_cell(fact)
                if symbol is not None:
                    row[r.F_INST] = self._instruments[account, symbol]
            case Timer():
                row[r.F_KIND] = r.FACT_TIMER
            case _:
                encode_money_fact(row, fact, self._accounts, self._instruments, self._currencies, self._purses)
        return row

    def _encode_target(self, row: r.Int64Array, fact: Target) -> None:
        assert (fact.quantity_units is None) != (fact.weight_ppm is None), "a target is a quantity or a weight"
        row[r.F_KIND] = r.FACT_TARGET
        row[r.F_INST] = self._instruments[fact.account, fact.symbol]
        row[r.F_STRATEGY] = self._strategies[fact.strategy]
        row[r.F_QTY] = fact.quantity_units or 0
        row[r.F_WEIGHT_PPM] = fact.weight_ppm or 0
        row[r.F_IS_WEIGHT] = int(fact.weight_ppm is not None)
        row[r.F_BATCH] = fact.decided_at_ns

    def _encode_request(self, row: r.Int64Array, fact: OrderRequest) -> None:
        row[r.F_KIND] = r.FACT_REQUEST
        row[r.F_INST] = self._instruments[fact.account, fact.symbol]
        row[r.F_STRATEGY] = self._strategies[fact.strategy]
        row[r.F_QTY] = fact.qty_units
        row[r.F_BATCH] = fact.batch_ns
        row[r.F_SIDE] = fact.side
        row[r.F_TYPE] = fact.type
        row[r.F_TIF] = fact.time_in_force
        row[r.F_LIMIT] = fact.limit_units
        row[r.F_STOP] = fact.stop_units
        row[r.F_FLAGS] = flags_of(fact.post_only, fact.reduce_only, fact.extended_hours)
        row[r.F_EXPIRES] = fact.expires_at_ns
        row[r.F_TRAIL], row[r.F_TRAIL_PPM] = fact.trail_units, fact.trail_ppm
        row[r.F_NOTIONAL] = fact.notional_units
        row[r.F_CLASS] = fact.order_class
        row[r.F_TAKE_PROFIT] = fact.take_profit_units
        row[r.F_STOP_LOSS] = fact.stop_loss_units
        row[r.F_STOP_LOSS_LIMIT] = fact.stop_loss_limit_units

    def _encode_fill(self, row: r.Int64Array, fact: Fill, known: Mapping[ClientOrderId, int]) -> None:
        row[r.F_KIND] = r.FACT_FILL
        row[r.F_INST] = self._instruments[fact.account, fact.symbol]
        row[r.F_NUMBER] = known.get(fact.client_order_id, 0)
        row[r.F_QTY] = fact.qty_units
        row[r.F_SIDE] = fact.side
        row[r.F_PRICE] = fact.price_units
        row[r.F_FEE] = fact.fee_units
        if fact.fee_currency == self._currencies[fact.account]:
            row[r.F_FEE_IN_BASE] = r.FEE_IN_QUOTE
        elif fact.fee_currency == self._bases[fact.account, fact.symbol]:
            row[r.F_FEE_IN_BASE] = r.FEE_IN_BASE
        else:
            row[r.F_FEE_IN_BASE] = r.FEE_IN_PURSE
            row[r.F_PURSE] = self._purses.row_of(fact.account, fact.fee_currency) + 1

    def _encode_transfer(self, row: r.Int64Array, fact: Transfer) -> None:
        row[r.F_KIND] = r.FACT_TRANSFER
        row[r.F_ACCOUNT] = self._accounts[fact.account]
        row[r.F_AMOUNT] = fact.amount_units
        if fact.symbol is not None:
            row[r.F_INST] = self._instruments[fact.account, fact.symbol]
        elif fact.currency != self._currencies[fact.account]:
            row[r.F_PURSE] = self._purses.row_of(fact.account, fact.currency) + 1
