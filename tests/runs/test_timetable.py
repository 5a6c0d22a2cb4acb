"""A backtest lives through what moves money beside its trades, to the unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
from tests.core.desk import STOCKS

from seatrial.core.money_views import cash_of
from seatrial.domain.facts import BorrowFee, BusinessDay, CashDividend, Interest, MoneyFact, Split
from seatrial.domain.ids import StrategyId, Symbol
from seatrial.domain.instrument import us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.market.bars import BarTable, Source
from seatrial.market.corporate_actions import CorporateAction
from seatrial.runs.backtest import Market, backtest
from seatrial.runs.backtest_run import BacktestRun
from seatrial.runs.terms import Terms, us_settles_in
from seatrial.runs.timetable import AccountTimetable
from seatrial.strategy import BarView, Context, Strategy
from seatrial.strategy.runner import StrategyRunner

AAPL, USD = Symbol("AAPL"), Currency("USD")
SHARE = 10**9
LIMITS = replace(RiskLimits(), default_stop_loss_ppm=0, enable_trailing_stop=False)
ACCOUNT = Account(STOCKS, us_equity("AAPL").venue, USD, "XNYS", LIMITS)
FRIDAY = (date(2020, 8, 28) - date(1970, 1, 1)).days


def open_ns(day: int) -> int:
    return day * DAY_NS + 13 * HOUR_NS + 30 * MINUTE_NS


def bars(prices: dict[int, int], *, shortable: bool = True) -> BarTable:
    """Three minute bars on each day, all at that day's price in dollars."""
    rows = [
        [open_ns(day) + at * MINUTE_NS, open_ns(day) + (at + 1) * MINUTE_NS, *[price * 10_000] * 4, 10**15]
        for day, price in prices.items()
        for at in range(3)
    ]
    table = np.array(rows, dtype=np.int64)
    return BarTable(us_equity("AAPL", shortable=shortable), table, Source("made up", "", 0, 0, recorded=False))


def split(day: int, new: int, old: int) -> CorporateAction:
    return CorporateAction(AAPL, "", open_ns(day), Fraction(new, old), 0, open_ns(day))


def dividend(day: int, cents: int) -> CorporateAction:
    return CorporateAction(AAPL, "", open_ns(day), Fraction(1), cents * 10**6, open_ns(day))


def facts(table: BarTable, terms: Terms, *actions: CorporateAction) -> Sequence[MoneyFact]:
    return AccountTimetable(ACCOUNT, [table], actions, terms).facts()


def test_a_weekend_is_charged_on_monday_before_anything_else_happens() -> None:
    table = bars({FRIDAY: 500, FRIDAY + 3: 125})
    terms = Terms(debit_ppm=80_000, borrow_ppm={AAPL: 3_000})

    told = facts(table, terms, split(FRIDAY + 3, 4, 1), dividend(FRIDAY + 3, 82))

    midnight_ns = (FRIDAY + 3) * DAY_NS + 5 * HOUR_NS
    assert told == [
        Interest(midnight_ns, STOCKS, 3, 80_000),
        BorrowFee(midnight_ns, STOCKS, AAPL, 3, 3_000),
        CashDividend(midnight_ns, STOCKS, AAPL, 82_000_000),
        Split(midnight_ns, STOCKS, AAPL, 4, 1, SHARE, 1_250_000),
    ]


def test_a_cash_account_of_equities_settles_as_the_market_did_on_that_day() -> None:
    told = facts(bars({FRIDAY: 500, FRIDAY + 3: 125}, shortable=False), Terms())

    assert [(type(fact), fact.settles_in) for fact in told if isinstance(fact, BusinessDay)] == [(BusinessDay, 2)] * 2
    days = [date(2017, 9, 4), date(2017, 9, 5), date(2024, 5, 24), date(2024, 5, 28)]
    assert [us_settles_in((day - date(1970, 1, 1)).days * DAY_NS) for day in days] == [3, 2, 2, 1]
    assert facts(bars({FRIDAY: 500}), Terms()) == []


class BuyOnce(Strategy):
    """Six shares on the first bar, and never another word."""

    symbols = ("AAPL",)

    def on_bar(self, context: Context, bar: BarView) -> None:
        if not context.position(bar.symbol) and bar.end_ns < open_ns(FRIDAY + 1):
            context.target(bar.symbol, quantity=6)


def run(terms: Terms, *actions: CorporateAction) -> BacktestRun:
    table = bars({FRIDAY: 500, FRIDAY + 3: 125, FRIDAY + 4: 125})
    market = Market(ACCOUNT, 100_000 * CASH_SCALE, {AAPL: table}, (), actions, terms)
    strategy = StrategyRunner(BuyOnce(), strategy_id=StrategyId("once"), account=STOCKS, instruments=[table.instrument])
    return backtest([market], [strategy])


def test_a_backtest_lives_through_a_split_and_a_dividend_to_the_unit() -> None:
    ran = run(Terms(), split(FRIDAY + 3, 4, 1), dividend(FRIDAY + 3, 82))

    view = ran.machine.position(STOCKS, AAPL)
    assert (view.qty_units, view.cost_units) == (24 * SHARE, 3_000 * CASH_SCALE)
    assert view.dividends_units == 492_000_000  # six old shares
    assert [point.equity_units for point in ran.equity] == [100_000 * CASH_SCALE] * 3 + [10_000_492_000_000] * 6


def test_a_backtest_without_the_split_sees_a_crash_and_one_with_it_none() -> None:
    crash, calm = run(Terms()), run(Terms(), split(FRIDAY + 3, 4, 1))

    assert [run.equity[-1].equity_units for run in (crash, calm)] == [97_750 * CASH_SCALE, 100_000 * CASH_SCALE]


def test_free_cash_earns_for_the_calendar_days_between_days_of_trading() -> None:
    ran = run(Terms(credit_ppm=10_000), split(FRIDAY + 3, 4, 1))

    first = 97_000 * CASH_SCALE * 3 * 10_000 // 360_000_000
    second = (97_000 * CASH_SCALE + first) * 10_000 // 360_000_000
    assert cash_of(ran.machine, STOCKS).interest_units == first + second
