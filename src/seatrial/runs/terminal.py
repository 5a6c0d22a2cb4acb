"""The result as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from seatrial.runs.report import LABELS, figure_text, money
from seatrial.runs.statistics import AccountStatistics, SymbolStatistics, figures_of

_COLUMNS = ("symbol", "fills", "partial", "traded", "fees", "result", "trades won", "held")


def result_tables(accounts: Sequence[AccountStatistics]) -> list[Table]:
    """Per account its figures, then its symbols."""
    return [table for stats in accounts for table in (_figures(stats), _symbols(stats))]


def _figures(stats: AccountStatistics) -> Table:
    currency = stats.account.currency
    table = Table(title=f"{stats.account.id} ({currency})", show_header=False, title_justify="left")
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")
    gain = stats.closing_units - stats.opening_units
    tone = "green" if gain > 0 else "red" if gain < 0 else ""
    table.add_row("opening equity", money(stats.opening_units), "")
    table.add_row("closing equity", money(stats.closing_units), "")
    table.add_row("result", f"[{tone}]{money(gain)}[/]" if tone else money(gain), "")
    for name, figure in figures_of(stats).items():
        table.add_row(LABELS[name], figure_text(name, figure), _note(name, stats) or figure.reason)
    worst = stats.drawdown
    table.add_row("deepest drawdown", f"{worst.ratio * 100:.2f} %" if worst else "none", "")
    table.add_row("traded", money(stats.traded_units), "")
    table.add_row("fees", money(stats.fee_units), "")
    return table


def _note(name: str, stats: AccountStatistics) -> str:
    returns = stats.returns
    usable = name in ("sharpe", "volatility") and figures_of(stats)[name].value is not None
    return f"{len(returns.values)} returns, one per {returns.period}" if usable else ""


def _symbols(stats: AccountStatistics) -> Table:
    table = Table(title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column == "symbol" else "right")
    for each in stats.symbols:
        table.add_row(*_row(each))
    return table


def _row(each: SymbolStatistics) -> list[str]:
    closed = [trade for trade in each.trades if trade.closed]
    won = sum(trade.result_units > 0 for trade in closed)
    return [
        str(each.symbol),
        str(each.fills),
        str(each.partial_fills),
        money(each.bought_units + each.sold_units),
        money(each.fee_units),
        money(each.result_units),
        f"{won} of {len(closed)}",
        each.instrument.qty_text(each.position_units),
    ]
