"""`report.html`: one page without scripts or foreign addresses, readable by day and by night."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template

import numpy as np

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.money import CASH_SCALE, units_text
from seatrial.domain.orders import Side
from seatrial.domain.time import rfc3339
from seatrial.runs.appraisal import Appraisal
from seatrial.runs.appraisal_sections import doubts_section, equity_beside, sections_of
from seatrial.runs.plots import Curve, Mark, bar_plot, depth_plot, line_plot
from seatrial.runs.ratios import Figure
from seatrial.runs.refused import counts
from seatrial.runs.result import RunResult
from seatrial.runs.statistics import AccountStatistics, SymbolStatistics, figures_of, fills_of
from seatrial.runs.trades import fee_cash_units

PRICE_PLOTS_MAX = 8
MARKS_MAX = 400
PERCENT = ("total_return", "cagr", "volatility", "exposure", "time_in_market", "win_rate")
LABELS = {
    "total_return": "return",
    "cagr": "growth a year",
    "volatility": "volatility a year",
    "sharpe": "Sharpe",
    "turnover_ratio": "turnover, times equity",
    "exposure": "mean exposure",
    "time_in_market": "time in the market",
    "win_rate": "trades won",
    "profit_factor": "profit factor",
}


def report_page(result: RunResult, accounts: Sequence[AccountStatistics], appraisals: Sequence[Appraisal] = ()) -> str:
    """The page as text; with appraisals it is a tear sheet."""
    appraised = {each.stats.account.id: each for each in appraisals}
    names = ", ".join(dict.fromkeys(note.name for note in result.strategies)) or "No strategy"
    first = min((stats.at_ns[0] for stats in accounts), default=0)
    last = max((stats.at_ns[-1] for stats in accounts), default=0)
    page = resources.files("seatrial.runs").joinpath("report.html").read_text(encoding="utf-8")
    return Template(page).substitute(
        title=escape(f"{names}: {result.kind}"),
        subtitle=escape(f"{rfc3339(first)} to {rfc3339(last)}, {result.bars:,} bars"),
        body="\n".join(_account(result, stats, appraised.get(stats.account.id)) for stats in accounts),
        origin="".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in _origin(result)),
    )


def money(units: int, currency: str = "") -> str:
    """Cash units to cents, as people read them: `-1,234.56 USD`."""
    cents = (abs(units) + CASH_SCALE // 200) // (CASH_SCALE // 100)
    sign = "-" if units < 0 and cents else ""
    return f"{sign}{cents // 100:,}.{cents % 100:02d} {currency}".rstrip()


def figure_text(name: str, figure: Figure) -> str:
    """A ratio as people read it, or a dash."""
    if figure.value is None:
        return "–"
    return f"{figure.value * 100:+.2f} %" if name in PERCENT[:2] else _plain(name, figure.value)


def _plain(name: str, value: float) -> str:
    return f"{value * 100:.2f} %" if name in PERCENT else f"{value:.2f}"


def _account(result: RunResult, stats: AccountStatistics, appraisal: Appraisal | None) -> str:
    equity = Curve(stats.at_ns, [units / CASH_SCALE for units in stats.equity_units])
    beside = () if appraisal is None else equity_beside(appraisal)
    title = "Equity" if appraisal is None else f"Equity, and dashed {appraisal.benchmark.name}"
    plots = [
        _panel(title, line_plot("equity", equity, filled=True, beside=beside)),
        _panel("Drawdown", _drawdown(stats)),
        *([] if appraisal is None else [sections_of(appraisal)]),
    ]
    plots.extend(_price_panels(result, stats))
    free = '<p class="soft">This venue charged no commission.</p>'
    plots.append(_panel("Costs", _costs(result, stats) if stats.fee_units else free))
    return (
        f"<h2>{escape(stats.account.id)} <small>in {escape(stats.account.currency)}</small></h2>"
        f'<div class="cards">{_cards(stats)}</div>{doubts_section(appraisal)}{"".join(plots)}<h3>Symbols</h3>'
        f'<div class="panel">{_symbols(stats)}</div>'
    )


def _panel(title: str, content: str) -> str:
    return f'<h3>{escape(title)}</h3><div class="panel">{content}</div>'


def _cards(stats: AccountStatistics) -> str:
    gain = stats.closing_units - stats.opening_units
    cards = [
        _card("result", money(gain), _gain_note(stats), "good" if gain > 0 else "bad" if gain < 0 else ""),
        _card("deepest drawdown", *_drawdown_card(stats)),
    ]
    for name, figure in figures_of(stats).items():
        if name == "total_return":
            continue  # stands beside the result
        note = figure.reason
        if name == "sharpe" and figure.value is not None:
            note = f"{len(stats.returns.values)} {_PERIODS[stats.returns.period]} returns, a year's scale"
        cards.append(_card(LABELS[name], figure_text(name, figure), note))
    cards.append(_card("traded", money(stats.traded_units), f"{_fills(stats)} fills"))
    cards.append(_card("fees", money(stats.fee_units), f"{len(stats.results)} closed trades"))
    return "".join(cards)


def _gain_note(stats: AccountStatistics) -> str:
    gained = figure_text("total_return", figures_of(stats)["total_return"])
    return f"{gained} of {money(stats.opening_units)}"


_PERIODS = {"day": "daily", "hour": "hourly"}


def _fills(stats: AccountStatistics) -> int:
    return sum(each.fills for each in stats.symbols)


def _card(label: str, text: str, note: str = "", tone: str = "") -> str:
    shown = f'<b class="{tone}">{escape(text)}</b><em>{escape(note)}</em>'
    return f'<div class="card"><span>{escape(label)}</span>{shown}</div>'


def _drawdown_card(stats: AccountStatistics) -> tuple[str, str]:
    worst = stats.drawdown
    if worst is None:
        return "none", "equity never fell below its start"
    back = "not recovered" if worst.recovered_ns is None else f"recovered {_minute(worst.recovered_ns)}"
    return f"{worst.ratio * 100:.2f} %", f"{_minute(worst.peak_ns)} to {_minute(worst.trough_ns)}, {back}"


def _minute(at_ns: int) -> str:
    return rfc3339(at_ns)[5:16].replace("T", " ")


def _drawdown(stats: AccountStatistics) -> str:
    curve = np.array([stats.opening_units, *stats.equity_units], dtype=np.float64)
    highest = np.maximum.accumulate(curve)
    depth = ((curve - highest) / highest * 100.0)[1:]
    return depth_plot("drawdown", Curve(stats.at_ns, depth.tolist(), 3, " %"))


def _price_panels(result: RunResult, stats: AccountStatistics) -> list[str]:
    busiest = sorted((each for each in stats.symbols if each.fills), key=lambda each: (-each.fills, each.symbol))
    panels = [
        _panel(f"Trades: {each.symbol}, {each.fills} fills on its price", _prices(result, stats, each))
        for each in busiest[:PRICE_PLOTS_MAX]
    ]
    hidden = [str(each.symbol) for each in busiest[PRICE_PLOTS_MAX:]]
    if hidden:
        panels.append(f'<p class="soft">Without a plot of their own: {escape(", ".join(hidden))}.</p>')
    return panels


def _prices(result: RunResult, stats: AccountStatistics, symbol: SymbolStatistics) -> str:
    holding = (stats.account.id, symbol.symbol)
    line, instrument = result.prices[holding], symbol.instrument
    fills = fills_of(result, holding)
    shown = fills[:: -(-len(fills) // MARKS_MAX)]
    samples = np.searchsorted(line.at_ns, [fill.at_ns for fill in shown]).clip(max=len(line.at_ns) - 1)
    marks = [
        Mark(int(sample), fill.price_units / instrument.price_scale, fill.side is Side.BUY, _told(fill, symbol))
        for sample, fill in zip(samples, shown, strict=True)
    ]
    closes = (line.close_units / instrument.price_scale).tolist()
    digits = len(instrument.price_text(instrument.tick_units).partition(".")[2])
    plot = line_plot(str(symbol.symbol), Curve(line.at_ns.tolist(), closes, digits), marks=marks, tone="price")
    thinned = f"<small>{len(shown)} of {len(fills)} fills are drawn.</small>" if len(shown) < len(fills) else ""
    return plot + thinned


def _told(fill: OutcomeFill, symbol: SymbolStatistics) -> str:
    instrument = symbol.instrument
    side = "bought" if fill.side is Side.BUY else "sold"
    quantity, price = instrument.qty_text(fill.qty_units), instrument.price_text(fill.price_units)
    return f"{rfc3339(fill.at_ns)} {side} {quantity} at {price}"


def _costs(result: RunResult, stats: AccountStatistics) -> str:
    paid = sorted(
        (fill.at_ns, fee_cash_units(fill, each.instrument))
        for each in stats.symbols
        for fill in fills_of(result, (stats.account.id, each.symbol))
    )
    times = [at_ns for at_ns, _ in paid]
    total = np.concatenate([[0.0], np.cumsum([units / CASH_SCALE for _, units in paid])])
    curve = total[np.searchsorted(times, stats.at_ns, side="right")].tolist()
    bars = [
        (str(each.symbol), each.fee_units / CASH_SCALE, money(each.fee_units, stats.account.currency))
        for each in stats.symbols
        if each.fee_units
    ]
    return line_plot("fees paid so far", Curve(stats.at_ns, curve), filled=True, tone="cost") + bar_plot("fees", bars)


_HEADS = ("symbol", "fills", "maker", "partial", "bought", "sold", "fees", "result", "trades", "won", "held", "worth")


def _symbols(stats: AccountStatistics) -> str:
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in symbol_cells(each)) + "</tr>" for each in stats.symbols
    )
    return f"<table><tr>{''.join(f'<th>{head}</th>' for head in _HEADS)}</tr>{rows}</table>"


def symbol_cells(each: SymbolStatistics) -> list[str]:
    """One symbol's row, in the order of the table's heads."""
    closed = [trade for trade in each.trades if trade.closed]
    return [
        str(each.symbol),
        str(each.fills),
        str(each.maker_fills),
        str(each.partial_fills),
        money(each.bought_units),
        money(each.sold_units),
        money(each.fee_units),
        money(each.result_units),
        str(len(closed)),
        str(sum(trade.result_units > 0 for trade in closed)),
        each.instrument.qty_text(each.position_units),
        money(each.market_value_units),
    ]


def _origin(result: RunResult) -> list[tuple[str, str]]:
    lines = [("market", line) for line in result.data_lines]
    for note in result.strategies:
        parameters = ", ".join(f"{name}={text}" for name, text in note.parameters.items())
        lines.append(
            ("strategy", f"{note.name} ({note.path}) at {note.account}: {parameters}; digest {note.digest[:16]}")
        )
    fees = sorted({f"{each.venue} {each.fee_ppm / 10_000:g} %" for each in result.instruments.values()})
    refused = ", ".join(f"{count} {code.name.lower()}" for code, count in counts(result.refused).items()) or "none"
    part = units_text(result.participation_ppm, 10_000)
    return [
        *lines,
        ("costs", f"commission {', '.join(fees)}; at most {part} % of a print's volume is ours; no spread is added"),
        ("orders", f"{result.orders} sent, {result.cancels} cancelled, {result.expired} expired; refused: {refused}"),
        ("breaker", f"tripped {result.trips} times"),
        ("seed", "nothing was drawn" if result.seed is None else str(result.seed)),
        ("outcome fingerprint", result.outcome_fingerprint),
    ]
