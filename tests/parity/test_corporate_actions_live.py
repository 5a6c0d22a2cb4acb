"""A split and a dividend reach the running platform as the backtest books them, and its venue's accounts with them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from seatrial.bootstrap.catalog.importing import ImportOrder, import_files
from seatrial.bootstrap.compiling import load_core
from seatrial.bootstrap.logs import quiet_logs
from seatrial.bootstrap.rehearsing import rehearse
from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import DAY_NS

ROOT = Path(__file__).resolve().parents[2]
DAYS = ("2019-02-11", "2019-02-12", "2019-02-13")

HELD_OVER_NIGHT = """
from seatrial.strategy import Strategy

class HeldOverNight(Strategy):
    symbols = ("AAPL",)

    def on_start(self, context):
        self.bars = 0

    def on_bar(self, context, bar):
        self.bars += 1
        step, price = self.bars % 390, bar.close
        if step == 5:
            context.buy("AAPL", 7, stop_loss=price * 0.96)
        if step == 60 and self.bars < 390:
            context.buy("AAPL", 6, limit_price=price * 0.95, time_in_force="gtc")  # the split takes it back
        if step == 100 and self.bars > 390:
            context.sell("AAPL", 4, trail_percent=0.3, reduce_only=True)
        if step == 0:
            context.buy("AAPL", 3)  # for the next morning, where there is no split before it
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three made-up days as if recorded: three new shares for two on the second, a dividend on the third."""
    rng, lines = random.Random(5), []
    cents = 17_000
    for place, day in enumerate(DAYS):
        if place == 1:
            cents = cents * 2 // 3
        for minute in range(390):
            opened, cents = cents, max(5_000, cents + rng.randint(-9, 9))
            high, low = max(opened, cents) + rng.randint(0, 6), min(opened, cents) - rng.randint(0, 6)
            clock = f"{day} {9 + (30 + minute) // 60:02d}:{(30 + minute) % 60:02d}"
            prices = ",".join(f"{each / 100:.2f}" for each in (opened, high, low, cents))
            lines.append(f"{clock},{prices},{rng.choice((40, 100_000))}")
    (tmp_path / "AAPL.csv").write_text("Date,Open,High,Low,Close,Volume\n" + "\n".join(lines) + "\n")
    (tmp_path / "actions.csv").write_text(
        "ts,action,split_ratio,cash_amount\n2019-02-12T00:00:00Z,split,1.5,\n2019-02-13T00:00:00Z,dividend,,0.37\n"
    )
    (tmp_path / "held.py").write_text(HELD_OVER_NIGHT)
    catalog = str(tmp_path / "catalog")
    into = load_settings({"catalog": catalog, "config": str(ROOT / "config")}, {})
    for file, more in (("AAPL.csv", {"zone": "America/New_York"}), ("actions.csv", {"kind": "corporate_actions"})):
        import_files(into, [tmp_path / file], ImportOrder(symbol="AAPL", **more), lambda done, of: None)
    chosen = {"data": catalog, "actions": catalog, "strategies.alpaca": str(tmp_path / "held.py")}
    return load_settings({**chosen, "strategies.binance": ""}, environment={}, folder=ROOT)


def test_a_split_and_a_dividend_have_one_outcome_in_backtest_and_rehearsal(settings: Settings) -> None:
    load_core()
    quiet_logs()

    done = rehearse(settings, session_count=3)

    assert done.difference is None
    assert done.equal, "cash and shares to the unit, cash in lieu and the dividend included"
    assert done.rehearsal.replays
    (account,) = done.backtest.machine.accounts
    held = done.backtest.machine.position(account.id, "AAPL")
    assert held.dividends_units == 37 * held_at_dividend(done.rehearsal.fills) * CASH_SCALE // 100
    assert len({fill.at_ns // DAY_NS for fill in done.rehearsal.fills}) == 3
    assert not [one for one in done.rehearsal.fills if one.qty_units == 6 * 10**9], "what waited was taken back"


def held_at_dividend(fills: Sequence[OutcomeFill]) -> int:
    """Shares held on the third morning: those of before the split are three for two, and a half is paid out."""
    first, second = (date(2019, 2, day) for day in (11, 12))
    by_day = dict.fromkeys((first, second), 0)
    for fill in fills:
        day = datetime.fromtimestamp(fill.at_ns / 10**9, UTC).date()
        if day in by_day:
            by_day[day] += fill.side * fill.qty_units // 10**9
    return by_day[first] * 3 // 2 + by_day[second]
