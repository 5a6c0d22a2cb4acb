"""The order of refusals is a contract: everything is broken at once, then mended one rule after the other."""

from dataclasses import replace

from tests.core.desk import STOCKS, Desk, refused

from seatrial.core import records as r
from seatrial.core.limit_rows import limits_row
from seatrial.domain.facts import Command, CommandKind
from seatrial.domain.limits import RiskLimits
from seatrial.domain.refusals import RefusalCode as C

NOTHING_GOES = RiskLimits(
    max_shares=0, max_notional_per_position_units=0, max_total_exposure_units=0, max_open_positions=0,
    max_loss_per_trade_units=0, max_daily_loss_units=0, max_weekly_loss_units=0, max_monthly_loss_units=0,
    price_collar_ppm=0, orders_per_minute_max=0, orders_working_max=0, max_net_exposure_units=0,
    max_position_equity_ppm=0, max_leverage_ppm=0, max_drawdown_ppm=0, max_order_shares=0, max_order_value_units=0,
    orders_per_second_max=0, messages_per_minute_max=0, messages_per_second_max=0, duplicate_orders_max=0,
    executions_per_symbol_max=0, close_only=True, restricted_symbols=("AAPL",), breaker_enabled=False,
)  # fmt: skip
WIDE_OPEN = RiskLimits()

# What mends the rule that answers, in the order in which rules answer.
MENDED_BY = {
    C.DAILY_LOSS: "max_daily_loss_units",
    C.WEEKLY_LOSS: "max_weekly_loss_units",
    C.MONTHLY_LOSS: "max_monthly_loss_units",
    C.MAX_DRAWDOWN: "max_drawdown_ppm",
    C.MAX_ORDER_QUANTITY: "max_order_shares",
    C.MAX_ORDER_VALUE: "max_order_value_units",
    C.LOSS_PER_TRADE: "max_loss_per_trade_units",
    C.MAX_SHARES: "max_shares",
    C.MAX_POSITION_NOTIONAL: "max_notional_per_position_units",
    C.MAX_POSITION_SHARE: "max_position_equity_ppm",
    C.MAX_TOTAL_EXPOSURE: "max_total_exposure_units",
    C.MAX_NET_EXPOSURE: "max_net_exposure_units",
    C.MAX_LEVERAGE: "max_leverage_ppm",
    C.MAX_OPEN_POSITIONS: "max_open_positions",
    C.ORDER_RATE_SECOND: "orders_per_second_max",
    C.ORDER_RATE: "orders_per_minute_max",
    C.MESSAGE_RATE_SECOND: "messages_per_second_max",
    C.MESSAGE_RATE: "messages_per_minute_max",
    C.DUPLICATE_ORDER: "duplicate_orders_max",
    C.REPEATED_EXECUTION: "executions_per_symbol_max",
    C.TOO_MANY_ORDERS: "orders_working_max",
}


def test_of_all_rules_that_fail_the_first_declared_answers() -> None:
    desk = Desk(NOTHING_GOES)
    desk.bar("AAPL", "170")
    state, account = desk.machine.state, desk.machine.account_index(STOCKS)
    inst = desk.machine.row_of(STOCKS, desk.machine.instruments[0][1].symbol)
    state.accounts[account, r.A_BREAKER] = r.BREAKER_TRIPPED
    desk.tell(Command(desk.now_ns, CommandKind.HALT, "ops", "test"))
    limits, answers = NOTHING_GOES, []

    def ask(qty: str = "3", limit: str = "170.10") -> C:
        answers.append(refused(desk.order("AAPL", "buy", qty, limit=limit)).code)
        return answers[-1]

    assert refused(desk.order("AAPL", "buy", "1", id="ONCE")).code is C.HALTED
    assert ask() is C.HALTED
    state.scalars[r.S_HALTED] = 0
    assert ask() is C.BREAKER_TRIPPED
    state.accounts[account, r.A_BREAKER] = r.BREAKER_NORMAL
    assert ask() is C.NEW_POSITIONS_DISABLED
    state.limits[account, r.L_CLOSE_ONLY] = 0
    state.positions[inst, r.P_EXIT_PENDING] = 1
    assert ask() is C.EXIT_UNDER_WAY
    state.positions[inst, r.P_EXIT_PENDING] = 0
    assert ask() is C.RESTRICTED_SYMBOL
    state.rules[inst, r.R_RESTRICTED] = 0
    assert ask("1000000000", "170.005") is C.QUANTITY_TOO_LARGE
    assert ask("1.5", "170.005") is C.OFF_TICK
    assert ask("1.5") is C.OFF_LOT
    assert ask() is C.PRICE_COLLAR
    limits = replace(limits, price_collar_ppm=WIDE_OPEN.price_collar_ppm, close_only=False)
    for code, field in MENDED_BY.items():
        state.limits[account] = limits_row(limits)
        assert ask() is code
        limits = replace(limits, **{field: getattr(WIDE_OPEN, field)})
    state.limits[account] = limits_row(limits)
    assert not hasattr(desk.order("AAPL", "buy", "3", limit="170.10")[0], "code")

    declared = list(C)
    assert [declared.index(code) for code in answers] == sorted(declared.index(code) for code in answers)
    never_together = {
        C.NOTHING_TO_REDUCE, C.PRICES_DISAGREE, C.EXPIRES_IN_THE_PAST,
        # unreadable before anything is asked; no price; coins alone; shorts alone; cash
        C.NONE, C.UNKNOWN_SYMBOL, C.DUPLICATE_CLIENT_ORDER_ID, C.TOO_MANY_TARGETS, C.QUANTITY_TOO_SMALL, C.NO_PRICE,
        C.STALE_PRICE, C.NOTIONAL_TOO_SMALL, C.SHORT_NOT_ALLOWED, C.BUYING_POWER,
    }  # fmt: skip
    assert set(answers) | never_together == set(C)
