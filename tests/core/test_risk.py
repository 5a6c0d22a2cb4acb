"""Every refusal, in the order that is the contract: the first rule that fails is the answer."""

from dataclasses import replace

import pytest
from tests.core.desk import STOCKS, Desk, approved, refused

from seatrial.domain.facts import Target
from seatrial.domain.ids import StrategyId, Symbol
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.refusals import RefusalCode

C = RefusalCode
USD = CASH_SCALE


def flat(_: Desk) -> None:
    """Nothing held."""


def long_aapl(desk: Desk) -> None:
    desk.hold("AAPL", "20", "170")


CASES = [
    # limits changed, what is held, symbol side qty rest -> code limit actual
    ({}, flat, ("AAPL", "buy", "1000000000", {}), C.QUANTITY_TOO_LARGE, (2**59 // 1_700_000) * 10**5, 10**18),
    ({}, flat, ("AAPL", "buy", "1", {"limit": "170.005"}), C.OFF_TICK, 100, 1_700_050),
    ({}, flat, ("AAPL", "buy", "1.5", {}), C.OFF_LOT, 10**9, 15 * 10**8),
    ({}, flat, ("SPY", "buy", "1", {}), C.NO_PRICE, 1, 0),
    ({}, flat, ("BTCUSDT", "buy", "0.00001", {}), C.NOTIONAL_TOO_SMALL, 5 * USD, 1 * USD),
    ({}, flat, ("AAPL", "buy", "1", {"limit": "140"}), C.PRICE_COLLAR, 170_000, 300_000),
    ({}, flat, ("BTCUSDT", "sell", "0.01", {}), C.SHORT_NOT_ALLOWED, 0, 10**6),
    ({"max_loss_per_trade_units": 50 * USD}, flat, ("AAPL", "buy", "10", {}), C.LOSS_PER_TRADE, 50 * USD, 51 * USD),
    ({"max_shares": 25}, long_aapl, ("AAPL", "buy", "6", {}), C.MAX_SHARES, 25 * 10**9, 26 * 10**9),
    ({}, long_aapl, ("AAPL", "buy", "10", {}), C.MAX_POSITION_NOTIONAL, 5_000 * USD, 5_100 * USD),
    ({"max_total_exposure_units": 4_000 * USD}, long_aapl, ("AAPL", "buy", "5", {}), C.MAX_TOTAL_EXPOSURE,
     4_000 * USD, 4_250 * USD),
    ({"max_open_positions": 0}, flat, ("AAPL", "buy", "1", {}), C.MAX_OPEN_POSITIONS, 0, 1),
    ({"max_open_positions": 1}, long_aapl, ("AAPL", "buy", "1", {}), C.NONE, 0, 0),
    ({"max_daily_loss_units": 0}, flat, ("AAPL", "buy", "1", {}), C.DAILY_LOSS, 0, 0),
    ({"max_weekly_loss_units": 0}, flat, ("AAPL", "buy", "1", {}), C.WEEKLY_LOSS, 0, 0),
    ({"max_monthly_loss_units": 0}, flat, ("AAPL", "buy", "1", {}), C.MONTHLY_LOSS, 0, 0),
    ({"close_only": True}, flat, ("AAPL", "buy", "1", {}), C.NEW_POSITIONS_DISABLED, 0, 1),
    ({"max_order_shares": 9}, flat, ("AAPL", "buy", "10", {}), C.MAX_ORDER_QUANTITY, 9 * 10**9, 10 * 10**9),
    ({"max_order_shares": 9}, flat, ("BTCUSDT", "buy", "0.01", {}), C.NONE, 0, 0),  # shares are of equities
    ({"max_order_value_units": 1_600 * USD}, flat, ("AAPL", "buy", "10", {}), C.MAX_ORDER_VALUE,
     1_600 * USD, 1_700 * USD),
    ({"max_position_equity_ppm": 40_000}, long_aapl, ("AAPL", "buy", "4", {}), C.MAX_POSITION_SHARE,
     4_000 * USD, 4_080 * USD),
    ({"max_net_exposure_units": 4_000 * USD}, long_aapl, ("AAPL", "buy", "4", {}), C.MAX_NET_EXPOSURE,
     4_000 * USD, 4_080 * USD),
    ({"max_net_exposure_units": 3_000 * USD}, flat, ("AAPL", "sell", "20", {}), C.MAX_NET_EXPOSURE,
     3_000 * USD, 3_400 * USD),
    ({"max_leverage_ppm": 40_000}, long_aapl, ("AAPL", "buy", "4", {}), C.MAX_LEVERAGE, 4_000 * USD, 4_080 * USD),
    ({"orders_per_second_max": 0}, flat, ("AAPL", "buy", "1", {}), C.ORDER_RATE_SECOND, 0, 1),
    ({"messages_per_second_max": 0}, flat, ("AAPL", "buy", "1", {}), C.MESSAGE_RATE_SECOND, 0, 1),
    ({"messages_per_minute_max": 0}, flat, ("AAPL", "buy", "1", {}), C.MESSAGE_RATE, 0, 1),
    ({"duplicate_orders_max": 0}, flat, ("AAPL", "buy", "1", {}), C.DUPLICATE_ORDER, 0, 1),
    ({"executions_per_symbol_max": 0}, flat, ("AAPL", "buy", "1", {}), C.REPEATED_EXECUTION, 0, 1),
    ({"orders_per_minute_max": 0}, flat, ("AAPL", "buy", "1", {}), C.ORDER_RATE, 0, 1),
    ({"orders_working_max": 0}, flat, ("AAPL", "buy", "1", {}), C.TOO_MANY_ORDERS, 0, 1),
    # an order that can only reduce passes the rules of size
    ({"max_shares": 1, "max_daily_loss_units": 0}, long_aapl, ("AAPL", "sell", "20", {}), C.NONE, 0, 0),
    ({"close_only": True, "max_order_shares": 1, "messages_per_second_max": 0, "executions_per_symbol_max": 0},
     long_aapl, ("AAPL", "sell", "20", {}), C.NONE, 0, 0),
    ({}, flat, ("AAPL", "buy", "1", {"limit": "169.99"}), C.NONE, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "before", "order", "code", "limit", "actual"), CASES)
def test_the_first_rule_that_fails_answers_with_both_numbers(changed, before, order, code, limit, actual) -> None:  # type: ignore[no-untyped-def]
    desk = Desk()
    before(desk)
    for symbol, price in (("AAPL", "170"), ("BTCUSDT", "100000")):
        desk.bar(symbol, price)
    row = desk.machine.state.limits
    wanted = replace(RiskLimits(), **changed)
    from seatrial.core.limit_rows import limits_row

    row[:] = limits_row(wanted)
    symbol, side, qty, rest = order

    effects = desk.order(symbol, side, qty, **rest)

    if code is C.NONE:
        approved(effects)
    else:
        answer = refused(effects)
        assert (answer.code, answer.limit, answer.actual) == (code, limit, actual)


def test_an_old_price_is_no_price() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    desk.bar("BTCUSDT", "100000", minutes=6)

    assert refused(desk.order("AAPL", "buy", "1")).code is C.STALE_PRICE


def test_a_used_client_order_id_and_an_unknown_symbol_are_refused() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    approved(desk.order("AAPL", "buy", "1", id="ONCE"))

    assert refused(desk.order("AAPL", "buy", "1", id="ONCE")).code is C.DUPLICATE_CLIENT_ORDER_ID


def test_the_numbers_of_refusals_stand_in_journals_and_are_never_used_twice() -> None:
    assert sorted(int(code) for code in C) == list(range(len(C)))
    assert (C.HALTED, C.UNKNOWN_SYMBOL, C.DAILY_LOSS, C.TOO_MANY_ORDERS) == (1, 4, 15, 25)


def test_no_wish_however_large_stops_the_machine() -> None:
    desk = Desk()
    desk.bar("AAPL", "170")
    (effect, *_) = desk.tell(
        Target(desk.now_ns, STOCKS, StrategyId("t"), Symbol("AAPL"), desk.now_ns, quantity_units=2**62)
    )
    assert refused((effect,)).code is C.QUANTITY_TOO_LARGE
    assert refused(desk.target("AAPL", "1000000000")).code is C.QUANTITY_TOO_LARGE
    assert refused(desk.target("AAPL", "-1000000000")).code is C.QUANTITY_TOO_LARGE
