"""What the machine's risk rules count for an account right now, read in one place."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.core import records as r
from seatrial.core.machine import Machine
from seatrial.domain.ids import AccountId
from seatrial.domain.time import MINUTE_NS, SECOND_NS


@dataclass(frozen=True, slots=True)
class RiskState:
    """One account. Times are market time; `cooldown_ends_ns` is None while the breaker is NORMAL."""

    account: AccountId
    breaker: str  # NORMAL, TRIPPED or COOLDOWN
    cooldown_ends_ns: int | None
    losses_in_row: int
    equity_units: int
    day_loss_units: int | None  # equity lost since the period began, negative for a gain; None before the first bar
    week_loss_units: int | None
    month_loss_units: int | None
    peak_units: int  # the highest equity, from which the drawdown is counted
    drawdown_ppm: int
    entries_this_second: int
    entries_this_minute: int
    messages_this_second: int
    messages_this_minute: int
    orders_working: int


def risk_state(machine: Machine, account: AccountId) -> RiskState:
    """The account's row, in words."""
    row = machine.state.accounts[machine.account_index(account)]
    equity = machine.equity_units(account)
    started = row[r.A_STARTED] == 1
    breaker = machine.breaker(account)
    same_minute = int(row[r.A_RATE_MINUTE]) == machine.now_ns // MINUTE_NS
    same_second = int(row[r.A_RATE_SECOND]) == machine.now_ns // SECOND_NS
    peak = max(int(row[r.A_PEAK]), equity)
    return RiskState(
        account=account,
        breaker=breaker,
        cooldown_ends_ns=None if breaker == "NORMAL" else int(row[r.A_COOLDOWN_ENDS]),
        losses_in_row=int(row[r.A_LOSSES_IN_ROW]),
        equity_units=equity,
        day_loss_units=int(row[r.A_DAY_EQUITY]) - equity if started else None,
        week_loss_units=int(row[r.A_WEEK_EQUITY]) - equity if started else None,
        month_loss_units=int(row[r.A_MONTH_EQUITY]) - equity if started else None,
        peak_units=peak,
        drawdown_ppm=(peak - equity) * r.PPM // peak if peak > 0 else 0,
        entries_this_second=int(row[r.A_SECOND_COUNT]) if same_second else 0,
        entries_this_minute=int(row[r.A_RATE_COUNT]) if same_minute else 0,
        messages_this_second=int(row[r.A_SECOND_MESSAGES]) if same_second else 0,
        messages_this_minute=int(row[r.A_MINUTE_MESSAGES]) if same_minute else 0,
        orders_working=_working(machine, account),
    )


def _working(machine: Machine, account: AccountId) -> int:
    """Working rows of the account; the machine's own count, not its memory of ended orders."""
    index = machine.account_index(account)
    state = machine.state
    insts = state.orders[: int(state.scalars[r.S_ORDERS]), r.O_INST]
    return int((state.rules[insts, r.R_ACCOUNT] == index).sum())
