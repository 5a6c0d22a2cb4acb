"""Fees as the venues round them, as blotters."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.desk import COINS, STOCKS, Desk

from seatrial.core import records as r
from seatrial.core.compiled import compiled
from seatrial.core.fees import FEE_PURSE, FEE_PURSE_PPM, fee_of, fee_row
from seatrial.core.machine import Machine
from seatrial.domain.facts import FxRate, Transfer
from seatrial.domain.fees import SaleFees
from seatrial.domain.ids import JournalEpoch
from seatrial.domain.instrument import Instrument, binance_spot, us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency

BNB, USDT = Currency("BNB"), Currency("USDT")
BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
SEC_AND_TAF = SaleFees(value_ppb=27_800, share_units=16_600, share_units_max=830_000_000)
STOCK = us_equity("AAPL", sale_fees=SEC_AND_TAF)
CENT = Decimal("0.01")


@compiled
def ask_fee(state: r.State, fees: r.Int64Array, side: int, qty: int, price: int, maker: int) -> tuple[int, int]:
    """The fee model, for a caller outside compiled code."""
    return fee_of(state, fees, 0, side, qty, price, maker)  # type: ignore[no-any-return]


def machine_of(instrument: Instrument) -> Machine:
    account = COINS if instrument.quote == USDT else STOCKS
    listed = Account(account, instrument.venue, instrument.quote, instrument.calendar, RiskLimits())
    return Machine([listed], [(account, instrument)], JournalEpoch("fees"))


def fee(instrument: Instrument, side: int, qty: str, price: str, maker: int = 0) -> tuple[int, int]:
    row = np.array(fee_row(instrument), dtype=np.int64)
    units = instrument.parse_qty(qty), instrument.parse_price(price)
    charged: tuple[int, int] = ask_fee(machine_of(instrument).state, row, side, *units, maker)
    return charged


def test_binance_truncates_a_buys_commission_to_eight_decimals_of_the_coin() -> None:
    assert fee(BTC, 1, "0.12345", "64321.99") == (12_345, r.FEE_IN_BASE)
    assert fee(replace(BTC, fee_ppm=750), 1, "0.12345", "64321.99") == (9_258, r.FEE_IN_BASE)  # 9258.75 truncated


def test_binance_truncates_a_sales_commission_to_eight_decimals_of_the_cash() -> None:
    assert fee(BTC, -1, "0.00001", "64321.99") == (64_321, r.FEE_IN_QUOTE)  # 0.0006432199 USDT


def test_a_maker_pays_the_makers_rate_where_there_is_one() -> None:
    cheaper = replace(BTC, maker_fee_ppm=200)

    assert fee(cheaper, -1, "1", "100", maker=1) == (2_000_000, r.FEE_IN_QUOTE)
    assert fee(cheaper, -1, "1", "100", maker=0) == fee(BTC, -1, "1", "100", maker=1) == (10_000_000, r.FEE_IN_QUOTE)


def test_alpaca_charges_nothing_unless_regulatory_fees_are_on() -> None:
    assert fee(us_equity("AAPL"), -1, "100", "170") == (0, r.FEE_IN_QUOTE)
    assert fee(STOCK, 1, "100", "170") == (0, r.FEE_IN_QUOTE)


@pytest.mark.parametrize(
    ("qty", "price", "cents"),
    [
        ("1", "10", 2),  # 0.000278 and 0.000166: a cent each
        ("100", "170", 50),  # 0.4726 -> 0.48 and 0.0166 -> 0.02
        ("1000000", "1", 3_610),  # 27.80, and 166.00 that stops at 8.30
    ],
)
def test_regulatory_fees_on_a_sale_are_each_rounded_up_to_the_cent(qty: str, price: str, cents: int) -> None:
    assert fee(STOCK, -1, qty, price) == (cents * 10**6, r.FEE_IN_QUOTE)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_regulatory_fees_are_what_decimal_says(shares: int, cents: int) -> None:
    value = shares * cents * CENT
    sec = (value * Decimal("27.80") / 1_000_000).quantize(CENT, ROUND_UP)
    taf = min(shares * Decimal("0.000166"), Decimal("8.30")).quantize(CENT, ROUND_UP)

    assert fee(STOCK, -1, str(shares), str(cents * CENT))[0] == int((sec + taf) * CASH_SCALE)


@given(st.integers(1, 10**9), st.integers(1, 10**8), st.sampled_from([1_000, 750, 999, 1]))
def test_commissions_are_what_decimal_says(lots: int, ticks: int, ppm: int) -> None:
    pair = replace(BTC, fee_ppm=ppm)
    qty, price, rate = Decimal(lots).scaleb(-5), Decimal(ticks).scaleb(-2), Decimal(ppm).scaleb(-6)
    unit = Decimal(1).scaleb(-8)

    assert fee(pair, 1, str(qty), str(price))[0] == int((qty * rate).quantize(unit, ROUND_DOWN) * CASH_SCALE)
    proceeds = (qty * price).quantize(unit, ROUND_DOWN)
    assert fee(pair, -1, str(qty), str(price))[0] == int((proceeds * rate).quantize(unit, ROUND_DOWN) * CASH_SCALE)


def test_a_purse_pays_at_its_rate_with_its_discount_or_not_at_all() -> None:
    machine = machine_of(BTC)
    row = np.array(fee_row(BTC), dtype=np.int64)
    machine.step(Transfer(1, COINS, BNB, CASH_SCALE // 1_000))
    row[FEE_PURSE], row[FEE_PURSE_PPM] = machine.purse_rows.row_of(COINS, BNB) + 1, 750_000
    qty, price = BTC.parse_qty("0.01"), BTC.parse_price("60000")

    unrated = ask_fee(machine.state, row, 1, qty, price, 0)
    machine.step(FxRate(2, COINS, BNB, USDT, 700 * CASH_SCALE))
    paid = ask_fee(machine.state, row, 1, qty, price, 0)
    dear = ask_fee(machine.state, row, 1, 10 * qty, price, 0)

    assert unrated == (1_000, r.FEE_IN_BASE)
    assert paid == (64_285, r.FEE_IN_PURSE)  # 0.6 USDT less a quarter, at 700
    assert dear == (10_000, r.FEE_IN_BASE)  # more than the purse holds


def test_a_desk_without_purses_has_none() -> None:
    assert not Desk().machine.purse_rows.rows()
