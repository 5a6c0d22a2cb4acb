"""The state of a machine that has heard nothing: empty arrays, and what settings say of instruments and accounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seatrial.core import records as r
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import AssetClass, Instrument
from seatrial.domain.limits import Account
from seatrial.domain.time import HOUR_NS

STRATEGIES_START = 4
XNYS_DAY_OFFSET_NS = -5 * HOUR_NS  # a New York session never spans this turn of the day


def blank_state(accounts: Sequence[Account], instruments: Sequence[tuple[AccountId, Instrument]]) -> r.State:
    """Arrays with room for these, in the order given, and their rules; limits are written by `StandingLimits`."""
    index_of = {account.id: at for at, account in enumerate(accounts)}
    working_max = sum(account.limits.orders_working_max for account in accounts)
    state = r.State(
        rules=np.zeros((len(instruments), r.RULES_WIDTH), dtype=np.int64),
        positions=np.zeros((len(instruments), r.POSITIONS_WIDTH), dtype=np.int64),
        accounts=np.zeros((len(accounts), r.ACCOUNTS_WIDTH), dtype=np.int64),
        limits=np.zeros((len(accounts), r.LIMITS_WIDTH), dtype=np.int64),
        targets=np.zeros((len(instruments), STRATEGIES_START), dtype=np.int64),
        has_target=np.zeros((len(instruments), STRATEGIES_START), dtype=np.int64),
        # orders that only reduce pass the limit
        orders=np.zeros((4 * working_max + 2 * len(instruments) + 8, r.ORDERS_WIDTH), dtype=np.int64),
        parked=np.zeros((working_max + 2, r.PARKED_WIDTH), dtype=np.int64),
        scalars=np.zeros(r.SCALARS_WIDTH, dtype=np.int64),
        purses=np.zeros((r.PURSES_PER_ACCOUNT * len(accounts), r.PURSE_WIDTH), dtype=np.int64),
        dues=np.zeros((r.DUES_PER_INSTRUMENT * len(instruments) + 8, r.DUE_WIDTH), dtype=np.int64),
    )
    state.scalars[r.S_RESIZE_DUE] = -1
    for at, account in enumerate(accounts):
        state.accounts[at, r.A_DAY_OFFSET_NS] = XNYS_DAY_OFFSET_NS if account.calendar == "XNYS" else 0
        state.accounts[at, r.A_SPENDS_UNSETTLED] = int(account.spends_unsettled)
    for at, (account_id, inst) in enumerate(instruments):
        index = index_of[account_id]
        shares = inst.qty_scale if inst.asset_class == AssetClass.US_EQUITY else 0
        state.rules[at, : r.R_SHARE_UNITS + 1] = (
            index,
            inst.value_div,
            inst.tick_units,
            inst.lot_units,
            inst.qty_min_units,
            inst.notional_min_units,
            int(inst.shortable),
            shares,
        )
        if inst.shortable:
            state.accounts[index, r.A_MARGIN] = 1
    return state
