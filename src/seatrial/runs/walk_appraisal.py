"""The figures of a joined out-of-sample curve: what was traded without knowing it, as one account saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seatrial.domain.limits import Account
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.runs import ratios
from seatrial.runs.appraisal_document import figures as told
from seatrial.runs.benchmark import Benchmark, benchmark_of
from seatrial.runs.drawdowns import drawdowns_of
from seatrial.runs.months import Month, months_of
from seatrial.runs.ratios import Drawdown, Figure, Returns
from seatrial.runs.resampling import Bands, bands_of
from seatrial.runs.result import Holding, PriceLine
from seatrial.runs.sharpe_tests import sharpe_tests
from seatrial.runs.tail_risk import tail_risk


@dataclass(frozen=True, slots=True, eq=False)
class WalkAppraisal:
    """One joined curve; `changing_units` is what changing from one choice to the next cost in commissions."""

    account: Account
    at_ns: tuple[int, ...]
    equity_units: tuple[int, ...]
    opening_units: int
    changing_units: int
    returns: Returns
    figures: Mapping[str, Figure]
    drawdowns: tuple[Drawdown, ...]
    months: tuple[Month, ...]
    benchmark: Benchmark
    bands: Bands | None

    def body(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "account": str(self.account.id),
            "currency": str(self.account.currency),
            "opening_equity": units_text(self.opening_units, CASH_SCALE),
            "closing_equity": units_text(self.equity_units[-1], CASH_SCALE),
            "changing_over": units_text(self.changing_units, CASH_SCALE),
            "period": self.returns.period,
            "periods": len(self.returns.values),
            **told(self.figures),
            "benchmark": {"name": self.benchmark.name, "total_return": self.benchmark.total_return},
            "months": {month.name: month.change for month in self.months},
        }


def appraise_walk(
    account: Account,
    prices: Mapping[Holding, PriceLine],
    at_ns: Sequence[int],
    equity_units: Sequence[int],
    opening_units: int,
    changing_units: int,
    *,
    seed: int,
) -> WalkAppraisal:
    """Every figure of the joined curve; no deflation, since the test spans were not chosen from."""
    returns = ratios.returns_of(at_ns, equity_units, opening_units, account.calendar)
    deepest = ratios.deepest_drawdown(at_ns, equity_units, opening_units)
    growth = ratios.growth_per_year(opening_units, equity_units[-1], at_ns[-1] - at_ns[0])
    risk, tests = tail_risk(returns, growth, deepest), sharpe_tests(returns, None)
    first = at_ns[0]
    inside = {held: PriceLine(line.rows[line.at_ns >= first]) for held, line in prices.items()}
    figures = {
        "total_return": Figure(equity_units[-1] / opening_units - 1.0),
        "cagr": growth,
        "volatility": ratios.volatility(returns),
        "sharpe": ratios.sharpe(returns),
        "probabilistic_sharpe": tests.probabilistic,
        "periods_needed": tests.periods_needed,
        "sortino": risk.sortino,
        "expected_shortfall_95": risk.expected_shortfall,
        "max_drawdown": Figure(0.0 if deepest is None else deepest.ratio),
    }
    return WalkAppraisal(
        account,
        tuple(at_ns),
        tuple(equity_units),
        opening_units,
        changing_units,
        returns,
        figures,
        tuple(drawdowns_of(at_ns, equity_units, opening_units)),
        tuple(months_of(at_ns, equity_units, opening_units)),
        benchmark_of(inside, account.id, at_ns, returns, account.calendar, None),
        bands_of(returns.values, seed=seed),
    )
