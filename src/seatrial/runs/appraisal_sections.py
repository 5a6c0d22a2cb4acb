"""The tear sheet's sections about one account: doubts, risk, months, drawdowns, Monte Carlo bands, trades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import rfc3339
from seatrial.runs.appraisal import Appraisal
from seatrial.runs.drawdowns import deepest_first, length_ns
from seatrial.runs.plots import band_plot
from seatrial.runs.ratios import Figure
from seatrial.runs.resampling import LEVELS, Bands
from seatrial.runs.round_trips import RoundTrip

TRADES_SHOWN_MAX = 50
DRAWDOWNS_SHOWN_MAX = 5
_PERIODS = {"day": "days", "hour": "hours"}
_MONTHS = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")


def doubts_section(appraisal: Appraisal | None) -> str:
    """What speaks against the result, above every plot."""
    if appraisal is None:
        return ""
    items = "".join(
        f"<li{' class=serious' if each.serious else ''}>{escape(each.text)}<small>{escape(each.remedy)}</small></li>"
        for each in appraisal.doubts
    )
    return f'<h3>Doubts</h3><div class="panel"><ul class="doubts">{items}</ul></div>'


def equity_beside(appraisal: Appraisal) -> Sequence[float]:
    """The benchmark with the account's opening equity in it."""
    opening = appraisal.stats.opening_units / CASH_SCALE
    return [opening * level for level in appraisal.benchmark.curve]


def sections_of(appraisal: Appraisal) -> str:
    """Everything below the curves."""
    return (
        _panel("Risk, and how sure the Sharpe ratio is", _pairs(_risk(appraisal)))
        + _panel(f"Against {appraisal.benchmark.name}, and what trading cost", _pairs(_compared(appraisal)))
        + _panel("Months", _months(appraisal))
        + _panel(f"Deepest drawdowns of {len(appraisal.drawdowns)}", _drawdowns(appraisal))
        + _bands(appraisal.bands, appraisal.stats.returns.period)
        + _trades(appraisal)
    )


def _risk(appraisal: Appraisal) -> list[tuple[str, Figure, str]]:
    risk, tests, period = appraisal.risk, appraisal.tests, appraisal.stats.returns.period
    tried = "" if tests.trials is None else f" of {tests.trials.count} tries"
    return [
        ("downside deviation a year", risk.downside_deviation, "%"),
        ("Sortino", risk.sortino, ""),
        ("Calmar", risk.calmar, ""),
        (f"loss of the worst {period} of twenty (VaR 95 %, historical)", risk.value_at_risk, "%"),
        (f"mean loss of those {_PERIODS[period]} (expected shortfall)", risk.expected_shortfall, "%"),
        ("skewness", risk.skewness, ""),
        ("kurtosis (normal: 3)", risk.kurtosis, ""),
        ("probability that the Sharpe ratio is above 0 (PSR)", tests.probabilistic, "%"),
        (f"probability that it beats the luckiest{tried} (DSR)", tests.deflated, "%"),
        (f"{_PERIODS[period]} needed to be 95 % sure", tests.periods_needed, "n"),
    ]


def _compared(appraisal: Appraisal) -> list[tuple[str, Figure, str]]:
    benchmark, slippage, stats = appraisal.benchmark, appraisal.slippage, appraisal.stats
    fee = (
        Figure(stats.fee_units / stats.traded_units * 10_000) if stats.traded_units else Figure(None, "nothing traded")
    )
    return [
        ("return of the benchmark", Figure(benchmark.total_return), "%"),
        ("alpha a year", benchmark.alpha, "%"),
        ("beta", benchmark.beta, ""),
        ("correlation", benchmark.correlation, ""),
        ("tracking error a year", benchmark.tracking_error, "%"),
        ("information ratio", benchmark.information_ratio, ""),
        ("commission, basis points of what was traded", fee, ""),
        (f"slippage against arrival, basis points ({slippage.fills} fills)", slippage.basis_points, ""),
    ]


def _pairs(rows: Iterable[tuple[str, Figure, str]]) -> str:
    cells = "".join(f"<dt>{escape(name)}</dt><dd>{_told(figure, unit)}</dd>" for name, figure, unit in rows)
    return f"<dl>{cells}</dl>"


def _told(figure: Figure, unit: str) -> str:
    if figure.value is None:
        return f'– <span class="soft">{escape(figure.reason)}</span>'
    if unit == "n":
        return f"{figure.value:,.0f}"
    return f"{figure.value * 100:.2f} %" if unit else f"{figure.value:.2f}"


def _months(appraisal: Appraisal) -> str:
    by_name = {month.name: month for month in appraisal.months}
    rows = []
    for year in sorted({name[:4] for name in by_name}):
        cells, grown = "", 1.0
        for name in _MONTHS:
            month = by_name.get(f"{year}-{name}")
            grown *= 1.0 + (month.change if month else 0.0)
            cells += f"<td>{_signed(month.change)}{'' if month.whole else '*'}</td>" if month else "<td></td>"
        rows.append(f"<tr><td>{year}</td>{cells}<td>{_signed(grown - 1.0)}</td></tr>")
    heads = "".join(f"<th>{name}</th>" for name in ("", *_MONTHS, "year"))
    return f"<table><tr>{heads}</tr>{''.join(rows)}</table><small>* covered in part, per cent</small>"


def _signed(change: float) -> str:
    tone = "good" if change > 0 else "bad" if change < 0 else ""
    return f'<span class="{tone}">{change * 100:+.2f}</span>'


def _drawdowns(appraisal: Appraisal) -> str:
    if not appraisal.drawdowns:
        return '<span class="soft">Equity never fell below a high.</span>'
    end_ns = appraisal.stats.at_ns[-1]
    rows = "".join(
        _row(
            [
                f"{each.ratio * 100:.2f} %",
                _minute(each.peak_ns),
                _minute(each.trough_ns),
                "not yet" if each.recovered_ns is None else _minute(each.recovered_ns),
                _duration(length_ns(each, end_ns)),
            ]
        )
        for each in deepest_first(appraisal.drawdowns, DRAWDOWNS_SHOWN_MAX)
    )
    return f"<table>{_heads('depth', 'high', 'low', 'recovered', 'length')}{rows}</table>"


def _bands(bands: Bands | None, period: str) -> str:
    if bands is None:
        return ""
    levels = [[(value - 1.0) * 100.0 for value in bands.curves[level]] for level in LEVELS]
    plot = band_plot("Monte Carlo bands", bands.steps, levels, _PERIODS[period])
    total, deepest = bands.total_return, bands.max_drawdown
    note = (
        f"{bands.paths:,} rows of the same returns, drawn in blocks of {bands.block}, seed {bands.seed}. Nine of ten "
        f"end between {total[5] * 100:+.2f} % and {total[95] * 100:+.2f} %; {bands.loses:.0%} lose; the "
        f"deepest drawdown is beyond {deepest[95] * 100:.2f} % in one of twenty."
    )
    return _panel("Monte Carlo", f"{plot}<small>{escape(note)}</small>")


def _trades(appraisal: Appraisal) -> str:
    if not appraisal.trips:
        return ""
    instruments = {each.symbol: each.instrument for each in appraisal.stats.symbols}
    shown = appraisal.trips[-TRADES_SHOWN_MAX:]
    rows = "".join(_row(_cells(trip, instruments[trip.symbol])) for trip in shown)
    heads = _heads("opened", "symbol", "side", "quantity", "entry", "exit", "fees", "result", "worst", "best", "held")
    more = f"The last {len(shown)} of {len(appraisal.trips)}; all are in trades.parquet. " * (
        len(shown) < len(appraisal.trips)
    )
    note = "Worst and best (MAE, MFE): how far the result went while the trade was open."
    return _panel("Trades", f"<table>{heads}{rows}</table><small>{more}{note}</small>")


def _cells(trip: RoundTrip, instrument: Instrument) -> list[str]:
    scale = instrument.price_scale
    digits = max(2, len(instrument.price_text(instrument.tick_units).partition(".")[2]))
    leaving = "open" if trip.exit_price_units is None else f"{trip.exit_price_units / scale:,.{digits}f}"
    return [
        _minute(trip.opened_ns),
        str(trip.symbol),
        "long" if trip.long else "short",
        instrument.qty_text(trip.quantity_units),
        f"{trip.entry_price_units / scale:,.{digits}f}",
        leaving,
        *(
            f"{units / CASH_SCALE:,.2f}"
            for units in (trip.fee_units, trip.result_units, trip.worst_units, trip.best_units)
        ),
        "" if trip.closed_ns is None else _duration(trip.closed_ns - trip.opened_ns),
    ]


def _duration(span_ns: int) -> str:
    minutes = span_ns // (60 * 10**9)
    days, hours = minutes // 1440, minutes // 60 % 24
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _minute(at_ns: int) -> str:
    return rfc3339(at_ns)[:16].replace("T", " ")


def _heads(*names: str) -> str:
    return "<tr>" + "".join(f"<th>{name}</th>" for name in names) + "</tr>"


def _row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _panel(title: str, content: str) -> str:
    return f'<h3>{escape(title)}</h3><div class="panel">{content}</div>'
