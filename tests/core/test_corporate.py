"""Splits and dividends as blotters: to the unit, and neither makes money nor loses any."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.core.desk import INSTRUMENTS, OPEN_NS, STOCKS, Desk, approved

from seatrial.core import records as r
from seatrial.core.money_views import cash_of
from seatrial.domain.effects import CancelOrder
from seatrial.domain.facts import BusinessDay, CashDividend, Fact, Split
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.orders import OrderStatus, Side
from seatrial.domain.time import DAY_NS

SHARE = 10**9
AAPL = Symbol("AAPL")
NO_STOPS = replace(RiskLimits(), default_stop_loss_ppm=0, enable_trailing_stop=False)


def split(desk: Desk, new: int, old: int, lieu: str | None = None) -> Split:
    price = INSTRUMENTS["AAPL"][1].parse_price(lieu) if lieu else 0
    return Split(desk.now_ns, STOCKS, AAPL, new, old, SHARE if lieu else 0, price)


def figures(desk: Desk) -> tuple[int, ...]:
    """Shares, cost, realised and cash, all in units."""
    view = desk.machine.position(STOCKS, AAPL)
    return view.qty_units, view.cost_units, view.realized_units, desk.machine.cash(STOCKS, "USD")  # type: ignore[arg-type]


def day_result(desk: Desk) -> int:
    row = desk.machine.state.accounts[desk.machine.account_index(STOCKS)]
    return desk.machine.equity_units(STOCKS) - int(row[r.A_DAY_EQUITY])


def test_four_for_one_quadruples_the_shares_and_leaves_the_cost_to_the_unit() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "20", "171")
    qty, cost, realized, cash = figures(desk)
    equity = desk.machine.equity_units(STOCKS)

    assert desk.tell(split(desk, 4, 1)) == ()

    assert figures(desk) == (4 * qty, cost, realized, cash)
    assert desk.machine.position(STOCKS, AAPL).last_price_units == 427_500
    assert desk.machine.equity_units(STOCKS) == equity


def test_a_price_that_does_not_divide_is_rounded_and_that_is_no_result() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "20", "170")
    before = day_result(desk)

    desk.tell(split(desk, 3, 1))

    assert desk.machine.position(STOCKS, AAPL).last_price_units == 566_667
    assert desk.machine.equity_units(STOCKS) == 100_000 * CASH_SCALE + CASH_SCALE // 500  # 60 * 56.6667
    assert day_result(desk) == before


@pytest.mark.parametrize(("held", "left", "paid"), [("20", 2, "0"), ("25", 2, "850"), ("4", 0, "680")])
def test_a_reverse_split_pays_the_fraction_out_at_the_price_it_names(held: str, left: int, paid: str) -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", held, "170")
    cash = desk.machine.cash(STOCKS, "USD")  # type: ignore[arg-type]

    desk.tell(split(desk, 1, 10, lieu="1700"))

    qty, cost, realized, after = figures(desk)
    assert (qty, after - cash) == (left * SHARE, int(paid) * CASH_SCALE)
    assert cost == 1_700 * left * CASH_SCALE
    assert realized == 0
    assert day_result(desk) == 0


def test_a_third_of_a_share_is_priced_before_it_is_rounded() -> None:
    """10 shares 1 for 3 are 3 1/3: the third is paid as a third, not as 0.333333333."""
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "10", "100")
    cash = desk.machine.cash(STOCKS, "USD")  # type: ignore[arg-type]

    desk.tell(split(desk, 1, 3, lieu="300"))

    assert figures(desk)[0] == 3 * SHARE
    assert figures(desk)[3] - cash == 100 * CASH_SCALE


def test_the_fraction_of_a_short_is_bought_in_and_costs_what_rounds_up() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "-10", "100")
    cash = desk.machine.cash(STOCKS, "USD")  # type: ignore[arg-type]

    desk.tell(split(desk, 1, 3, lieu="299.9999"))

    assert figures(desk)[0] == -3 * SHARE
    assert figures(desk)[3] - cash == -9_999_996_667  # a third of 299.9999, rounded up


def test_a_split_without_a_price_for_fractions_keeps_them() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "10", "100")

    desk.tell(split(desk, 1, 3))

    assert figures(desk)[0] == 3_333_333_333


def test_working_orders_are_cancelled_and_the_target_follows_in_new_shares() -> None:
    """The order was approved in old shares at an old price: nobody approved what it would be now."""
    desk = Desk(NO_STOPS)
    desk.bar("AAPL", "170")
    order = approved(desk.target("AAPL", "20"))
    desk.works(order)

    (cancel,) = desk.tell(split(desk, 2, 1))
    assert isinstance(cancel, CancelOrder)
    assert cancel.reason == "corporate_action"
    again = approved(desk.report(cancel, OrderStatus.CANCELED))

    assert (again.side, again.qty_units) == (Side.BUY, 40 * SHARE)


def test_an_order_somebody_asked_for_is_cancelled_and_nothing_takes_its_place() -> None:
    desk = Desk(NO_STOPS)
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "buy", "5", limit="169", id="MINE"))
    desk.works(order)

    (cancel,) = desk.tell(split(desk, 2, 1))
    assert isinstance(cancel, CancelOrder)

    assert desk.report(cancel, OrderStatus.CANCELED) == ()


def test_a_stop_sees_the_same_distance_after_a_split() -> None:
    """Half the price is no loss: neither the stop-loss nor the trailing stop may think so."""
    desk = Desk()
    desk.hold("AAPL", "20", "170")
    desk.tell(split(desk, 2, 1))

    assert desk.bar("AAPL", "85") == ()
    assert desk.bar("AAPL", "84") == ()
    assert approved(desk.bar("AAPL", "82.4")).reason == "stop_loss"


@pytest.mark.parametrize(("held", "paid"), [("20", 410_000_000), ("-20", -410_000_000)])
def test_a_dividend_pays_longs_and_charges_shorts(held: str, paid: int) -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", held, "170")
    cash, realized = figures(desk)[3], figures(desk)[2]

    desk.tell(CashDividend(desk.now_ns, STOCKS, AAPL, 20_500_000))

    assert figures(desk)[2:] == (realized, cash + paid)
    assert desk.machine.position(STOCKS, AAPL).dividends_units == paid
    assert day_result(desk) == paid


def test_a_dividend_is_owed_from_its_ex_date_and_paid_with_the_first_business_day_at_its_pay_date() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "20", "170")
    cash, equity = figures(desk)[3], desk.machine.equity_units(STOCKS)
    pay_at_ns = OPEN_NS + 10 * DAY_NS

    desk.tell(CashDividend(desk.now_ns, STOCKS, AAPL, CASH_SCALE, pay_at_ns))
    owed = cash_of(desk.machine, STOCKS)
    desk.tell(BusinessDay(pay_at_ns - 1, STOCKS))
    waits = cash_of(desk.machine, STOCKS)
    desk.tell(BusinessDay(pay_at_ns + 1, STOCKS))
    paid = cash_of(desk.machine, STOCKS)

    assert (owed.cash_units, owed.due_units) == (waits.cash_units, waits.due_units) == (cash, 20 * CASH_SCALE)
    assert (paid.cash_units, paid.due_units) == (cash + 20 * CASH_SCALE, 0)
    assert desk.machine.equity_units(STOCKS) == equity + 20 * CASH_SCALE


def test_who_sells_before_the_ex_date_is_owed_nothing() -> None:
    desk = Desk(NO_STOPS)
    desk.hold("AAPL", "20", "170")
    order = approved(desk.target("AAPL", "0"))
    desk.works(order)
    desk.fill(order, "170")

    desk.tell(CashDividend(desk.now_ns, STOCKS, AAPL, CASH_SCALE))

    assert figures(desk)[3] == 100_000 * CASH_SCALE


@pytest.mark.parametrize(
    ("fact", "field"),
    [
        (Split(1, STOCKS, AAPL, 0, 1), "new_shares"),
        (Split(1, STOCKS, AAPL, 1, 2_000_000), "old_shares"),
        (Split(1, STOCKS, AAPL, 1, 2, SHARE), "lieu_price_units"),
        (CashDividend(1, STOCKS, AAPL, -5), "per_share_units"),
        (BusinessDay(1, STOCKS, 9), "settles_in"),
    ],
)
def test_what_no_source_can_have_meant_is_refused_and_changes_nothing(fact: Fact, field: str) -> None:
    desk = Desk()
    before = desk.machine.state_fingerprint()

    with pytest.raises(RequestFault) as refused:
        desk.machine.step(fact)

    assert refused.value.field == field
    assert desk.machine.state_fingerprint() == before


def test_a_corporate_action_of_a_symbol_nobody_trades_here_is_no_fact_of_ours() -> None:
    desk = Desk()
    before = desk.machine.state_fingerprint()

    assert desk.machine.step(Split(1, STOCKS, Symbol("TSLA"), 2, 1)) == ()

    assert desk.machine.state_fingerprint() == before
