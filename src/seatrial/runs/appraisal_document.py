"""What an appraisal adds to an account in `metrics.json`; `docs/reference/backtest_metrics.md` explains each key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import SECOND_NS, rfc3339
from seatrial.runs.appraisal import Appraisal
from seatrial.runs.doubts import Doubt
from seatrial.runs.drawdowns import deepest_first, length_ns
from seatrial.runs.ratios import Drawdown, Figure
from seatrial.runs.resampling import Bands
from seatrial.runs.tail_risk import VAR_METHOD


def appraisal_document(appraisal: Appraisal) -> dict[str, Any]:
    """The keys in the order of the reference, ready for `json.dumps`."""
    stats, tests, slippage = appraisal.stats, appraisal.tests, appraisal.slippage
    benchmark = appraisal.benchmark
    return {
        "risk": {**figures(_risk(appraisal)), "var_method": VAR_METHOD, "period": stats.returns.period},
        "sharpe_tests": {
            **figures(
                {
                    "sharpe_of_a_period": tests.sharpe_of_a_period,
                    "probabilistic": tests.probabilistic,
                    "expected_best": tests.expected_best,
                    "deflated": tests.deflated,
                    "periods_needed": tests.periods_needed,
                }
            ),
            "trials": None if tests.trials is None else tests.trials.count,
        },
        "benchmark": {
            "name": benchmark.name,
            "total_return": benchmark.total_return,
            **figures(
                {
                    name: getattr(benchmark, name)
                    for name in ("alpha", "beta", "correlation", "tracking_error", "information_ratio")
                }
            ),
        },
        "slippage": {
            "amount": units_text(slippage.cost_units, CASH_SCALE),
            "fills": slippage.fills,
            "left_out": slippage.left_out,
            **figures({"basis_points": slippage.basis_points}),
        },
        "drawdowns": [_drawdown(each, stats.at_ns[-1]) for each in deepest_first(appraisal.drawdowns)],
        "months": {month.name: month.change for month in appraisal.months},
        "monte_carlo": None if appraisal.bands is None else _bands(appraisal.bands),
        "doubts": [asdict(doubt) for doubt in appraisal.doubts],
    }


def figures(named: Mapping[str, Figure]) -> dict[str, Any]:
    """Values by name, and why those are null that are."""
    reasons = {name: figure.reason for name, figure in named.items() if figure.value is None}
    return {name: figure.value for name, figure in named.items()} | ({"null_because": reasons} if reasons else {})


def doubt_lines(doubts: tuple[Doubt, ...]) -> list[str]:
    """Doubts as lines for a terminal."""
    return [f"{'!' if each.serious else '-'} {each.text} {each.remedy}" for each in doubts]


def _risk(appraisal: Appraisal) -> dict[str, Figure]:
    risk = appraisal.risk
    return {
        "downside_deviation": risk.downside_deviation,
        "sortino": risk.sortino,
        "calmar": risk.calmar,
        "skewness": risk.skewness,
        "kurtosis": risk.kurtosis,
        "var_95": risk.value_at_risk,
        "expected_shortfall_95": risk.expected_shortfall,
    }


def _drawdown(drawdown: Drawdown, end_ns: int) -> dict[str, Any]:
    return {
        "ratio": drawdown.ratio,
        "amount": units_text(drawdown.depth_units, CASH_SCALE),
        "peak": rfc3339(drawdown.peak_ns),
        "trough": rfc3339(drawdown.trough_ns),
        "recovered": None if drawdown.recovered_ns is None else rfc3339(drawdown.recovered_ns),
        "seconds": length_ns(drawdown, end_ns) // SECOND_NS,
    }


def _bands(bands: Bands) -> dict[str, Any]:
    return {
        "method": f"circular block bootstrap of {bands.paths} paths in blocks of {bands.block}",
        "seed": bands.seed,
        "total_return": {str(level): value for level, value in bands.total_return.items()},
        "max_drawdown": {str(level): value for level, value in bands.max_drawdown.items()},
        "loses": bands.loses,
    }
