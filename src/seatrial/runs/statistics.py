"""The figures of a run: exact where they are money, floats where they are ratios, absent where data is too thin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.orders import Side
from seatrial.runs import ratios
from seatrial.runs.ratios import Drawdown, Figure, Returns
from seatrial.runs.result import Holding, Int64Array, RunResult
from seatrial.runs.trades import Trade, cash_change_units, fee_cash_units, quantity_change_units, trades_of, value_units


@dataclass(frozen=True, slots=True)
class SymbolStatistics:
    """One symbol in one account. `result_units` is cash moved plus what is still held, so it includes fees."""

    symbol: Symbol
    instrument: Instrument
    fills: int
    maker_fills: int
    partial_fills: int
    bought_units: int
    sold_units: int
    fee_units: int
    result_units: int
    position_units: int
    market_value_units: int
    trades: tuple[Trade, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AccountStatistics:
    """One account's figures."""

    account: Account
    at_ns: tuple[int, ...]
    equity_units: tuple[int, ...]
    opening_units: int
    closing_units: int
    returns: Returns
    drawdown: Drawdown | None
    exposure: Figure  # mean of gross market value over equity
    time_in_market: Figure
    symbols: tuple[SymbolStatistics, ...]

    @property
    def traded_units(self) -> int:
        """Value of all fills, both sides."""
        return sum(each.bought_units + each.sold_units for each in self.symbols)

    @property
    def fee_units(self) -> int:
        """All fees in the account's currency; those taken in a coin at their fill's price."""
        return sum(each.fee_units for each in self.symbols)

    @property
    def results(self) -> list[int]:
        """What each closed trade made."""
        return [trade.result_units for each in self.symbols for trade in each.trades if trade.closed]


def statistics_of(result: RunResult) -> list[AccountStatistics]:
    """The figures of every account that had bars."""
    return [
        _account(result, account) for account in result.accounts if any(p.account == account.id for p in result.equity)
    ]


def _account(result: RunResult, account: Account) -> AccountStatistics:
    bar_ends = _bar_ends(result, account.id)
    points = [point for point in result.equity if point.account == account.id and point.at_ns in bar_ends]
    at_ns = tuple(point.at_ns for point in points)
    equity = tuple(point.equity_units for point in points)
    opening = result.opening_units[account.id]
    gross = _gross_units(result, account.id, np.array(at_ns, dtype=np.int64))
    return AccountStatistics(
        account=account,
        at_ns=at_ns,
        equity_units=equity,
        opening_units=opening,
        closing_units=equity[-1],
        returns=ratios.returns_of(at_ns, equity, opening, account.calendar),
        drawdown=ratios.deepest_drawdown(at_ns, equity, opening),
        exposure=ratios.ratio(float(gross.sum()), float(sum(equity)), "equity was never above zero"),
        time_in_market=ratios.ratio(float((gross > 0).sum()), float(len(gross)), "there is no bar"),
        symbols=tuple(
            _symbol(result, holding, instrument)
            for holding, instrument in sorted(result.instruments.items())
            if holding[0] == account.id
        ),
    )


def _bar_ends(result: RunResult, account: AccountId) -> set[int]:
    """When this account's own market was open: another account's night hours are no hours of its returns."""
    return {at_ns for holding, line in result.prices.items() if holding[0] == account for at_ns in line.at_ns.tolist()}


def fills_of(result: RunResult, holding: Holding) -> list[OutcomeFill]:
    """The fills of one symbol of one account, in order of time."""
    return [each.outcome for each in result.fills if (each.outcome.account, each.outcome.symbol) == holding]


def _symbol(result: RunResult, holding: Holding, instrument: Instrument) -> SymbolStatistics:
    logged = [each for each in result.fills if (each.outcome.account, each.outcome.symbol) == holding]
    fills = [each.outcome for each in logged]
    held = next((view for view in result.positions if (view.account, view.symbol) == holding), None)
    market_value = held.market_value_units if held is not None else 0
    return SymbolStatistics(
        symbol=instrument.symbol,
        instrument=instrument,
        fills=len(fills),
        maker_fills=sum(each.maker for each in logged),
        partial_fills=sum(each.left_units > 0 for each in logged),
        bought_units=sum(value_units(fill, instrument) for fill in fills if fill.side is Side.BUY),
        sold_units=sum(value_units(fill, instrument) for fill in fills if fill.side is Side.SELL),
        fee_units=sum(fee_cash_units(fill, instrument) for fill in fills),
        result_units=sum(cash_change_units(fill, instrument) for fill in fills) + market_value,
        position_units=held.qty_units if held is not None else 0,
        market_value_units=market_value,
        trades=tuple(trades_of(fills, instrument)),
    )


def _gross_units(result: RunResult, account: AccountId, at_ns: Int64Array) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Gross market value at each equity sample, in floats: only ratios are made of it."""
    gross = np.zeros(len(at_ns))
    for holding, instrument in result.instruments.items():
        fills = fills_of(result, holding) if holding[0] == account else []
        if not fills:
            continue
        held = np.cumsum([quantity_change_units(fill, instrument) for fill in fills])
        held[np.abs(held) < instrument.lot_units] = 0
        after = np.searchsorted([fill.at_ns for fill in fills], at_ns, side="right") - 1
        line = result.prices[holding]
        bar = np.searchsorted(line.at_ns, at_ns, side="right") - 1
        known = (after >= 0) & (bar >= 0)
        gross[known] += np.abs(held[after[known]]) * (line.close_units[bar[known]] / instrument.value_div)
    return gross


def figures_of(stats: AccountStatistics) -> dict[str, Figure]:
    """Every ratio of an account by its key in `metrics.json`."""
    wins = [units for units in stats.results if units > 0]
    losses = [-units for units in stats.results if units < 0]
    opening, closing = stats.opening_units, stats.closing_units
    mean_equity = sum(stats.equity_units) / len(stats.equity_units)
    no_trade = "no trade was closed"
    return {
        "total_return": ratios.ratio(closing - opening, opening, "there was no opening equity"),
        "cagr": ratios.growth_per_year(opening, closing, stats.at_ns[-1] - stats.at_ns[0]),
        "volatility": ratios.volatility(stats.returns),
        "sharpe": ratios.sharpe(stats.returns),
        "turnover_ratio": ratios.ratio(stats.traded_units, mean_equity, "equity was never above zero"),
        "exposure": stats.exposure,
        "time_in_market": stats.time_in_market,
        "win_rate": ratios.ratio(len(wins), len(stats.results), no_trade),
        "profit_factor": ratios.ratio(sum(wins), sum(losses), "no trade lost" if stats.results else no_trade),
    }
