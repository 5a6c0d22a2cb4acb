"""The figures of a run: exact where they are money, floats where they are ratios, absent where data is too thin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.orders import Side
from seatrial.runs import ratios
from seatrial.runs.backtest_run import LoggedFill
from seatrial.runs.equity_curve import equity_of
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


@dataclass(frozen=True, eq=False)
class AccountStatistics:
    """One account's figures. `ends_ns` and `worth_units` are its equity, a sample a bar."""

    account: Account
    ends_ns: Int64Array
    worth_units: Int64Array
    opening_units: int
    closing_units: int
    returns: Returns
    drawdown: Drawdown | None
    exposure: Figure  # mean of gross market value over equity
    time_in_market: Figure
    symbols: tuple[SymbolStatistics, ...]

    @cached_property
    def at_ns(self) -> tuple[int, ...]:
        """When each sample of equity was taken."""
        return tuple(self.ends_ns.tolist())

    @cached_property
    def equity_units(self) -> tuple[int, ...]:
        """The samples."""
        return tuple(self.worth_units.tolist())

    @property
    def mean_equity_units(self) -> float:
        """Of all samples."""
        return exact_sum(self.worth_units) / len(self.worth_units)

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
    logged: dict[Holding, list[LoggedFill]] = {}
    for each in result.fills:
        logged.setdefault((each.outcome.account, each.outcome.symbol), []).append(each)
    found = [_account(result, account, logged) for account in result.accounts]
    return [each for each in found if each is not None]


def _account(
    result: RunResult, account: Account, logged: Mapping[Holding, Sequence[LoggedFill]]
) -> AccountStatistics | None:
    """One account's figures; None where it had no bars."""
    ends_ns, units = equity_of(result.equity, account.id)
    if not len(ends_ns):
        return None
    bar_ends = _bar_ends(result, account.id)
    own = bar_ends[np.minimum(np.searchsorted(bar_ends, ends_ns), len(bar_ends) - 1)] == ends_ns
    at_ns, equity = ends_ns[own], units[own]
    opening = result.opening_units[account.id]
    gross = _gross_units(result, account.id, at_ns, logged)
    return AccountStatistics(
        account=account,
        ends_ns=at_ns,
        worth_units=equity,
        opening_units=opening,
        closing_units=int(equity[-1]),
        returns=ratios.returns_of(at_ns, equity, opening, account.calendar),
        drawdown=ratios.deepest_drawdown(at_ns, equity, opening),
        exposure=ratios.ratio(float(gross.sum()), float(exact_sum(equity)), "equity was never above zero"),
        time_in_market=ratios.ratio(float((gross > 0).sum()), float(len(gross)), "there is no bar"),
        symbols=tuple(
            _symbol(result, holding, instrument, logged.get(holding, ()))
            for holding, instrument in sorted(result.instruments.items())
            if holding[0] == account.id
        ),
    )


def exact_sum(units: Int64Array) -> int:
    """The sum of many amounts, which may be more than 64 bits hold."""
    return (int((units >> 32).sum()) << 32) + int((units & 0xFFFF_FFFF).sum())


def _bar_ends(result: RunResult, account: AccountId) -> Int64Array:
    """When this account's own market was open: another account's night hours are no hours of its returns."""
    lines = [line.at_ns for holding, line in result.prices.items() if holding[0] == account]
    return lines[0] if len(lines) == 1 else np.unique(np.concatenate(lines))


def fills_of(result: RunResult, holding: Holding) -> list[OutcomeFill]:
    """The fills of one symbol of one account, in order of time."""
    return [each.outcome for each in result.fills if (each.outcome.account, each.outcome.symbol) == holding]


def _symbol(
    result: RunResult, holding: Holding, instrument: Instrument, logged: Sequence[LoggedFill]
) -> SymbolStatistics:
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


def _gross_units(
    result: RunResult, account: AccountId, at_ns: Int64Array, logged: Mapping[Holding, Sequence[LoggedFill]]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Gross market value at each equity sample, in floats: only ratios are made of it."""
    gross = np.zeros(len(at_ns))
    for holding, instrument in result.instruments.items():
        fills = [each.outcome for each in logged.get(holding, ())] if holding[0] == account else []
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
    no_trade = "no trade was closed"
    return {
        "total_return": ratios.ratio(closing - opening, opening, "there was no opening equity"),
        "cagr": ratios.growth_per_year(opening, closing, int(stats.ends_ns[-1] - stats.ends_ns[0])),
        "volatility": ratios.volatility(stats.returns),
        "sharpe": ratios.sharpe(stats.returns),
        "turnover_ratio": ratios.ratio(stats.traded_units, stats.mean_equity_units, "equity was never above zero"),
        "exposure": stats.exposure,
        "time_in_market": stats.time_in_market,
        "win_rate": ratios.ratio(len(wins), len(stats.results), no_trade),
        "profit_factor": ratios.ratio(sum(wins), sum(losses), "no trade lost" if stats.results else no_trade),
    }
