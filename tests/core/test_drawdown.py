"""The drawdown from the equity's peak: it refuses entries and trips the breaker, and only a person lifts it."""

from dataclasses import replace

from tests.core.desk import COINS, STOCKS, Desk, approved, refused

from seatrial.core import records as r
from seatrial.core.breaker import trip_equity
from seatrial.core.compiled import compiled
from seatrial.domain.effects import BreakerTripped
from seatrial.domain.facts import Command, CommandKind, Timer, Transfer
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.refusals import RefusalCode as C

USD = CASH_SCALE
FIVE_PERCENT = RiskLimits(
    max_notional_per_position_units=90_000 * USD, max_total_exposure_units=90_000 * USD,
    max_loss_per_trade_units=9_000 * USD, max_daily_loss_units=50_000 * USD, breaker_daily_loss_units=50_000 * USD,
    max_weekly_loss_units=50_000 * USD, max_monthly_loss_units=50_000 * USD, default_stop_loss_ppm=0,
    enable_trailing_stop=False, max_drawdown_ppm=50_000, breaker_auto_resume=True,
)  # fmt: skip


@compiled
def asked(state: r.State, account: int) -> int:
    """`trip_equity`, for a caller outside compiled code."""
    return trip_equity(state, account)


def rich(limits: RiskLimits = FIVE_PERCENT) -> Desk:
    """200 shares bought at 170, marked at 200: equity 106,000, its peak."""
    desk = Desk(limits)
    desk.hold("AAPL", "200", "170")
    desk.bar("AAPL", "200")
    return desk


def test_a_drawdown_from_the_peak_trips_the_breaker_with_both_numbers() -> None:
    desk = rich()
    assert desk.bar("AAPL", "174") == ()  # 100,800: 5,200 down

    (tripped,) = desk.bar("AAPL", "173")  # 100,600: 5,400 down

    assert isinstance(tripped, BreakerTripped)
    assert (tripped.reason, tripped.limit, tripped.actual) == ("drawdown", 5_300 * USD, 5_400 * USD)
    assert refused(desk.target("SPY", "1")).code is C.BREAKER_TRIPPED
    approved(desk.target("AAPL", "0"))


def test_the_breaker_says_beforehand_at_which_equity_it_trips() -> None:
    desk = rich()
    desk.tell(Timer(desk.now_ns + 1))
    account = desk.machine.account_index(STOCKS)

    assert asked(desk.machine.state, account) == 100_700 * USD
    assert asked(desk.machine.state, desk.machine.account_index(COINS)) == -(2**62)  # nothing heard there yet


def test_without_a_breaker_a_drawdown_still_refuses_entries() -> None:
    desk = rich(replace(FIVE_PERCENT, breaker_enabled=False))
    assert desk.bar("AAPL", "173") == ()

    no = refused(desk.order("AAPL", "buy", "1"))
    assert (no.code, no.limit, no.actual) == (C.MAX_DRAWDOWN, 5_300 * USD, 5_400 * USD)

    desk.tell(Command(desk.now_ns, CommandKind.RESET_BREAKER, "ops", "seen"))
    approved(desk.order("AAPL", "buy", "1"))


def test_time_alone_lifts_no_drawdown_but_a_person_does() -> None:
    desk = rich()
    desk.bar("AAPL", "173")
    desk.bar("AAPL", "173", minutes=60)
    assert desk.machine.breaker(STOCKS) == "TRIPPED"  # auto_resume is on, and does not count here

    desk.tell(Command(desk.now_ns, CommandKind.RESET_BREAKER, "ops", "seen"))
    desk.bar("AAPL", "173")
    assert desk.machine.breaker(STOCKS) == "NORMAL"
    assert desk.bar("AAPL", "170") == ()  # counted from 100,600 now
    (tripped,) = desk.bar("AAPL", "147")
    assert isinstance(tripped, BreakerTripped)


def test_money_paid_in_or_out_leaves_the_drawdown_the_same_share() -> None:
    desk = rich()
    desk.bar("AAPL", "187")  # 103,400 of 106,000
    row = desk.machine.state.accounts[desk.machine.account_index(STOCKS)]
    for amount in (103_400, -51_700):
        desk.tell(Transfer(desk.now_ns, STOCKS, Currency("USD"), amount * USD))
        equity = desk.machine.equity_units(STOCKS)
        assert abs(int(row[r.A_PEAK]) * 103_400 - equity * 106_000) < 106_000 * 2


def test_a_peak_is_of_a_whole_instant_never_of_half_marked_prices() -> None:
    desk = Desk(FIVE_PERCENT)
    desk.hold("AAPL", "200", "170")
    desk.hold("SPY", "-100", "270")
    before = desk.machine.equity_units(STOCKS)
    row = desk.machine.state.accounts[desk.machine.account_index(STOCKS)]
    desk.bar("AAPL", "200")  # +6,000, and in the same instant
    desk.minute -= 1
    desk.bar("SPY", "330")  # -6,000
    desk.tell(Timer(desk.now_ns + 1))

    assert row[r.A_PEAK] == before == desk.machine.equity_units(STOCKS)
