"""A short backtest on a made-up market, and what its report and its figures say."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from seatrial.domain.ids import AccountId, StrategyId, VenueName
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency, parse_units
from seatrial.market.instruments import instrument_of
from seatrial.market.shift import align
from seatrial.market.synthetic import synthetic_market
from seatrial.runs.backtest import Market, backtest
from seatrial.runs.metrics import metrics_document
from seatrial.runs.report import money, report_page
from seatrial.runs.result import StrategyNote, backtest_result
from seatrial.runs.statistics import statistics_of
from seatrial.runs.terminal import result_tables
from seatrial.strategy import BarView, Context, Strategy
from seatrial.strategy.runner import StrategyRunner

STOCKS = Account(AccountId("alpaca"), VenueName("alpaca"), Currency("USD"), "XNYS", RiskLimits())
COINS = Account(AccountId("binance"), VenueName("binance"), Currency("USDT"), "24x7", RiskLimits())


class InAndOut(Strategy):
    """Holds something for an hour, then nothing for an hour."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        if bar.end_ns // 60_000_000_000 % 60 == 0:
            held = context.position(bar.symbol) * bar.close > 10
            context.target(bar.symbol, weight=0 if held else 0.03)


def run(symbols_by_account, days=2):
    symbols = [symbol for symbols in symbols_by_account.values() for symbol in symbols]
    tables = synthetic_market(
        [instrument_of(symbol) for symbol in symbols], seed=5, first_day=date(2019, 2, 11), session_count=days
    )
    timeline = align(tables).select_sessions(days)
    markets, runners, notes = [], [], []
    for account, own in symbols_by_account.items():
        strategy = InAndOut()
        strategy.symbols = own
        held = {symbol: table for symbol, table in timeline.tables.items() if symbol in own}
        markets.append(Market(account, 100_000 * CASH_SCALE, held, timeline.sessions))
        instruments = [table.instrument for table in held.values()]
        name = StrategyId(f"in_and_out_{account.id}")
        runners.append(StrategyRunner(strategy, strategy_id=name, account=account.id, instruments=instruments))
        notes.append(StrategyNote(name, "InAndOut", "in_and_out.py", account.id, {"symbols": ",".join(own)}, "d" * 64))
    ran = backtest(markets, runners)
    return backtest_result(ran, markets, timeline, notes, participation_ppm=100_000, seed=5)


@pytest.fixture(scope="module")
def result():
    return run({STOCKS: ("AAPL", "SPY"), COINS: ("BTCUSDT",)})


@pytest.fixture(scope="module")
def figures(result):
    return statistics_of(result)


def test_what_the_symbols_made_is_what_the_account_made_to_the_unit(figures):
    for stats in figures:
        assert sum(each.fills for each in stats.symbols) > 5
        assert sum(each.result_units for each in stats.symbols) == stats.closing_units - stats.opening_units


def test_metrics_carry_exact_money_and_say_why_a_ratio_is_missing(result, figures):
    document = json.loads(json.dumps(metrics_document(result, figures), allow_nan=False))

    stocks, coins = document["accounts"]["alpaca"], document["accounts"]["binance"]
    for account in (stocks, coins):
        won = parse_units(account["closing_equity"], CASH_SCALE) - parse_units(account["opening_equity"], CASH_SCALE)
        assert parse_units(account["result"], CASH_SCALE) == won
        assert account["cagr"] is None
        assert account["null_because"]["cagr"].startswith("30 days are needed")
    assert stocks["fees"] == "0"
    assert parse_units(coins["fees"], CASH_SCALE) > 0
    assert coins["sharpe_period"] == "hour"
    assert document["outcome_fingerprint"] == result.outcome_fingerprint
    assert document["seed"] == 5


def test_hours_in_which_only_the_other_market_was_open_are_no_hours_of_an_account(figures):
    stocks, coins = figures

    assert len(stocks.at_ns) == 2 * 390
    assert len(coins.at_ns) > 1440


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open_tags, self.tags, self.addresses = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open_tags.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open_tags.pop() == tag


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(result, figures):
    text = report_page(result, figures)
    page = Page()
    page.feed(text)

    assert page.open_tags == []
    assert page.addresses == []
    assert "script" not in page.tags
    assert not re.search(r"https?://|@import|url\(", text)
    assert page.tags.count("svg") == 2 + 2 + 3 + 2
    assert "prefers-color-scheme:dark" in text
    for line in result.data_lines:
        assert line in text
    assert result.outcome_fingerprint in text


def test_a_run_without_a_trade_has_a_page_and_no_made_up_figure():
    idle = run({STOCKS: ("AAPL",)}, days=1)
    still = type(idle)(**{name: getattr(idle, name) for name in idle.__slots__} | {"fills": [], "positions": []})
    figures = statistics_of(still)

    document = metrics_document(still, figures)["accounts"]["alpaca"]

    assert document["win_rate"] is None
    assert document["null_because"]["win_rate"] == "no trade was closed"
    assert "<svg" in report_page(still, figures)


def test_names_from_outside_cannot_become_markup(result, figures):
    note = StrategyNote(StrategyId("s"), "<b>Evil</b>", "x", AccountId("alpaca"), {"a": "<script>"}, "d")
    evil = type(result)(**{name: getattr(result, name) for name in result.__slots__} | {"strategies": (note,)})

    text = report_page(evil, figures)

    assert "<script>" not in text
    assert "&lt;b&gt;Evil&lt;/b&gt;" in text


def test_the_terminal_shows_each_account_and_each_symbol(figures):
    console = Console(file=StringIO(), width=120)
    for table in result_tables(figures):
        console.print(table)

    shown = console.file.getvalue()
    for word in ("alpaca (USD)", "binance (USDT)", "AAPL", "BTCUSDT", "30 days are needed"):
        assert word in shown


def test_money_is_read_to_the_cent():
    assert money(123_456_789_012_345, "USD") == "1,234,567.89 USD"
    assert money(-150_000_000) == "-1.50"
    assert money(-1) == "0.00"
