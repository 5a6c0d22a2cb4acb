"""Every order type and time in force that the venues match themselves: one outcome in backtest and rehearsal."""

from __future__ import annotations

from pathlib import Path

from tests.parity.test_rehearsal_equals_backtest import ROOT

from seatrial.bootstrap.compiling import load_core
from seatrial.bootstrap.logs import quiet_logs
from seatrial.bootstrap.rehearsing import rehearse
from seatrial.bootstrap.settings import load_settings

# Every minute another order, near the market, so that it fills, rests, ends and is refused in turn.
ORDERS = """
from seatrial.strategy import Strategy

KINDS = ("market", "limit", "stop", "stop_limit", "post_only")
TIMES = {times}
QUANTITIES = {quantities}


class Orders(Strategy):
    symbols = ("{symbol}",)

    def on_start(self, context):
        self.bars = 0

    def on_bar(self, context, bar):
        self.bars += 1
        kind, time = KINDS[self.bars % 5], TIMES[self.bars // 5 % len(TIMES)]
        buys = self.bars // 2 % 3 != 2
        others = [order for order in context.working(bar.symbol) if (order.side > 0) != buys]
        if others and self.bars % 5:  # else Alpaca sees a wash trade
            for order in others:
                context.cancel(order)
            return
        near = (1.0005, 0.9995, 1.0, 0.998)[self.bars // 3 % 4]
        price, other = round(bar.close * near, 2), round(bar.close * (2 - near), 2)
        quantity = QUANTITIES[self.bars // 7 % len(QUANTITIES)]
        if kind in ("stop", "stop_limit") and time in ("opg", "cls"):
            time = "day"  # an auction takes no stop
        words = {{"time_in_force": time}}
        if kind in ("limit", "post_only"):
            words["limit_price"] = price
        if kind in ("stop", "stop_limit"):
            words["stop_price"] = other
        if kind == "stop_limit":
            words["limit_price"] = round(other * (1.0003 if buys else 0.9997), 2)
        if kind == "post_only":
            words["post_only"] = True
        (context.buy if buys else context.sell)(bar.symbol, quantity, **words)
"""
PLANS = {
    "alpaca": ("AAPL", ("day", "gtc", "ioc", "fok", "opg", "cls"), (3, 40, 400)),
    "binance": ("BTCUSDT", ("gtc", "ioc", "fok", "gtc"), ("0.001", "0.01", "0.2")),
}


def test_every_order_the_venues_match_themselves_has_one_outcome(tmp_path: Path) -> None:
    chosen = {}
    for venue, (symbol, times, quantities) in PLANS.items():
        path = tmp_path / f"{venue}.py"
        path.write_text(ORDERS.format(symbol=symbol, times=times, quantities=quantities))
        chosen[f"strategies.{venue}"] = str(path)
    load_core()
    quiet_logs()

    done = rehearse(load_settings(chosen, environment={}, folder=ROOT), session_count=1)

    assert done.difference is None
    assert done.equal
    assert done.rehearsal.replays
    for tally in done.rehearsal.tallies.values():
        assert tally.fills > 20
        assert tally.limit_orders > 20
