"""One session through services and both wire protocols ends as the compiled backtest does, to the unit."""

from __future__ import annotations

from pathlib import Path

from seatrial.bootstrap.compiling import load_core
from seatrial.bootstrap.logs import quiet_logs
from seatrial.bootstrap.rehearsing import Rehearsed, rehearse
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.time import rfc3339

ROOT = Path(__file__).resolve().parents[2]


SCHEDULED = """
from seatrial.strategy import Strategy

class Scheduled(Strategy):
    symbols = ("{symbol}",)
    schedule = "{schedule}"

    def on_start(self, context):
        self.bars = 0

    def on_bar(self, context, bar):
        self.bars += 1
        context.target(bar.symbol, weight=0.01 + 0.001 * (self.bars % 7))
"""


def _rehearsed(alpaca: str, **chosen: str) -> Rehearsed:
    for venue, name in (("alpaca", alpaca), ("binance", "coins")):
        chosen.setdefault(f"strategies.{venue}", str(ROOT / "strategies" / f"{name}.py"))
    load_core()
    quiet_logs()
    return rehearse(load_settings(chosen, environment={}, folder=ROOT), session_count=1)


def _agree(done: Rehearsed) -> None:
    assert done.difference is None
    assert done.equal
    assert done.rehearsal.replays
    assert all(tally.fills for tally in done.rehearsal.tallies.values())


def test_a_made_up_session_has_one_outcome_in_backtest_and_rehearsal() -> None:
    _agree(_rehearsed("trend"))


def test_a_time_of_the_day_and_an_interval_have_one_outcome_too(tmp_path: Path) -> None:
    chosen = {}
    plans = {"alpaca": ("AAPL", "15:30 America/New_York"), "binance": ("BTCUSDT", "every 20 min")}
    for venue, (symbol, schedule) in plans.items():
        path = tmp_path / f"{venue}.py"
        path.write_text(SCHEDULED.format(symbol=symbol, schedule=schedule))
        chosen[f"strategies.{venue}"] = str(path)
    done = _rehearsed("", **chosen)
    _agree(done)
    times = [rfc3339(fill.at_ns) for fill in done.rehearsal.fills if fill.symbol == "AAPL"]
    assert times
    assert all("2024-01-02T20:30" <= time < "2024-01-02T20:40" for time in times), "nothing before the run"


def test_a_recorded_session_of_limits_and_partial_fills_has_one_outcome(recorded_data: Path) -> None:
    done = _rehearsed("pullback", data=str(recorded_data))
    _agree(done)
    tallies = done.rehearsal.tallies.values()
    assert all(tally.limit_orders and tally.cancels for tally in tallies)
    assert any(tally.partial_fills for tally in tallies)


EVERY_TYPE = """
from seatrial.domain.time import MINUTE_NS
from seatrial.strategy import Strategy

class EveryType(Strategy):
    symbols = ("{symbol}",)
    size = {size}

    def on_start(self, context):
        self.bars = 0

    def on_bar(self, context, bar):
        step, self.bars = self.bars % 40, self.bars + 1
        symbol, price = bar.symbol, bar.close
        held = context.position(symbol) > self.size / 4  # fees in base leave dust
        everything = context.position(symbol)
        if step in (8, 20, 37):
            for handle in context.working():
                context.cancel(handle)
        if step in (9, 21, 38) and held:
            context.sell(symbol, everything, reduce_only=True)
        if step == 0:
            context.buy(symbol, self.size, take_profit=price * 1.0008, stop_loss=price * 0.9995)
        if step == 10:
            context.buy(symbol, notional=self.size * price)
        if step == 12 and held:
            context.sell(symbol, everything, trail_percent=0.04, reduce_only=True)
        if step == 14:
            context.buy(symbol, self.size / 2, trail_amount=price * 0.0006)
        if step == 22:
            good_till = bar.end_ns + 3 * MINUTE_NS
            stop = {{"stop_loss": price * 0.9990, "stop_loss_limit": price * 0.9985}}
            context.buy(symbol, self.size, limit_price=price * 0.9998, good_till=good_till, **stop)
        if step == 28:
            context.buy(symbol, self.size)
        if step == 30 and held:
            context.oco(symbol, take_profit=price * 1.0008, stop_loss=price * 0.9996)
"""


def test_parked_orders_have_one_outcome_on_both_venues(tmp_path: Path) -> None:
    chosen = {}
    for venue, (symbol, size) in {"alpaca": ("AAPL", "4"), "binance": ("BTCUSDT", "0.008")}.items():
        path = tmp_path / f"{venue}.py"
        path.write_text(EVERY_TYPE.format(symbol=symbol, size=size))
        chosen[f"strategies.{venue}"] = str(path)
    done = _rehearsed("", **chosen)
    _agree(done)
    for tally in done.rehearsal.tallies.values():
        assert set(tally.children) == {"take_profit", "leg_stop", "trailing_stop"}
