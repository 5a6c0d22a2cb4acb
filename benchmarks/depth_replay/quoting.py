"""W3's strategy in our three ways: two post-only quotes at the best prices, moved every 100 ms."""

from __future__ import annotations

from typing import Any

from benchmarks.depth_replay import recording as rec
from seatrial.core import depth_desk as dk
from seatrial.core.depth import EVENT_WIDTH
from seatrial.core.depth_desk import decides_by
from seatrial.core.depth_orders import FillRules
from seatrial.core.depth_run import Desk
from seatrial.core.latency import constant_latency
from seatrial.domain.ids import AccountId, VenueName
from seatrial.domain.instrument import binance_spot
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import Currency
from seatrial.domain.orders import TimeInForce
from seatrial.market.bars import Source
from seatrial.market.depth_table import DepthTable
from seatrial.runs.depth_backtest import depth_backtest
from seatrial.runs.depth_market import DepthBacktest, DepthMarket, DepthRules
from seatrial.strategy.depth_desk import DepthDesk
from seatrial.strategy.depth_strategy import CompiledDepthStrategy, DepthStrategy

GTC = int(TimeInForce.GTC)
HOLDING_LOTS = 4 * rec.POSITION_LOTS_MAX  # a spot account sells what it holds
MUCH_UNITS = 10**14

# Every rule is asked for every order; only the amounts are those of a market maker.
LIMITS = RiskLimits(
    max_notional_per_position_units=MUCH_UNITS,
    max_total_exposure_units=MUCH_UNITS,
    max_loss_per_trade_units=MUCH_UNITS,
    max_daily_loss_units=MUCH_UNITS,
    max_weekly_loss_units=MUCH_UNITS,
    max_monthly_loss_units=MUCH_UNITS,
    breaker_daily_loss_units=MUCH_UNITS,
    breaker_consecutive_losses_max=1_000_000,
    orders_per_minute_max=1_000_000,
)


@decides_by
def quote(desk: Desk) -> int:
    """Join the best price of both sides, up to the position that is allowed."""
    bid, ask = dk.best_bid(desk), dk.best_ask(desk)
    if bid < 0 or ask < 0:
        return 0
    lots, most, began = desk.memory[0], desk.memory[1], desk.memory[2]
    held = dk.position_lots(desk) - began
    for side in (1, -1):
        wanted = bid if side > 0 else ask
        if held * side + lots > most:
            wanted = -1
        working, number, under_way = -1, 0, False
        for row in range(dk.order_count(desk)):
            if dk.order_side(desk, row) != side:
                continue
            if dk.order_under_way(desk, row):
                under_way = True
            else:
                working, number = dk.order_tick(desk, row), dk.order_number(desk, row)
        if under_way or working == wanted:
            continue
        if working >= 0:
            dk.send_cancel(desk, number)
        if wanted >= 0:
            dk.send_limit(desk, side, wanted, lots, GTC, True)
    return 0


class CompiledQuotes(CompiledDepthStrategy):
    """In compiled code."""

    symbols = ("BTCUSDT",)
    interval_ms = rec.INTERVAL_NS // 1_000_000
    decides = quote

    def memory(self) -> list[int]:
        """Lots of a quote, the largest position, and where it begins."""
        return [rec.ORDER_LOTS, rec.POSITION_LOTS_MAX, HOLDING_LOTS]


class TimerQuotes(DepthStrategy):
    """The same in Python, asked on its timer."""

    symbols = ("BTCUSDT",)
    interval_ms = rec.INTERVAL_NS // 1_000_000

    def on_timer(self, desk: DepthDesk) -> None:  # type: ignore[override]  # events have a desk and no bars
        """Join the best price of both sides, up to the position that is allowed."""
        bid, ask = desk.best_bid, desk.best_ask
        if bid is None or ask is None:
            return
        held = desk.position_lots - HOLDING_LOTS
        orders = desk.orders
        for side, best in ((1, bid), (-1, ask)):
            wanted = -1 if held * side + rec.ORDER_LOTS > rec.POSITION_LOTS_MAX else best
            working, number, under_way = -1, 0, False
            for order in orders:
                if order.side == side:
                    if order.under_way:
                        under_way = True
                    else:
                        working, number = order.tick, order.number
            if under_way or working == wanted:
                continue
            if working >= 0:
                desk.cancel(number)
            if wanted >= 0:
                desk.limit(side, wanted, rec.ORDER_LOTS, post_only=True)


class EventQuotes(TimerQuotes):
    """In Python, and asked at every event as well: what a callback costs."""

    events = 0

    def on_event(self, desk: DepthDesk) -> None:
        """Look at the book."""
        self.events += 1


class Prepared:
    """The events in our layout, ready to run under the rules of W3."""

    def __init__(self, cache: str, size: int) -> None:
        events = rec.events_of(cache, size)
        assert events.shape[1] == EVENT_WIDTH
        self.inst = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001", fee_ppm=0)
        account = Account(AccountId("quotes"), VenueName("binance"), Currency("USDT"), "24x7", LIMITS)
        source = Source("depth_binance_spot_BTCUSDT, repeated", "", int(events[0, rec.AT]), int(events[-1, rec.AT]))
        table = DepthTable(self.inst, events, source, rec.LOW_TICK, rec.WINDOW, False)
        self.market = DepthMarket(account, MUCH_UNITS, table, HOLDING_LOTS * self.inst.lot_units)

    def run(self, strategy: DepthStrategy, fills: FillRules | None = None) -> DepthBacktest:
        """One run; orders fill whole, as in the peer's simpler venue, where no other rules are given."""
        rules = DepthRules(
            fills or FillRules(whole="always"), constant_latency(rec.LATENCY_NS, rec.LATENCY_NS), fee_taker_ppm=0
        )
        return depth_backtest(self.market, strategy, rules=rules)

    def told(self, done: DepthBacktest) -> dict[str, object]:
        """What a turn reports."""
        held = int(done.run.machine.positions()[0].qty_units) // self.inst.lot_units - HOLDING_LOTS
        return {
            "fills": len(done.run.fills),
            "orders": done.run.orders,
            "refused": sum(done.run.refusals.values()),
            "position_lots": held,
            "fingerprint": done.run.outcome_fingerprint[:16],
        }


def serve(strategy: Any) -> None:
    """Take turns with one of the three."""
    from benchmarks import turn

    asked = turn.arguments()
    rec.prepare(asked.data, asked.cache)
    prepared = Prepared(asked.cache, asked.size)

    def run() -> dict[str, object]:
        return prepared.told(prepared.run(strategy()))

    turn.serve(run, count=asked.size, packages=("numba", "numpy"))
