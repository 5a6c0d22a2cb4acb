"""What `metrics.json` holds: amounts as decimal text, ratios as numbers, null with a reason where data is too thin.

`docs/reference/backtest_metrics.md` says what each key means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import rfc3339
from seatrial.runs.appraisal import Appraisal
from seatrial.runs.appraisal_document import appraisal_document
from seatrial.runs.ratios import Drawdown, Figure
from seatrial.runs.refused import counts, refused_document
from seatrial.runs.result import RunResult
from seatrial.runs.statistics import AccountStatistics, SymbolStatistics, figures_of

SCHEMA = "seatrial.metrics/1"


def metrics_document(
    result: RunResult, accounts: Sequence[AccountStatistics], appraisals: Sequence[Appraisal] = ()
) -> dict[str, Any]:
    """The document of a run, ready for `json.dumps`."""
    appraised = {each.stats.account.id: appraisal_document(each) for each in appraisals}
    return {
        "schema": SCHEMA,
        "kind": result.kind,
        "outcome_fingerprint": result.outcome_fingerprint,
        "bars": result.bars,
        "fills": len(result.fills),
        "orders": {
            "sent": result.orders,
            "canceled": result.cancels,
            "expired": result.expired,
            "refused": {code.name.lower(): count for code, count in counts(result.refused).items()},
            "refusals": refused_document(result.refused),
        },
        "breaker_trips": result.trips,
        "costs": {
            "participation_ppm": result.participation_ppm,
            "fee_ppm": {symbol: each.fee_ppm for (_, symbol), each in sorted(result.instruments.items())},
        },
        "seed": result.seed,
        "data": list(result.data_lines),
        "strategies": [
            {
                "id": note.id,
                "class": note.name,
                "path": note.path,
                "account": note.account,
                "parameters": dict(note.parameters),
                "digest": note.digest,
            }
            for note in result.strategies
        ],
        "accounts": {
            each.account.id: _account_document(each) | appraised.get(each.account.id, {}) for each in accounts
        },
    }


def _account_document(stats: AccountStatistics) -> dict[str, Any]:
    reasons: dict[str, str] = {}

    def told(name: str, figure: Figure) -> float | None:
        if figure.value is None:
            reasons[name] = figure.reason
        return figure.value

    document = {
        "currency": stats.account.currency,
        "from": rfc3339(stats.at_ns[0]),
        "to": rfc3339(stats.at_ns[-1]),
        "opening_equity": _money(stats.opening_units),
        "closing_equity": _money(stats.closing_units),
        "result": _money(stats.closing_units - stats.opening_units),
        **{name: told(name, figure) for name, figure in figures_of(stats).items()},
        "sharpe_period": stats.returns.period,
        "sharpe_n": len(stats.returns.values),
        "max_drawdown": _drawdown_document(stats.drawdown),
        "turnover": _money(stats.traded_units),
        "fees": _money(stats.fee_units),
        "fills": sum(each.fills for each in stats.symbols),
        "closed_trades": len(stats.results),
        "symbols": {each.symbol: _symbol_document(each) for each in stats.symbols},
    }
    return document | {"null_because": reasons}


def _drawdown_document(drawdown: Drawdown | None) -> dict[str, Any] | None:
    if drawdown is None:
        return None
    recovered = drawdown.recovered_ns
    return {
        "ratio": drawdown.ratio,
        "amount": _money(drawdown.depth_units),
        "peak": rfc3339(drawdown.peak_ns),
        "trough": rfc3339(drawdown.trough_ns),
        "recovered": None if recovered is None else rfc3339(recovered),
    }


def _symbol_document(stats: SymbolStatistics) -> dict[str, Any]:
    results = [trade.result_units for trade in stats.trades if trade.closed]
    return {
        "fills": stats.fills,
        "maker_fills": stats.maker_fills,
        "partial_fills": stats.partial_fills,
        "bought": _money(stats.bought_units),
        "sold": _money(stats.sold_units),
        "fees": _money(stats.fee_units),
        "result": _money(stats.result_units),
        "position": stats.instrument.qty_text(stats.position_units),
        "market_value": _money(stats.market_value_units),
        "closed_trades": len(results),
        "won_trades": sum(units > 0 for units in results),
    }


def _money(units: int) -> str:
    return units_text(units, CASH_SCALE)
