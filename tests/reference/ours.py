"""A case as Seatrial sees it: the public `backtest` and a strategy that says what the case says."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import numpy as np
from tests.reference.cases import SESSION_NS, Case
from tests.reference.plain.instrument import Thing
from tests.reference.plain.world import Decision, Told

from seatrial.domain.bars import Session
from seatrial.domain.ids import AccountId, StrategyId, VenueName
from seatrial.domain.instrument import Instrument, binance_spot, us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.market.bars import BarTable, Source
from seatrial.runs.backtest import Market, backtest
from seatrial.strategy import BarView, Context, Strategy
from seatrial.strategy.runner import StrategyRunner


def units(value: Decimal, scale: int) -> int:
    """Exactly, or not at all."""
    scaled = value * scale
    assert scaled == int(scaled), value
    return int(scaled)


def instrument_of(thing: Thing, equities: bool) -> Instrument:
    """The same instrument in our words."""
    if equities:
        return replace(us_equity(thing.symbol), fee_ppm=int(thing.fee))
    base = thing.symbol.removesuffix("USDT")
    return binance_spot(base, "USDT", tick="0.01", lot="0.0001", notional_min="5", fee_ppm=int(thing.fee))


def limits_of(case: Case) -> RiskLimits:
    """The same limits in our words."""
    limits = case.limits
    return RiskLimits(
        max_shares=int(limits.max_shares),
        max_notional_per_position_units=units(limits.max_position, CASH_SCALE),
        max_total_exposure_units=units(limits.max_exposure, CASH_SCALE),
        max_open_positions=limits.max_positions,
        max_loss_per_trade_units=units(limits.loss_per_trade, CASH_SCALE),
        max_daily_loss_units=units(limits.daily_loss, CASH_SCALE),
        max_weekly_loss_units=units(limits.weekly_loss, CASH_SCALE),
        max_monthly_loss_units=units(limits.monthly_loss, CASH_SCALE),
        default_stop_loss_ppm=int(limits.stop_loss),
        enable_trailing_stop=limits.trailing > 0,
        trailing_stop_ppm=int(limits.trailing) or 20_000,
        breaker_enabled=limits.breaker,
        breaker_daily_loss_units=units(limits.breaker_loss, CASH_SCALE),
        breaker_consecutive_losses_max=limits.breaker_losses,
        breaker_cooldown_ns=limits.cooldown_ns,
        breaker_auto_resume=limits.auto_resume,
        price_collar_ppm=int(limits.collar),
        price_age_ns_max=limits.price_age_ns,
        orders_per_minute_max=limits.orders_per_minute,
        orders_working_max=limits.orders_working,
    )


class Script(Strategy):
    """Says what the case says, on the bar it says it on."""

    def __init__(self, case: Case) -> None:
        self.symbols = tuple(thing.symbol for thing in case.things)
        self._said: dict[tuple[int, str], list[Decision]] = {}
        for bars, decisions in zip(case.batches, case.decisions, strict=True):
            for decision in decisions:
                self._said.setdefault((bars[0].end_ns, decision.symbol), []).append(decision)
        self._handles: list[object] = []

    def on_bar(self, context: Context, bar: BarView) -> None:
        """Say it."""
        for decision in self._said.get((bar.end_ns, bar.symbol), ()):
            if decision.kind == "cancel":
                context.cancel(self._handles[int(decision.amount)])
            elif decision.kind == "weight":
                context.target(bar.symbol, weight=decision.amount / 1_000_000)
            elif decision.kind == "quantity":
                context.target(bar.symbol, quantity=decision.amount)
            else:
                ask = context.buy if decision.side > 0 else context.sell
                handle = ask(
                    bar.symbol,
                    decision.amount,
                    limit_price=decision.limit or None,
                    stop_price=decision.stop or None,
                    time_in_force=decision.until,
                    post_only=decision.post_only,
                )
                self._handles.append(handle)


def run(case: Case) -> tuple[Told, dict[str, tuple[Decimal, ...]], Decimal]:
    """What our backtest tells of a case, in dollars and shares: the story, each holding, and the cash."""
    instruments = [instrument_of(thing, case.equities) for thing in case.things]
    rows: dict[str, list[list[int]]] = {instrument.symbol: [] for instrument in instruments}
    by_symbol = {instrument.symbol: instrument for instrument in instruments}
    for bars in case.batches:
        for bar in bars:
            inst = by_symbol[bar.symbol]
            prices = [units(price, inst.price_scale) for price in (bar.open, bar.high, bar.low, bar.close)]
            rows[bar.symbol].append([bar.start_ns, bar.end_ns, *prices, units(bar.volume, inst.qty_scale)])
    source = Source("case", "", 0, 0, recorded=False)
    tables = {
        inst.symbol: BarTable(inst, np.array(rows[inst.symbol], dtype=np.int64).reshape(-1, 7), source)
        for inst in instruments
    }
    currency = Currency("USD" if case.equities else "USDT")
    calendar = "XNYS" if case.equities else "24x7"
    account = Account(AccountId("case"), VenueName("x"), currency, calendar, limits_of(case))
    sessions = [Session(str(close_ns), close_ns - SESSION_NS, close_ns) for close_ns in case.closes]
    market = Market(account, units(case.cash, CASH_SCALE), tables, sessions)
    runner = StrategyRunner(
        Script(case), strategy_id=StrategyId("script"), account=account.id, instruments=instruments, epoch="backtest"
    )
    done = backtest([market], [runner], participation_ppm=int(case.part))
    told = Told(
        trades=[
            (
                fill.outcome.at_ns,
                fill.outcome.symbol,
                int(fill.outcome.side),
                Decimal(fill.outcome.qty_units) / by_symbol[fill.outcome.symbol].qty_scale,
                Decimal(fill.outcome.price_units) / by_symbol[fill.outcome.symbol].price_scale,
            )
            for fill in done.fills
        ],
        equity=[Decimal(point.equity_units) / CASH_SCALE for point in done.equity],
        refused=Counter({code.name: count for code, count in done.refusals.items()}),
        orders=done.orders,
        cancels=done.cancels,
        expired=done.expired,
        trips=done.trips,
    )
    holdings = {
        view.symbol: (
            Decimal(view.qty_units) / by_symbol[view.symbol].qty_scale,
            Decimal(view.cost_units) / CASH_SCALE,
            Decimal(view.realized_units) / CASH_SCALE,
            Decimal(view.fees_units) / CASH_SCALE,
        )
        for view in done.machine.positions()
    }
    return told, holdings, Decimal(done.machine.cash(account.id, currency)) / CASH_SCALE
