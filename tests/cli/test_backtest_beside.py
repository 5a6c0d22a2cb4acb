"""What a backtest is given beside its bars."""

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from seatrial.bootstrap.account_markets import Beside
from seatrial.bootstrap.backtests import run_backtest
from seatrial.bootstrap.catalog.deriving import adjusted, resampled
from seatrial.bootstrap.catalog.importing import ImportOrder, import_files
from seatrial.bootstrap.settings import load_settings
from seatrial.cli.main import commands
from seatrial.domain.faults import ConfigurationFault, DataFault, NoData, RequestFault

ROOT = Path(__file__).resolve().parents[2]
DAYS = ("2019-02-11", "2019-02-12", "2019-02-13")
HOLDING = """
from seatrial.strategy import Strategy


class Holding(Strategy):
    symbols = ("AAPL",)
    quantity = 10
    said = False

    def on_bar(self, context, bar):
        if not self.said:
            self.said = True
            context.target("AAPL", quantity=self.quantity)
"""
FLOW = """
from seatrial.strategy import Strategy


class Flow(Strategy):
    symbols = ("BTCUSDT",)

    def on_start(self, context):
        self.volume = 0.0

    def on_trade(self, context, trade):
        self.volume += trade.size

    def on_bar(self, context, bar):
        assert abs(self.volume - bar.volume) < 1e-9, (self.volume, bar)
        self.volume = 0.0
        context.target("BTCUSDT", quantity=0.01 if bar.close > bar.open else 0)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A catalog with three days of AAPL, a two-for-one split on the second, a dividend on the third, and a halt."""
    folder = tmp_path_factory.mktemp("beside")
    lines = []
    for place, day in enumerate(DAYS):
        price = 170.0 if place == 0 else 85.0
        for minute in range(390):
            clock = f"{day} {9 + (30 + minute) // 60:02d}:{(30 + minute) % 60:02d}"
            lines.append(f"{clock},{price:.2f},{price:.2f},{price:.2f},{price:.2f},100000")
    (folder / "AAPL.csv").write_text("Date,Open,High,Low,Close,Volume\n" + "\n".join(lines) + "\n")
    (folder / "actions.csv").write_text(
        "ts,action,split_ratio,cash_amount\n2019-02-12T00:00:00Z,split,2,\n2019-02-13T00:00:00Z,dividend,,0.5\n"
    )
    (folder / "halts.csv").write_text("ts,resumed_at\n2019-02-11T14:30:00Z,2019-02-11T15:30:30Z\n")
    (folder / "holding.py").write_text(HOLDING)
    (folder / "flow.py").write_text(FLOW)
    for file, more in (
        ("AAPL.csv", {"zone": "America/New_York"}),
        ("actions.csv", {"kind": "corporate_actions"}),
        ("halts.csv", {"kind": "halts"}),
    ):
        import_files(settings_of(folder), [folder / file], ImportOrder(symbol="AAPL", **more), lambda done, of: None)
    return folder


def settings_of(folder, **more):
    return load_settings({"catalog": str(folder / "catalog"), "config": str(ROOT / "config"), **more}, {})


def backtested(folder, beside=None, *, path="holding.py", data=True, sessions=None, **texts):
    settings = settings_of(folder, **({"data": str(folder / "catalog")} if data else {}))
    given = {name: value if value is True else folder / value for name, value in (beside or {}).items()}
    done = run_backtest(
        settings, folder / path, texts, session_count=sessions, folder=folder / "out", beside=Beside(**given)
    )
    return done, done.as_json()


def test_a_split_is_no_loss_and_a_dividend_is_paid_only_where_actions_are_asked_for(folder):
    plain, told = (backtested(folder, beside)[1]["accounts"]["alpaca"] for beside in ({}, {"actions": "catalog"}))

    assert float(plain["result"]) == pytest.approx(-850)  # the stop-loss sold what had fallen by half
    assert float(told["result"]) == pytest.approx(10)  # 20 shares of half a dollar each


def test_nothing_fills_while_trading_is_halted(folder):
    free, halted = (backtested(folder, beside)[0].result.fills[0].outcome.at_ns for beside in ({}, {"halts": True}))

    assert (halted - free) // (60 * 10**9) == 60


def test_an_order_that_no_limit_allows_is_told_with_its_numbers(folder):
    _, told = backtested(folder, quantity="400")

    assert told["fills"] == 0
    refused = told["orders"]["refusals"]
    assert list(refused) == ["loss_per_trade"]
    assert refused["loss_per_trade"]["limit"] == "250"
    first = told["accounts"]["alpaca"]["doubts"][0]
    assert first["name"] == "nothing_traded"
    assert "LOSS_PER_TRADE once (the first of AAPL: limit 250, actual " in first["text"]
    assert "loss_limits.max_loss_per_trade" in first["remedy"]


def test_terms_charge_what_they_say(folder):
    (folder / "terms.toml").write_text("[fees]\ntaker_percent = 0.1\nmaker_percent = 0.1\n")
    _, told = backtested(folder, {"actions": "catalog", "terms": "terms.toml"})

    assert float(told["accounts"]["alpaca"]["fees"]) == pytest.approx(1.7)


def test_a_commission_is_taken_from_the_purse_that_terms_name(folder):
    (folder / "bnb.toml").write_text(
        '[fees]\npaid_from = "BNB"\ndiscount_percent = 25\n[purses]\nBNB = "2"\n'
        '[[rates]]\ncurrency = "BNB"\nat = "2019-01-01T00:00:00Z"\nrate = "300"\n'
    )
    (folder / "coins.py").write_text(HOLDING.replace('"AAPL"', '"BTCUSDT"').replace("quantity = 10", "quantity = 0.01"))
    (done, told) = backtested(folder, {"terms": "bnb.toml"}, path="coins.py", data=False, sessions=1)

    account = told["accounts"]["binance"]
    assert float(account["opening_equity"]) == 100_600
    assert {fill.outcome.fee_currency for fill in done.result.fills} == {"BNB"}
    assert float(account["fees"]) == pytest.approx(0.75 * 0.001 * done.accounts[0].traded_units / 10**8, abs=1e-5)
    assert done.result.positions[0].qty_units == 0  # its stop sold all of it: nothing was taken from the coin


def test_recorded_trades_are_told_with_bars_that_are_built_from_them(folder):
    duckdb.sql(
        "copy (select to_timestamp(1704153600 + i * 7)::timestamptz as ts, 'BTCUSDT' as symbol, "
        "'buy' as side, 60000 + (i * 37 % 101) / 4 as price, 0.5 + (i % 3) as size from range(600) t(i)) "
        f"to '{folder / 'trades.parquet'}' (format parquet)"
    )
    _, told = backtested(folder, {"trades": "trades.parquet"}, path="flow.py", data=False)

    assert told["bars"] == 69  # of 70 minutes; the last is not over
    assert told["fills"] > 0


@pytest.mark.parametrize(
    ("beside", "fault", "told"),
    [
        ({"actions": "nowhere"}, DataFault, "no such file of corporate actions"),
        ({"terms": "nowhere.toml"}, ConfigurationFault, "cannot be read"),
        (
            {"terms": "wrong.toml"},
            ConfigurationFault,
            "debit_pct is no key of a terms file: did you mean",
        ),
        ({"trades": "trades.parquet"}, NoData, "it holds no trade of AAPL|no row of AAPL"),
        ({"terms": "purse.toml"}, RequestFault, "a rate of BNB at 2019-02-11T14:30:00Z or before"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(folder, beside, fault, told):
    (folder / "wrong.toml").write_text("debit_pct = 3\n")
    (folder / "purse.toml").write_text('[purses]\nBNB = "1"\n')

    path = "traded.py" if "trades" in beside else "holding.py"
    (folder / "traded.py").write_text(FLOW.replace("BTCUSDT", "AAPL"))
    with pytest.raises(fault, match=told):
        backtested(folder, beside, path=path)


def test_what_goes_with_bars_does_not_go_with_events():
    ran = CliRunner().invoke(commands, ["backtest", "x.py", "--depth", "x.parquet", "--actions", "catalog"])

    assert ran.exit_code == 2
    assert "--actions goes with bars" in ran.output


def test_bars_are_made_longer_and_adjusted(folder):
    settings, name = settings_of(folder), "bars_1m/alpaca/AAPL"
    days = resampled(settings, name, span="1d", by=None)
    days.write(folder / "days.parquet")

    assert days.columns["close"] == [170.0, 85.0, 85.0]
    assert duckdb.sql(f"select count(*) from '{folder / 'days.parquet'}'").fetchall() == [(3,)]
    assert adjusted(settings, name, "forward", as_of_ns=None).columns["close"][-1] == pytest.approx(171, rel=1e-3)
    assert adjusted(settings, name, "factors", as_of_ns=None).columns["day"] == ["2019-02-11", "2019-02-12"]
    with pytest.raises(RequestFault, match="a dataset of trades"):
        resampled(settings, name, span=None, by="dollar:100")
