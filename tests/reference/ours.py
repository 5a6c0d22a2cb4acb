"""A case as Seatrial sees it: the public `backtest` and a strategy that says what the case says."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from tests.reference.cases import MONDAY_OPEN_NS, SESSION_NS, Case
from tests.reference.plain.account import DAY_NS
from tests.reference.plain.desk import Decision
from tests.reference.plain.instrument import Thing
from tests.reference.plain.told import Told

from seatrial.domain.bars import Session
from seatrial.domain.fees import SaleFees
from seatrial.domain.ids import AccountId, StrategyId, Symbol, VenueName
from seatrial.domain.instrument import Instrument, binance_spot, us_equity
from seatrial.domain.limits import NO_LIMIT, Account, RiskLimits, SymbolLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.money_facts import CashDividend, FxRate
from seatrial.market.bars import BarTable, Source
from seatrial.market.corporate_actions import CorporateAction
from seatrial.runs.backtest import Market, backtest
from seatrial.runs.terms import FeePurse, Terms
from seatrial.strategy import BarView, Context, Strategy
from seatrial.strategy.asking import OcoWords
from seatrial.strategy.runner import StrategyRunner


def units(value: Decimal, scale: int) -> int:
    """Exactly, or not at all."""
    scaled = value * scale
    assert scaled == int(scaled), value
    return int(scaled)


def instrument_of(thing: Thing, equities: bool) -> Instrument:
    """The same instrument in our words."""
    if equities:
        fees = None
        if thing.sale_part:
            most = units(thing.sale_per_share_max, CASH_SCALE)
            fees = SaleFees(units(thing.sale_part, 10**9), units(thing.sale_per_share, CASH_SCALE), most)
        return replace(us_equity(thing.symbol, shortable=thing.shortable, sale_fees=fees), fee_ppm=int(thing.fee))
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
        max_net_exposure_units=_or_none(limits.net_exposure, CASH_SCALE),
        max_position_equity_ppm=_or_none(limits.position_share),
        max_leverage_ppm=_or_none(limits.leverage),
        max_drawdown_ppm=_or_none(limits.drawdown),
        max_order_shares=_or_none(limits.order_shares),
        max_order_value_units=_or_none(limits.order_value, CASH_SCALE),
        orders_per_second_max=_or_none(limits.orders_per_second),
        messages_per_minute_max=_or_none(limits.messages_per_minute),
        messages_per_second_max=_or_none(limits.messages_per_second),
        duplicate_orders_max=_or_none(limits.duplicates),
        duplicate_window_ns=limits.duplicate_window_ns,
        executions_per_symbol_max=_or_none(limits.executions),
        execution_window_ns=limits.execution_window_ns,
        close_only=limits.close_only,
        restricted_symbols=tuple(sorted(limits.restricted)),
    )


def _or_none(limit: Decimal | int | None, scale: int = 1) -> int:
    return NO_LIMIT if limit is None else units(Decimal(limit), scale)


COIN = Currency("BNB")


def terms_of(case: Case, account: AccountId) -> Terms:
    """The same terms in our words."""
    given, facts = case.terms, []
    for fact in given.facts:
        if fact.kind == "rate":
            quote = Currency("USDT")
            facts.append(FxRate(fact.at_ns, account, COIN, quote, units(fact.amount, CASH_SCALE)))
        else:
            per_share = units(fact.amount, CASH_SCALE)
            facts.append(CashDividend(fact.at_ns, account, Symbol(fact.symbol), per_share, fact.pay_ns))
    return Terms(
        debit_ppm=int(given.debit),
        credit_ppm=int(given.credit),
        borrow_ppm={Symbol(symbol): int(part) for symbol, part in given.borrow.items()},
        settles_in=given.settles_in,
        purses={COIN: units(case.purse, CASH_SCALE)} if case.purse else {},
        facts=facts,
        fee_purse=FeePurse(COIN, int(case.fee_part)) if case.fee_part else None,
    )


def actions_of(case: Case) -> list[CorporateAction]:
    """The same splits and dividends, at the open of their ex-dates."""
    found = []
    for fact in case.actions:
        ex_ns = MONDAY_OPEN_NS + (fact.at_ns - MONDAY_OPEN_NS + DAY_NS) // DAY_NS * DAY_NS
        ratio = Fraction(fact.new, fact.old)
        cash_units = units(fact.amount, CASH_SCALE) if fact.kind == "dividend" else 0
        found.append(CorporateAction(Symbol(fact.symbol), "", ex_ns, ratio, cash_units, ex_ns))
    return found


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
                if self._handles[int(decision.amount)] is not None:
                    context.cancel(self._handles[int(decision.amount)])
            elif decision.kind == "weight":
                context.target(bar.symbol, weight=decision.amount / 1_000_000)
            elif decision.kind == "quantity":
                context.target(bar.symbol, quantity=decision.amount)
            elif decision.kind == "oco":
                self._handles.append(self._oco(context, decision))
            else:
                ask = context.buy if decision.side > 0 else context.sell
                self._handles.append(ask(bar.symbol, decision.amount or None, **words_of(decision)))

    def _oco(self, context: Context, decision: Decision) -> object:
        if context.position(decision.symbol) == 0:
            return None
        words = {name: word for name, word in words_of(decision).items() if name in OcoWords.__annotations__}
        return context.oco(decision.symbol, decision.amount or None, **words)


def words_of(decision: Decision) -> dict[str, Any]:
    """Everything it says beside symbol, side and quantity, where it says it."""
    words = {
        "limit_price": decision.limit,
        "stop_price": decision.stop,
        "time_in_force": decision.until,
        "post_only": decision.post_only,
        "reduce_only": decision.reduce_only,
        "notional": decision.notional,
        "good_till": decision.expires_ns,
        "trail_amount": decision.trail,
        "trail_percent": decision.trail_part / 10_000,
        "take_profit": decision.take_profit,
        "stop_loss": decision.stop_loss,
        "stop_loss_limit": decision.stop_loss_limit,
    }
    return {name: word for name, word in words.items() if word}


def run(case: Case) -> tuple[Told, dict[str, tuple[Decimal, ...]], Decimal, Decimal]:
    """What our backtest tells of a case, in dollars and shares: the story, each holding, cash and purse."""
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
    collars = tuple(
        (Symbol(symbol), SymbolLimits(price_collar_ppm=int(part))) for symbol, part in case.limits.collar_of.items()
    )
    account = Account(
        AccountId("case"), VenueName("x"), currency, calendar, limits_of(case), case.spends_unsettled, collars
    )
    sessions = [Session(str(close_ns), close_ns - SESSION_NS, close_ns) for close_ns in case.closes]
    terms = terms_of(case, account.id)
    market = Market(account, units(case.cash, CASH_SCALE), tables, sessions, actions_of(case), terms)
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
            Decimal(view.dividends_units) / CASH_SCALE,
            Decimal(view.borrow_fees_units) / CASH_SCALE,
        )
        for view in done.machine.positions()
    }
    purse = Decimal(done.machine.cash(account.id, COIN)) / CASH_SCALE if case.purse else Decimal(0)
    return told, holdings, Decimal(done.machine.cash(account.id, currency)) / CASH_SCALE, purse
