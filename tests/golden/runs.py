"""What an example strategy does on one market, in whole units and exact texts."""

from functools import cache
from pathlib import Path

from tests.recorded import RECORDED

from seatrial.bootstrap.markets import load_timeline
from seatrial.core.prints import PRINTS_PER_BAR, print_at_ns, print_price, print_volume
from seatrial.domain.ids import AccountId, StrategyId, VenueName
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency, units_text
from seatrial.market.bars import BarTable
from seatrial.market.shift import Timeline
from seatrial.runs.backtest import Market, backtest
from seatrial.services.schedule_gate import SessionsNear
from seatrial.strategy import examples
from seatrial.strategy.load import load_strategy
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.watching import Trade

DATA = RECORDED
FOLDER = Path(examples.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("[!_]*.py"))
MARKETS = ("made up", "recorded")
SEED = 7
SESSIONS = {"made up": 4, "recorded": 5}
WIDE = 10**9 * CASH_SCALE
LIMITS = RiskLimits(
    max_shares=10**6,
    max_notional_per_position_units=WIDE,
    max_total_exposure_units=WIDE,
    max_open_positions=10,
    max_loss_per_trade_units=WIDE,
    max_daily_loss_units=1_000 * CASH_SCALE,
    max_weekly_loss_units=WIDE,
    max_monthly_loss_units=WIDE,
    breaker_enabled=False,
)
CASH_UNITS = 100_000 * CASH_SCALE


@cache
def timeline(market: str, symbols: tuple[str, ...]) -> Timeline:
    """The bars and sessions of some symbols."""
    data = DATA if market == "recorded" else None
    return load_timeline(data, symbols, seed=SEED, session_count=SESSIONS[market])


def prints(table: BarTable, start_ns: int, end_ns: int) -> list[Trade]:
    """The four prints of each bar as the trades of these runs: nothing else is recorded of those days."""
    found = []
    for start, end, *prices, volume in table.between(start_ns, end_ns).rows.tolist():
        for index in range(PRINTS_PER_BAR):
            at_ns, price = print_at_ns(start, end, index), print_price(*prices, index)
            found.append(Trade(at_ns, price, print_volume(volume, table.instrument.lot_units, index)))
    return found


def statistics(name: str, market: str) -> dict[str, object]:
    """What the strategy did: exact, and in a form that a person can compare."""
    loaded = load_strategy(FOLDER / f"{name}.py", {})
    told = timeline(market, tuple(loaded.strategy.symbols))
    tables = told.tables
    first = next(iter(tables.values())).instrument
    account = Account(AccountId("golden"), VenueName(first.venue), Currency(first.quote), first.calendar, LIMITS)
    runner = StrategyRunner(
        loaded.strategy,
        strategy_id=StrategyId(name),
        account=account.id,
        instruments=[table.instrument for table in tables.values()],
        epoch="backtest",
        sessions_at=SessionsNear(first.calendar).at,
        trades=lambda symbol, start_ns, end_ns: prints(tables[symbol], start_ns, end_ns),
    )
    sessions = told.sessions if first.calendar != "24x7" else ()
    run = backtest([Market(account, CASH_UNITS, tables, sessions)], [runner])
    held = run.machine.positions()
    return {
        "bars": run.bars,
        "orders": run.orders,
        "fills": len(run.fills),
        "cancels": run.cancels,
        "expired": run.expired,
        "refused": {code.name: count for code, count in sorted(run.refusals.items())},
        "equity": units_text(run.equity[-1].equity_units, CASH_SCALE),
        "lowest_equity": units_text(min(point.equity_units for point in run.equity), CASH_SCALE),
        "cash": units_text(run.machine.cash(account.id, account.currency), CASH_SCALE),
        "fees": units_text(sum(view.fees_units for view in held), CASH_SCALE),
        "realized": units_text(sum(view.realized_units for view in held), CASH_SCALE),
        "outcome": run.outcome_fingerprint[:16],
    }
