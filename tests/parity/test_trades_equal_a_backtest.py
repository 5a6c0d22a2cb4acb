"""A strategy that hears trades decides alike in a backtest and in a rehearsal over the same trades, to the unit."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from seatrial.bootstrap.compiling import load_core
from seatrial.bootstrap.logs import quiet_logs
from seatrial.bootstrap.rehearsing import Rehearsed, rehearse
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.faults import BadSetting, RequestFault
from seatrial.domain.time import MINUTE_NS, parse_rfc3339

ROOT = Path(__file__).resolve().parents[2]
MINUTES = 12
TRADES = 600
FLOW = """
from seatrial.strategy import Strategy

class Flow(Strategy):
    symbols = ("{symbol}",)
    unit = {unit}

    def on_start(self, context):
        self.sizes, self.last_ns, self.last_price, self.ups = [], 0, 0.0, 0

    def on_trade(self, context, trade):
        assert trade.at_ns >= self.last_ns, "oldest first"
        self.ups += trade.at_ns % 1_000_000_000 > 500_000_000
        self.ups += trade.price > self.last_price
        self.last_price = trade.price
        self.last_ns = trade.at_ns
        self.sizes.append(trade.size)

    def on_bar(self, context, bar):
        assert abs(sum(self.sizes) - bar.volume) < 1e-9 * bar.volume, "every trade of the bar, and no other"
        assert bar.start_ns <= self.last_ns < bar.end_ns
        context.target(bar.symbol, quantity=self.unit * ((len(self.sizes) + self.ups) % 7))
        self.sizes = []
"""
MARKETS = {"alpaca": ("AAPL", 1, 180.0, 1.0), "binance": ("BTCUSDT", 0.001, 42_000.0, 0.001)}


def recorded(folder: Path, venue: str, seed: int) -> Path:
    """Some minutes of trades as a file; many of them share their instant, and one minute has none."""
    symbol, _, price, lot = MARKETS[venue]
    dice = np.random.default_rng(seed)
    opened_ns = parse_rfc3339("2024-01-03T14:30:00Z")
    ticks = np.sort(dice.integers(0, MINUTES * 300, TRADES))
    ticks = ticks[(ticks // 300) != 5]
    at_ns = opened_ns + ticks * (MINUTE_NS // 300)
    prices = np.round(price + np.cumsum(dice.integers(-2, 3, len(at_ns))) / 100, 2)
    sizes = dice.integers(1, 40, len(at_ns)) * lot
    rows = "\n".join(
        f"{symbol},{at // 1_000},{value:.2f},{size:.3f}"
        for at, value, size in zip(at_ns.tolist(), prices.tolist(), sizes.tolist(), strict=True)
    )
    (folder / "trades.csv").write_text(f"symbol,micros,price,size\n{rows}\n")
    path = folder / "trades.parquet"
    duckdb.sql(
        "copy (select symbol, make_timestamp(micros) at time zone 'UTC' as ts, price::double as price, "
        f"size::double as size from read_csv('{folder / 'trades.csv'}')) to '{path}' (format parquet)"
    )
    return path


def rehearsed(folder: Path, venue: str, trades: Path | None, **chosen: str) -> Rehearsed:
    symbol, unit, _, _ = MARKETS[venue]
    path = folder / "flow.py"
    path.write_text(FLOW.format(symbol=symbol, unit=unit))
    chosen |= {"trading.venues": venue, f"strategies.{venue}": str(path)}
    if trades is not None:
        chosen["trades"] = str(trades)
    load_core()
    quiet_logs()
    settings = load_settings(chosen, environment={}, folder=ROOT)
    return rehearse(settings, session_count=None if trades is not None else 1)


def agree(done: Rehearsed, fills_min: int) -> None:
    assert done.difference is None
    assert done.equal
    assert done.rehearsal.replays
    assert all(tally.fills >= fills_min for tally in done.rehearsal.tallies.values())


@pytest.mark.parametrize("venue", ["alpaca", "binance"])
def test_recorded_trades_have_one_outcome_in_backtest_and_rehearsal(tmp_path: Path, venue: str) -> None:
    agree(rehearsed(tmp_path, venue, recorded(tmp_path, venue, seed=3)), fills_min=4)


@pytest.mark.prove
@pytest.mark.parametrize("venue", ["alpaca", "binance"])
def test_the_trades_of_a_made_up_market_have_one_outcome_too(tmp_path: Path, venue: str) -> None:
    agree(rehearsed(tmp_path, venue, None), fills_min=20)


def test_recorded_bars_alone_and_bars_beside_trades_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bars").mkdir()
    with pytest.raises(RequestFault, match=r"on_trade of .*flow.py: accepted is a market with trades: .*--trades FILE"):
        rehearsed(tmp_path, "binance", None, data=str(tmp_path / "bars"))
    with pytest.raises(BadSetting, match="give one of them"):
        rehearsed(tmp_path, "binance", recorded(tmp_path, "binance", seed=3), data=str(tmp_path / "bars"))
    with pytest.raises(BadSetting, match="is no file"):
        rehearsed(tmp_path, "binance", tmp_path / "nowhere.parquet")
