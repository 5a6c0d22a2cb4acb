"""Numbers at the edge of what 64 bits hold: the right answer or none, never a wrapped one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk import COINS, INSTRUMENTS, STOCKS, Desk
from tests.core.test_ledger import blank
from tests.core.test_machine import WIDE

from seatrial.core import records as r
from seatrial.core.arithmetic import UNITS_MAX, muldiv_ceil, muldiv_floor, muldiv_toward_zero
from seatrial.core.ledger import market_value, post_fill, trade_value
from seatrial.domain.bars import Bar
from seatrial.domain.effects import Approved, Refused
from seatrial.domain.facts import BarClosed, CashDividend, Fact, Fill, FxRate, OrderRequest, Split, Transfer
from seatrial.domain.ids import ClientOrderId, ExecutionId, StrategyId
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import OrderType, Side, TimeInForce

TOP = 2**63 - 1
edges = st.sampled_from([0, 1, 2, 10**8, 2**31, 2**32, 2**53, 2**61, 2**62 - 1, 2**62, TOP - 1, TOP])
numbers = st.one_of(edges, st.integers(0, TOP))
divisors = st.one_of(st.sampled_from([1, 2, 10**5, 10**8, 2**32, TOP]), st.integers(1, TOP))


@given(numbers, numbers, divisors)
def test_a_product_is_exact_or_refused(a: int, b: int, divisor: int) -> None:
    for name, exact in ((muldiv_floor, a * b // divisor), (muldiv_ceil, -(-a * b // divisor))):
        if exact < TOP:
            assert name(a, b, divisor) == exact
        elif exact > TOP:
            with pytest.raises(AssertionError):
                name(a, b, divisor)
    if a * b // divisor < TOP:
        assert muldiv_toward_zero(-a, b, divisor) == -(a * b // divisor)


@given(st.lists(st.tuples(st.sampled_from([1, -1]), numbers, numbers, st.sampled_from([1, 10**5, 10**8])), max_size=6))
def test_a_fill_of_any_size_is_posted_exactly_or_not_at_all(
    fills: list[tuple[int, int, int, int]],
) -> None:
    position, account = blank()
    held = cash = 0
    for side, qty, price, value_div in fills:
        if qty == 0:
            continue
        value = -(-side * qty * price // value_div) if side > 0 else -(qty * price // value_div)
        try:
            post_fill(position, account, side, qty, price, value_div, 1, 0, 0)
        except AssertionError:
            return  # the process would end here: nothing after it is believed
        held, cash = held + side * qty, cash - value
        assert (position[r.P_QTY], account[r.A_CASH]) == (held, cash)
        assert abs(held) <= UNITS_MAX
        assert abs(cash) <= UNITS_MAX
        assert position[r.P_COST] - position[r.P_REALIZED] == -cash


def test_a_price_at_the_edge_is_refused_by_value_not_wrapped() -> None:
    assert trade_value(1, 2**31, 2**31 - 1, 1) == 2**62 - 2**31
    assert market_value(-(2**31), 2**31 - 1, 1) == -(2**62 - 2**31)
    for qty, price in ((2**31, 2**31), (2**62, 2**62)):
        with pytest.raises(AssertionError):
            trade_value(1, qty, price, 1)
        with pytest.raises(AssertionError):
            market_value(qty, price, 1)


@settings(max_examples=60)
@given(st.sampled_from(list(INSTRUMENTS)), numbers, numbers, numbers, st.sampled_from([Side.BUY, Side.SELL]))
def test_an_order_of_any_size_at_any_price_is_judged_on_true_numbers(
    symbol: str, qty: int, limit: int, close: int, side: Side
) -> None:
    """Approved only within the limits by arithmetic that cannot wrap; refused or ended otherwise."""
    desk = Desk(replace(WIDE, max_shares=10**9, price_collar_ppm=1_000_000))
    account, inst = INSTRUMENTS[symbol]
    with suppress(AssertionError):
        bar = Bar(inst.symbol, desk.now_ns, desk.now_ns + 1, close, close, close, close, 1)
        desk.machine.step(BarClosed(account, bar))
        request = OrderRequest(
            desk.now_ns + 1,
            account,
            StrategyId("s"),
            inst.symbol,
            side,
            OrderType.LIMIT,
            TimeInForce.DAY,
            qty,
            limit,
        )
        (effect,) = desk.machine.step(request)
        assert isinstance(effect, Approved | Refused)
        if isinstance(effect, Approved):
            worth = qty * limit // inst.value_div
            assert worth <= WIDE.max_notional_per_position_units


extremes: list[Fact] = [
    Split(9, STOCKS, INSTRUMENTS["AAPL"][1].symbol, 1_000_000, 1),
    CashDividend(9, STOCKS, INSTRUMENTS["AAPL"][1].symbol, 10**14),
    FxRate(9, COINS, Currency("BNB"), Currency("USDT"), 10**17),
    Transfer(9, STOCKS, Currency("USD"), 2**62 - 1 - 10**13),
    Transfer(9, COINS, Currency("BNB"), 2**62 - 1),
    Fill(
        9,
        STOCKS,
        ClientOrderId("o"),
        ExecutionId("x"),
        INSTRUMENTS["AAPL"][1].symbol,
        Side.BUY,
        2**61,
        10**9,
        0,
        Currency("USD"),
    ),
]


@given(st.lists(st.sampled_from(extremes), min_size=1, max_size=5))
def test_extreme_facts_end_the_process_or_leave_balances_that_have_their_sign(facts: list[Fact]) -> None:
    desk = Desk(WIDE)
    account, inst = INSTRUMENTS["AAPL"]
    desk.tell(Transfer(desk.now_ns, account, inst.base, 10**15, inst.symbol))
    desk.bar("AAPL", "170")
    for fact in facts:
        try:
            desk.machine.step(fact)
        except AssertionError:
            return
        state = desk.machine.state
        assert np.abs(state.positions[:, r.P_QTY]).max() <= UNITS_MAX
        assert (state.positions[:, r.P_QTY] >= 0).all()
        assert (np.abs(state.accounts[:, [r.A_CASH, r.A_HOLDINGS]]) <= UNITS_MAX).all()
        assert (state.accounts[:, r.A_HOLDINGS] >= 0).all()
        assert (state.purses[:, r.W_CASH] >= 0).all()
        assert desk.machine.equity_units(account) <= 2 * UNITS_MAX
        assert desk.machine.cash(account, Currency("USD")) % CASH_SCALE >= 0
