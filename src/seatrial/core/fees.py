"""What a venue takes of a fill, rounded as the venue rounds. The backtest's only fee model.

* A commission is a part of what is received, truncated to the unit: of the quantity of a buy where the venue takes it
  in base, of the cash value otherwise. A unit is 1e-8 of any currency and of any Binance coin, which is what Binance
  truncates to.
* Paid from a purse (BNB), it is the discounted commission at the purse's last rate, truncated twice: in cash, then in
  coin. A purse without a rate, or with less in it than the fee, pays nothing: the commission is then taken as usual.
* Regulatory fees on sales are each rounded up to their step (a cent) for every fill. Off unless an instrument has them:
  Alpaca's paper venue charges none.
"""

from __future__ import annotations

from seatrial.core import records as r
from seatrial.core.arithmetic import muldiv_ceil, muldiv_floor
from seatrial.core.compiled import compiled_inner, compiled_once
from seatrial.core.ledger import trade_value
from seatrial.core.records import Int64Array, State
from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE

# Columns of the fees of a venue, one row per instrument.
FEE_TAKER_PPM = 0
FEE_BUY_IN_BASE = 1
FEE_MAKER_PPM = 2
FEE_SALE_PPB = 3  # of the proceeds of a sale
FEE_SHARE_UNITS = 4  # for each whole share of a sale
FEE_SHARE_UNITS_MAX = 5
FEE_STEP = 6  # what regulatory fees are rounded up to; 0 where there are none
FEE_PURSE = 7  # the row of the purse that pays commissions, plus 1
FEE_PURSE_PPM = 8  # what is left of a commission that a purse pays
FEES_WIDTH = 9

PPB = 1_000_000_000


def fee_row(instrument: Instrument) -> list[int]:
    """An instrument's row. No purse pays yet."""
    maker_ppm = instrument.fee_ppm if instrument.maker_fee_ppm is None else instrument.maker_fee_ppm
    row = [instrument.fee_ppm, int(instrument.fee_in_base_on_buy), maker_ppm, 0, 0, 0, 0, 0, 0]
    sale = instrument.sale_fees
    if sale is not None:
        row[FEE_SALE_PPB : FEE_STEP + 1] = [sale.value_ppb, sale.share_units, sale.share_units_max, sale.step_units]
    return row


@compiled_once
def commission_of(units: int, rate_ppm: int) -> int:
    """A part of what is received, truncated to the unit."""
    return muldiv_floor(units, rate_ppm, r.PPM) if rate_ppm > 0 else 0


@compiled_inner
def up_to_step(units: int, step: int) -> int:
    """The next multiple of a step, itself included."""
    return (units + step - 1) // step * step


@compiled_inner
def sale_fees(fees: Int64Array, qty: int, value: int, share_units: int) -> int:
    """Regulatory fees of a sale."""
    step = fees[FEE_STEP]
    total = up_to_step(muldiv_ceil(value, fees[FEE_SALE_PPB], PPB), step)
    if share_units > 0:
        by_share = min(muldiv_ceil(qty, fees[FEE_SHARE_UNITS], share_units), fees[FEE_SHARE_UNITS_MAX])
        total += up_to_step(by_share, step)
    return total


@compiled_inner
def purse_fee(state: State, fees: Int64Array, rate_ppm: int, value: int) -> int:
    """The commission in the purse's own coin; -1 where the purse cannot pay it."""
    purse = state.purses[fees[FEE_PURSE] - 1]
    if purse[r.W_RATE] == 0:
        return -1
    due = muldiv_floor(value, rate_ppm * fees[FEE_PURSE_PPM], r.PPM * r.PPM)
    fee = muldiv_floor(due, CASH_SCALE, purse[r.W_RATE])
    return fee if fee <= purse[r.W_CASH] else -1


@compiled_inner
def fee_of(state: State, fees: Int64Array, inst: int, side: int, qty: int, price: int, maker: int) -> tuple[int, int]:
    """`(fee, where it is taken)`, the latter one of FEE_IN_QUOTE, FEE_IN_BASE and FEE_IN_PURSE.

    Args:
        fees: the instrument's row.
    """
    rate = fees[FEE_MAKER_PPM] if maker == 1 else fees[FEE_TAKER_PPM]
    sells = side < 0 and fees[FEE_STEP] > 0
    if rate == 0 and not sells:
        return 0, r.FEE_IN_QUOTE
    value = trade_value(side, qty, price, state.rules[inst, r.R_VALUE_DIV])
    if fees[FEE_PURSE] > 0 and not sells:
        fee = purse_fee(state, fees, rate, value)
        if fee >= 0:
            return fee, r.FEE_IN_PURSE
    if side > 0 and fees[FEE_BUY_IN_BASE] == 1:
        return commission_of(qty, rate), r.FEE_IN_BASE
    commission = commission_of(value, rate)
    if sells:
        commission += sale_fees(fees, qty, value, state.rules[inst, r.R_SHARE_UNITS])
    return commission, r.FEE_IN_QUOTE
