"""`report.html`: one page without a script or a foreign address, to be kept beside the figures it shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.time import rfc3339
from seatrial.runs.backtest import BacktestRun
from seatrial.runs.results import AccountResult, drawdowns_ppm

WIDTH, HEIGHT = 960, 220
POINTS_MAX = 1_200
FILLS_SHOWN_MAX = 500

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:62rem;padding:0 1rem;color:#1c2733}
h1{font-size:1.5rem} h2{font-size:1.15rem;margin-top:2rem} table{border-collapse:collapse;width:100%}
td,th{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #e3e8ee}
td:first-child,th:first-child{text-align:left}
svg{width:100%;height:auto;background:#f7f9fb} .equity{fill:none;stroke:#0b6bcb;stroke-width:1.5}
.drawdown{fill:#e9b8b0;stroke:#b3402e;stroke-width:1} small{color:#5b6b7c}
"""


def report_page(title: str, notes: Sequence[str], run: BacktestRun, results: Sequence[AccountResult]) -> str:
    """The page as text. `notes` say what the market was: source, dates, shift."""
    parts = [f"<!doctype html><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>"]
    parts.append(f"<h1>{escape(title)}</h1>")
    parts += [f"<small>{escape(note)}</small><br>" for note in notes]
    for result in results:
        parts.append(_account(run, result))
    parts.append(_orders(run))
    parts.append(_fills(run))
    parts.append(f"<p><small>outcome fingerprint {run.outcome_fingerprint}</small></p>")
    return "\n".join(parts) + "\n"


def _account(run: BacktestRun, result: AccountResult) -> str:
    curve = [point.equity_units for point in run.equity if point.account == result.account]
    times = [point.at_ns for point in run.equity if point.account == result.account]
    span = f"{rfc3339(times[0])} to {rfc3339(times[-1])}"
    rows = "".join(f"<tr><td>{escape(name)}<td>{escape(value)}" for name, value in figures(result))
    return (
        f"<h2>{escape(result.account)}</h2><table>{rows}</table><h2>Equity</h2>{_line(curve)}<small>{span}</small>"
        f"<h2>Drawdown</h2>{_area(drawdowns_ppm(curve))}<h2>Costs</h2>{_costs(result)}"
    )


def figures(result: AccountResult) -> list[tuple[str, str]]:
    """The figures of an account as people read them."""
    return [
        ("opening equity", f"{money(result.opening_units)} {result.currency}"),
        ("closing equity", f"{money(result.closing_units)} {result.currency}"),
        ("return", f"{result.return_ppm / 10_000:+.3f} %"),
        ("deepest drawdown", f"{result.max_drawdown_ppm / 10_000:.3f} %"),
        ("fills", str(result.fills)),
        ("turnover", f"{money(result.turnover_units)} {result.currency}"),
        ("fees", f"{money(result.fee_units)} {result.currency}"),
        ("Sharpe", "too few days" if result.sharpe is None else f"{result.sharpe:.2f}"),
    ]


def money(units: int) -> str:
    """Cash with two decimals, cut off towards zero: for the eye, never for a sum."""
    cents = abs(units) * 100 // CASH_SCALE
    return f"{'-' if units < 0 else ''}{cents // 100:,}.{cents % 100:02d}"


def _costs(result: AccountResult) -> str:
    head = "<tr><th>symbol<th>fills<th>bought<th>sold<th>fees"
    rows = "".join(
        f"<tr><td>{escape(each.symbol)}<td>{each.fills}<td>{money(each.bought_units)}"
        f"<td>{money(each.sold_units)}<td>{money(each.fee_units)}"
        for each in result.symbols
    )
    return f"<table>{head}{rows}</table>"


def _orders(run: BacktestRun) -> str:
    counts = [
        ("orders", run.orders),
        ("cancelled", run.cancels),
        ("expired", run.expired),
        ("breaker trips", run.trips),
    ]
    counts += [(f"refused: {code.name}", count) for code, count in run.refusals.items()]
    rows = "".join(f"<tr><td>{escape(name)}<td>{count}" for name, count in counts)
    return f"<h2>Orders</h2><table>{rows}</table>"


def _fills(run: BacktestRun) -> str:
    instruments = {(account, each.symbol): each for account, each in run.machine.instruments}
    rows = []
    for logged in run.fills[:FILLS_SHOWN_MAX]:
        fill = logged.outcome
        inst = instruments[fill.account, fill.symbol]
        fee_scale = CASH_SCALE if fill.fee_currency == inst.quote else inst.qty_scale
        rows.append(
            f"<tr><td>{rfc3339(fill.at_ns)}<td>{escape(fill.symbol)}<td>{fill.side.name.lower()}"
            f"<td>{inst.qty_text(fill.qty_units)}<td>{inst.price_text(fill.price_units)}"
            f"<td>{units_text(fill.fee_units, fee_scale)} {escape(fill.fee_currency)}"
        )
    more = len(run.fills) - len(rows)
    note = f"<small>and {more} more</small>" if more > 0 else ""
    head = "<tr><th>market time<th>symbol<th>side<th>quantity<th>price<th>fee"
    return f"<h2>Trades</h2><table>{head}{''.join(rows)}</table>{note}"


def _line(values: Sequence[int]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}"><polyline class=equity points="{_coordinates(values)}"/></svg>'


def _area(values: Sequence[int]) -> str:
    below = _coordinates([-value for value in values])
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}"><polygon class=drawdown points="0,0 {below} {WIDTH},0"/></svg>'


def _coordinates(values: Sequence[int]) -> str:
    """Points of a polyline; long curves are thinned, their last point kept."""
    step = -(-len(values) // POINTS_MAX)
    kept = [*values[::step], values[-1]]
    low, high = min(kept), max(kept)
    height = max(1, high - low)
    last = max(1, len(kept) - 1)
    return " ".join(
        f"{index * WIDTH / last:.1f},{(high - value) * HEIGHT / height:.1f}" for index, value in enumerate(kept)
    )
