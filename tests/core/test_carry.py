"""Interest, borrow fees, settlement and other currencies: charges to the unit, sums at a rate somebody told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.core.desk import COINS, INSTRUMENTS, OPEN_NS, STOCKS, Desk, approved, refused
from tests.core.test_corporate import AAPL, NO_STOPS, SHARE, day_result

from seatrial.core import records as r
from seatrial.core.machine import Machine
from seatrial.core.money_views import Insufficient, cash_of, purses_of, worth_of
from seatrial.domain.bars import Bar
from seatrial.domain.facts import BarClosed, BorrowFee, BusinessDay, Fill, FxRate, Interest, OrderRequest, Transfer
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import ClientOrderId, ExecutionId, JournalEpoch, StrategyId, Symbol
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.domain.refusals import RefusalCode
from seatrial.domain.time import HOUR_NS

USD, USDT, BNB, EUR = Currency("USD"), Currency("USDT"), Currency("BNB"), Currency("EUR")
BTCUSDT = Symbol("BTCUSDT")


def cash(desk: Desk) -> int:
    return desk.machine.cash(STOCKS, USD)


def withdraw(desk: Desk, dollars: int) -> None:
    desk.tell(Transfer(desk.now_ns, STOCKS, USD, -dollars * CASH_SCALE))


# ------------------------------------------------------------------ interest


def test_borrowed_cash_costs_its_rate_over_360_days_rounded_up() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "20", "170")
    withdraw(desk, 97_600)  # cash is now -1,000
    before = cash(desk)

    desk.tell(Interest(desk.now_ns, STOCKS, days=1, debit_ppm=80_000))

    assert before == -1_000 * CASH_SCALE
    assert cash(desk) - before == -22_222_223  # 1,000 * 8 % / 360 = 0.2222222222..


def test_a_weekend_costs_three_days() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "20", "170")
    withdraw(desk, 97_600)
    before = cash(desk)

    desk.tell(Interest(desk.now_ns, STOCKS, days=3, debit_ppm=80_000))

    assert cash(desk) - before == -66_666_667


def test_free_cash_earns_only_where_a_rate_says_so_rounded_down() -> None:
    desk = Desk()
    desk.tell(Interest(desk.now_ns, STOCKS, days=1, debit_ppm=80_000))
    assert cash(desk) == 100_000 * CASH_SCALE

    desk.tell(Interest(desk.now_ns, STOCKS, days=1, debit_ppm=80_000, credit_ppm=10_000))

    assert cash(desk) - 100_000 * CASH_SCALE == 277_777_777
    assert cash_of(desk.machine, STOCKS).interest_units == 277_777_777


def test_the_proceeds_of_a_short_are_not_free_cash() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "-20", "170")
    before = cash(desk)

    desk.tell(Interest(desk.now_ns, STOCKS, days=1, debit_ppm=0, credit_ppm=10_000))

    assert before == 103_400 * CASH_SCALE
    assert cash(desk) - before == 277_777_777  # on 100,000


def test_a_short_pays_for_its_shares_and_a_long_does_not() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "-20", "170")
    desk.hold("SPY", "5", "270")
    before, result = cash(desk), day_result(desk)

    desk.tell(BorrowFee(desk.now_ns, STOCKS, AAPL, days=1, rate_ppm=50_000))
    desk.tell(BorrowFee(desk.now_ns, STOCKS, Symbol("SPY"), days=1, rate_ppm=50_000))

    assert cash(desk) - before == -47_222_223  # 3,400 * 5 % / 360
    assert desk.machine.position(STOCKS, AAPL).borrow_fees_units == 47_222_223
    assert day_result(desk) - result == -47_222_223  # it is result, unlike a withdrawal


# ---------------------------------------------------------------- settlement


def cash_account(spends_unsettled: bool = False) -> Machine:
    aapl = replace(INSTRUMENTS["AAPL"][1], shortable=False)
    limits = replace(NO_STOPS, price_age_ns_max=48 * HOUR_NS)
    account = Account(STOCKS, aapl.venue, USD, "XNYS", limits, spends_unsettled)
    machine = Machine([account], [(STOCKS, aapl)], JournalEpoch("cash"))
    machine.step(Transfer(OPEN_NS, STOCKS, USD, 1_700 * CASH_SCALE))
    machine.step(BusinessDay(OPEN_NS, STOCKS, settles_in=1))
    machine.step(BarClosed(STOCKS, Bar(AAPL, OPEN_NS, OPEN_NS + 1, 1_700_000, 1_700_000, 1_700_000, 1_700_000, 1)))
    return machine


def trade(machine: Machine, side: Side, shares: int, price: int, number: str) -> None:
    order, execution = ClientOrderId(number), ExecutionId(number)
    machine.step(Fill(OPEN_NS + 2, STOCKS, order, execution, AAPL, side, shares * SHARE, price * 10_000, 0, USD))


def ask(machine: Machine, shares: int) -> object:
    request = OrderRequest(
        OPEN_NS + 3, STOCKS, StrategyId("s"), AAPL, Side.BUY, OrderType.MARKET, TimeInForce.DAY, shares * SHARE
    )
    return machine.step(request)


def test_a_cash_account_cannot_buy_or_withdraw_with_what_has_not_settled() -> None:
    machine = cash_account()
    trade(machine, Side.BUY, 10, 170, "b")
    trade(machine, Side.SELL, 10, 180, "s")

    view = cash_of(machine, STOCKS)
    no = refused(ask(machine, 5))  # type: ignore[arg-type]
    machine.step(BusinessDay(OPEN_NS + 24 * HOUR_NS, STOCKS, settles_in=1))

    assert (view.cash_units, view.unsettled_units, view.withdrawable_units) == (
        1_800 * CASH_SCALE,
        1_800 * CASH_SCALE,
        0,
    )
    assert (no.code, no.limit) == (RefusalCode.BUYING_POWER, 0)
    assert cash_of(machine, STOCKS).withdrawable_units == 1_800 * CASH_SCALE
    approved(ask(machine, 5))  # type: ignore[arg-type]


def test_an_account_that_may_spend_unsettled_proceeds_buys_at_once() -> None:
    machine = cash_account(spends_unsettled=True)
    trade(machine, Side.BUY, 10, 170, "b")
    trade(machine, Side.SELL, 10, 180, "s")

    approved(ask(machine, 5))  # type: ignore[arg-type]
    assert cash_of(machine, STOCKS).withdrawable_units == 0


@pytest.mark.parametrize("settles_in", [1, 2, 3])
def test_proceeds_are_good_after_so_many_business_days(settles_in: int) -> None:
    machine = cash_account()
    machine.step(BusinessDay(OPEN_NS + 1, STOCKS, settles_in))
    trade(machine, Side.BUY, 10, 170, "b")
    trade(machine, Side.SELL, 10, 180, "s")

    good = []
    for day in range(1, settles_in + 1):
        machine.step(BusinessDay(OPEN_NS + day * 24 * HOUR_NS, STOCKS, settles_in))
        good.append(cash_of(machine, STOCKS).withdrawable_units // CASH_SCALE)

    assert good == [0] * (settles_in - 1) + [1_800]


# ---------------------------------------------------------- other currencies


def rate(at_ns: int, text: int, currency: Currency = BNB) -> FxRate:
    return FxRate(at_ns, COINS, currency, USDT, text * CASH_SCALE)


def test_a_deposit_in_another_currency_is_not_added_to_the_accounts_own() -> None:
    desk = Desk()

    desk.tell(Transfer(desk.now_ns, COINS, BNB, 2 * CASH_SCALE))

    assert desk.machine.cash(COINS, USDT) == 100_000 * CASH_SCALE
    assert desk.machine.cash(COINS, BNB) == 2 * CASH_SCALE
    assert worth_of(desk.machine, COINS) == Insufficient(missing=(BNB,), stale=())
    assert str(worth_of(desk.machine, COINS)) == "no rate for BNB"


def test_a_rate_makes_a_sum_and_the_first_one_no_profit() -> None:
    desk = Desk()
    desk.bar("BTCUSDT", "100000")
    row = desk.machine.state.accounts[desk.machine.account_index(COINS)]
    desk.tell(Transfer(desk.now_ns, COINS, BNB, 2 * CASH_SCALE))

    desk.tell(rate(desk.now_ns, 600))
    first = worth_of(desk.machine, COINS), int(row[r.A_DAY_EQUITY])
    desk.tell(rate(desk.now_ns + 1, 650))

    assert first == (101_200 * CASH_SCALE, 101_200 * CASH_SCALE)
    assert worth_of(desk.machine, COINS) == 101_300 * CASH_SCALE
    assert int(row[r.A_DAY_EQUITY]) == 101_200 * CASH_SCALE


def test_a_rate_that_is_too_old_is_no_rate_and_a_late_one_is_history() -> None:
    desk = Desk()
    desk.tell(Transfer(desk.now_ns, COINS, BNB, 2 * CASH_SCALE))
    desk.tell(rate(desk.now_ns, 600))
    desk.tell(rate(desk.now_ns - 1, 1))
    desk.bar("BTCUSDT", "100000", minutes=10)

    assert worth_of(desk.machine, COINS) == 101_200 * CASH_SCALE
    assert worth_of(desk.machine, COINS, rate_age_ns_max=60 * 10**9) == Insufficient(missing=(), stale=(BNB,))


def test_a_rate_must_be_in_the_accounts_own_currency() -> None:
    with pytest.raises(RequestFault, match="quote: accepted is the currency of binance, USDT"):
        Desk().tell(FxRate(1, COINS, EUR, USD, CASH_SCALE))


def test_a_fee_in_a_third_coin_leaves_its_purse_and_is_part_of_the_trades_result() -> None:
    desk = Desk()
    desk.bar("BTCUSDT", "100000")
    desk.tell(Transfer(desk.now_ns, COINS, BNB, 2 * CASH_SCALE))
    desk.tell(rate(desk.now_ns, 600))
    lot = INSTRUMENTS["BTCUSDT"][1].lot_units

    bnb_fee = CASH_SCALE // 1_000
    order, execution = ClientOrderId("o"), ExecutionId("x")
    desk.tell(Fill(desk.now_ns, COINS, order, execution, BTCUSDT, Side.BUY, 10 * lot, 10**13, bnb_fee, BNB))

    (purse,) = purses_of(desk.machine, COINS)
    view = desk.machine.position(COINS, BTCUSDT)
    assert (purse.cash_units, purse.fees_units) == (2 * CASH_SCALE - bnb_fee, bnb_fee)
    assert view.qty_units == 10 * lot
    assert view.fees_units == 60_000_000  # 0.001 BNB at 600
    assert desk.machine.cash(COINS, USDT) == 100_000 * CASH_SCALE - view.cost_units
    assert worth_of(desk.machine, COINS) == 101_200 * CASH_SCALE - 60_000_000


# ------------------------------------------------- a holding before its price


def test_a_holding_that_came_before_its_first_price_is_no_profit() -> None:
    desk = Desk()
    desk.tell(Transfer(desk.now_ns, COINS, Currency("BTC"), CASH_SCALE // 10, symbol=BTCUSDT))
    desk.bar("BTCUSDT", "100000")
    row = desk.machine.state.accounts[desk.machine.account_index(COINS)]

    assert desk.machine.equity_units(COINS) == 110_000 * CASH_SCALE
    assert row[[r.A_DAY_EQUITY, r.A_WEEK_EQUITY, r.A_MONTH_EQUITY]].tolist() == [110_000 * CASH_SCALE] * 3

    desk.bar("BTCUSDT", "101000")
    assert int(row[r.A_DAY_EQUITY]) == 110_000 * CASH_SCALE


def test_what_is_moved_out_takes_its_cost_along() -> None:
    desk = Desk(replace(RiskLimits(), default_stop_loss_ppm=0, enable_trailing_stop=False))
    desk.hold("AAPL", "20", "170")

    desk.tell(Transfer(desk.now_ns, STOCKS, Currency("AAPL"), -5 * SHARE, symbol=AAPL))
    part = desk.machine.position(STOCKS, AAPL)
    desk.tell(Transfer(desk.now_ns, STOCKS, Currency("AAPL"), -15 * SHARE, symbol=AAPL))
    rest = desk.machine.position(STOCKS, AAPL)

    assert (part.cost_units, part.cost_moved_units) == (2_550 * CASH_SCALE, 850 * CASH_SCALE)
    assert (rest.qty_units, rest.cost_units, rest.realized_units) == (0, 0, 0)


def test_a_snapshot_of_the_first_version_is_read() -> None:
    """It knew no purses, nothing owed and fewer columns."""
    import json

    desk = Desk()
    desk.hold("AAPL", "20", "170")
    machine = desk.machine
    body = json.loads(machine.snapshot())
    del body["purses"], body["dues"]
    body["version"] = 1
    body["positions"] = [row[: r.P_DIVIDENDS] for row in body["positions"]]
    body["account_rows"] = [row[: r.A_DUE] for row in body["account_rows"]]
    body["scalars"] = body["scalars"][: r.S_DUES]

    restored = Machine.restore(machine.accounts, machine.instruments, machine.epoch, json.dumps(body).encode())

    assert restored.equity_units(STOCKS) == machine.equity_units(STOCKS)
    known = slice(r.P_DIVIDENDS)
    assert np.array_equal(restored.state.positions[:, known], machine.state.positions[:, known])
