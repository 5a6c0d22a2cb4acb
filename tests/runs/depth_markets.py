"""A made-up depth market, the same for the same seed, and one strategy in both forms."""

from __future__ import annotations

import random

import numpy as np

from seatrial.core import depth as d
from seatrial.core import depth_desk as dk
from seatrial.core.depth_desk import decides_by
from seatrial.core.depth_run import Desk
from seatrial.domain.ids import AccountId, VenueName
from seatrial.domain.instrument import Instrument, binance_spot
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import TimeInForce
from seatrial.domain.time import MILLISECOND_NS
from seatrial.market.bars import Source
from seatrial.market.depth_table import DepthTable
from seatrial.runs.depth_market import DepthMarket
from seatrial.strategy.depth_desk import DepthDesk
from seatrial.strategy.depth_strategy import CompiledDepthStrategy, DepthStrategy

INSTRUMENT = binance_spot("BTC", "USDT", tick="0.01", lot="0.001", notional_min="0", fee_ppm=100)
START_NS = 1_700_000_000_000_000_000
MIDDLE = 10_000
GTC = int(TimeInForce.GTC)
MUCH = 10**6 * CASH_SCALE
LIMITS = RiskLimits(
    max_notional_per_position_units=MUCH,
    max_total_exposure_units=MUCH,
    max_loss_per_trade_units=MUCH,
    max_daily_loss_units=MUCH,
    max_weekly_loss_units=MUCH,
    max_monthly_loss_units=MUCH,
    breaker_daily_loss_units=MUCH,
    breaker_consecutive_losses_max=10**6,
    orders_per_minute_max=10**6,
)


def account_of(limits: RiskLimits = LIMITS) -> Account:
    return Account(AccountId("binance"), VenueName("binance"), Currency("USDT"), "24x7", limits)


def events_of(seed: int, count: int, *, quotes: bool = False) -> list[tuple[int, int, int, int, int]]:
    """A walk of the best prices with trades between, one event every 7 ms."""
    drawn = random.Random(seed)
    middle, at_ns = MIDDLE, START_NS
    rows = [(d.CLEAR, at_ns, 0, 0, 0)]
    kind = d.TOP if quotes else d.DEPTH
    for away in range(1, 2 if quotes else 6):
        rows += [(kind, at_ns, side, middle - side * away, 5 + away) for side in (1, -1)]
    while len(rows) < count:
        at_ns += 7 * MILLISECOND_NS
        side = drawn.choice((1, -1))
        if drawn.random() < 0.4:
            rows.append((d.TRADE, at_ns, side, middle + side, drawn.randint(1, 6)))
        elif quotes:
            middle += drawn.choice((-1, 0, 0, 1))
            rows += [(d.TOP, at_ns, each, middle - each, drawn.randint(1, 9)) for each in (1, -1)]
        else:
            middle += drawn.choice((-1, 0, 0, 0, 1))
            away = drawn.randint(1, 5)
            rows.append((d.DEPTH, at_ns, side, middle - side * away, drawn.randint(1, 9)))
    return rows[:count]


def table_of(
    rows: list[tuple[int, int, int, int, int]], *, quotes: bool = False, inst: Instrument = INSTRUMENT
) -> DepthTable:
    events = np.array(rows, dtype=np.int64).reshape(-1, d.EVENT_WIDTH)
    last_ns = int(events[-1, d.V_AT]) if len(events) else START_NS
    return DepthTable(inst, events, Source("made up", "", START_NS, last_ns, False), 9_000, 2_000, quotes)


def market_of(seed: int = 7, count: int = 4_000, *, quotes: bool = False, limits: RiskLimits = LIMITS) -> DepthMarket:
    table = table_of(events_of(seed, count, quotes=quotes), quotes=quotes)
    return DepthMarket(account_of(limits), 10**5 * CASH_SCALE, table, 1_000 * INSTRUMENT.lot_units)


@decides_by
def quote(desk: Desk) -> int:
    bid, ask = dk.best_bid(desk), dk.best_ask(desk)
    if bid < 0 or ask < 0:
        return 0
    for side in (1, -1):
        best = bid if side > 0 else ask
        found = -1
        for row in range(dk.order_count(desk)):
            if dk.order_side(desk, row) == side:
                found = row
        if found < 0:
            dk.send_limit(desk, side, best, desk.memory[0], GTC, True)
        elif not dk.order_under_way(desk, found) and dk.order_tick(desk, found) != best:
            dk.send_replace(desk, dk.order_number(desk, found), side, best, desk.memory[0], GTC, True)
    desk.memory[1] += 1
    return 1 if desk.memory[1] == desk.memory[2] else 0


class CompiledQuoter(CompiledDepthStrategy):
    symbols = ("BTCUSDT",)
    lots = 2
    stops_after = 0
    decides = quote

    def memory(self) -> list[int]:
        return [self.lots, 0, self.stops_after]


class PlainQuoter(DepthStrategy):
    symbols = ("BTCUSDT",)
    lots = 2

    def on_timer(self, desk: DepthDesk) -> None:
        bid, ask = desk.best_bid, desk.best_ask
        if bid is None or ask is None:
            return
        working = {order.side: order for order in desk.orders}
        for side, best in ((1, bid), (-1, ask)):
            order = working.get(side)
            if order is None:
                desk.limit(side, best, self.lots, post_only=True)
            elif not order.under_way and order.tick != best:
                desk.replace(order.number, side, best, self.lots, post_only=True)
