"""What came of a run, in figures: per account, exact where money is concerned, floats only in ratios.

A figure that the run is too short for is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.orders import Side
from seatrial.domain.time import DAY_NS
from seatrial.runs.backtest import BacktestRun, EquityPoint

PPM = 1_000_000
DAYS_FOR_SHARPE_MIN = 20
DAYS_PER_YEAR = {"XNYS": 252, "24x7": 365}


@dataclass(frozen=True, slots=True)
class SymbolResult:
    """What one symbol did in one account, in cash units of the account's currency."""

    symbol: Symbol
    fills: int
    bought_units: int
    sold_units: int
    fee_units: int
    position_units: int  # quantity units still held


@dataclass(frozen=True, slots=True)
class AccountResult:
    """One account's result. Money in cash units; ratios in millionths."""

    account: AccountId
    currency: str
    opening_units: int
    closing_units: int
    return_ppm: int
    max_drawdown_ppm: int
    fills: int
    turnover_units: int
    fee_units: int
    sharpe: float | None  # annualised, of daily returns; None below twenty days
    symbols: tuple[SymbolResult, ...]


def results_of(run: BacktestRun) -> list[AccountResult]:
    """One result per account that had bars."""
    return [_account_result(run, account) for account in run.machine.accounts if _points(run, account)]


def drawdowns_ppm(equity_units: Sequence[int]) -> list[int]:
    """How far below its highest value so far a curve is at each point, in millionths; 0 at a new high."""
    highest, found = 0, []
    for units in equity_units:
        highest = max(highest, units)
        found.append((highest - units) * PPM // highest if highest > 0 else 0)
    return found


def sharpe_of(daily_units: Sequence[int], days_per_year: int) -> float | None:
    """Annualised mean over deviation of daily returns; None where there are too few days or nothing moved."""
    if len(daily_units) <= DAYS_FOR_SHARPE_MIN or min(daily_units) <= 0:
        return None
    returns = [after / before - 1.0 for before, after in pairwise(daily_units)]
    mean = sum(returns) / len(returns)
    variance = sum((each - mean) ** 2 for each in returns) / (len(returns) - 1)
    return mean / sqrt(variance) * sqrt(days_per_year) if variance > 0 else None


def daily_close(points: Sequence[EquityPoint]) -> list[int]:
    """The last equity of each UTC day."""
    days: dict[int, int] = {}
    for point in points:
        days[(point.at_ns - 1) // DAY_NS] = point.equity_units
    return list(days.values())


def _points(run: BacktestRun, account: Account) -> list[EquityPoint]:
    return [point for point in run.equity if point.account == account.id]


def _account_result(run: BacktestRun, account: Account) -> AccountResult:
    points = _points(run, account)
    curve = [point.equity_units for point in points]
    opening, closing = curve[0], curve[-1]
    symbols = _symbol_results(run, account)
    return AccountResult(
        account=account.id,
        currency=str(account.currency),
        opening_units=opening,
        closing_units=closing,
        return_ppm=(closing - opening) * PPM // opening if opening else 0,
        max_drawdown_ppm=max(drawdowns_ppm(curve)),
        fills=sum(each.fills for each in symbols),
        turnover_units=sum(each.bought_units + each.sold_units for each in symbols),
        fee_units=sum(each.fee_units for each in symbols),
        sharpe=sharpe_of(daily_close(points), DAYS_PER_YEAR.get(account.calendar, 365)),
        symbols=tuple(symbols),
    )


def _symbol_results(run: BacktestRun, account: Account) -> list[SymbolResult]:
    found = []
    for owner, instrument in run.machine.instruments:
        if owner != account.id:
            continue
        fills = [
            each.outcome
            for each in run.fills
            if each.outcome.account == owner and each.outcome.symbol == instrument.symbol
        ]
        found.append(
            SymbolResult(
                symbol=instrument.symbol,
                fills=len(fills),
                bought_units=sum(_value(fill, instrument) for fill in fills if fill.side is Side.BUY),
                sold_units=sum(_value(fill, instrument) for fill in fills if fill.side is Side.SELL),
                fee_units=sum(fee_in_cash(fill, instrument) for fill in fills),
                position_units=run.machine.position(owner, instrument.symbol).qty_units,
            )
        )
    return found


def _value(fill: OutcomeFill, instrument: Instrument) -> int:
    return fill.price_units * fill.qty_units // instrument.value_div


def fee_in_cash(fill: OutcomeFill, instrument: Instrument) -> int:
    """A fee in cash units; one taken in the base coin at the trade's own price, rounded down."""
    if fill.fee_currency == instrument.quote:
        return fill.fee_units
    return fill.price_units * fill.fee_units // instrument.value_div
