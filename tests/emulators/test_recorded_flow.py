"""A recording lived through is the recording: its levels, its quotes, its trades, and our orders between them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.emulators.small_floor import BTC, COIN, START_NS, UNIT, HandClock
from tests.recorded import RECORDED

from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import OrderType, Side
from seatrial.domain.time import SECOND_NS
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.floor.floor import Floor
from seatrial.emulators.floor.recorded_flow import CLEARED, DEPTH, TOP, TRADE, MarketEvent, RecordedFlow
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.order_books import Terms
from seatrial.emulators.tape import MemoryTape, utc_days
from seatrial.emulators.timeline import Print
from seatrial.market.depth_events import load_depth
from seatrial.market.instruments import instrument_of

RECORDING = RECORDED / "crypto" / "depth_binance_spot_BTCUSDT.parquet"


def lived(
    events: Sequence[MarketEvent], *, with_book: bool = True, instrument: Instrument = COIN, start_ns: int = START_NS
) -> tuple[Exchange, HandClock, list[Print]]:
    day = start_ns // (86_400 * SECOND_NS)
    tape, clock = MemoryTape({instrument.symbol: []}, utc_days(day, 2)), HandClock()
    flow = RecordedFlow(instrument, events, with_book=with_book)
    floor = Floor({instrument.symbol: instrument}, tape, flow, start_ns)
    exchange = Exchange([instrument], tape, market_clock=MarketClock(clock, anchor_ns=start_ns), trading=floor)
    trades: list[Print] = []
    exchange.on_print.append(trades.append)
    return exchange, clock, trades


def event(kind: int, second: int, side: int = 1, tick: int = 0, lots: int = 0) -> MarketEvent:
    return MarketEvent(kind, START_NS + second * SECOND_NS, side, tick, lots)


def shown(exchange: Exchange) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    depth = exchange.depth(BTC, 10)
    assert depth is not None
    bids, asks = ([(price // UNIT, qty // UNIT) for price, qty in side] for side in (depth.bids, depth.asks))
    return bids, asks


def test_of_a_quote_only_the_best_price_is_known_and_the_one_before_it_is_gone() -> None:
    exchange, clock, _ = lived(
        [event(TOP, 1, 1, 99, 3), event(TOP, 1, -1, 101, 4), event(TOP, 2, 1, 100, 1), event(TOP, 2, -1, 101, 2)]
    )

    clock.at_ns = 2 * SECOND_NS
    exchange.catch_up()

    assert shown(exchange) == ([(100, 1)], [(101, 2)])


def test_a_recorded_trade_eats_who_came_first_and_an_account_is_part_of_the_queue() -> None:
    exchange, clock, trades = lived(
        [event(CLEARED, 1), event(DEPTH, 1, 1, 99, 2), event(DEPTH, 1, -1, 101, 2), event(TRADE, 3, -1, 99, 3)]
    )
    filled: list[int] = []
    exchange.on_execution.append(lambda _, one, __: filled.append(one.qty_units // UNIT))
    clock.at_ns = 2 * SECOND_NS
    exchange.place(BTC, Terms(Side.BUY, OrderType.LIMIT, 5 * UNIT, 99 * UNIT))
    clock.at_ns = 3 * SECOND_NS
    exchange.catch_up()

    assert filled == [1]
    assert [one.volume_units // UNIT for one in trades] == [2, 1]


def test_around_trades_alone_stands_a_ladder_with_the_trade_as_its_best_price() -> None:
    exchange, clock, trades = lived([event(TRADE, 1, 1, 100, 2), event(TRADE, 2, -1, 100, 3)], with_book=False)
    clock.at_ns = 2 * SECOND_NS
    exchange.catch_up()

    assert [(one.price_units // UNIT, one.buyer_maker) for one in trades if one.price_units][-1] == (100, True)
    assert sum(one.volume_units for one in trades) == 5 * UNIT
    bids, asks = shown(exchange)
    assert bids[0][0] <= 100 < asks[0][0]


def test_a_market_that_goes_on_later_knows_what_rested_before() -> None:
    events = [event(CLEARED, 1), event(DEPTH, 1, 1, 99, 2), event(DEPTH, 2, -1, 101, 2), event(DEPTH, 9, 1, 98, 1)]
    exchange, clock, _ = lived(events, start_ns=START_NS + 5 * SECOND_NS)
    clock.at_ns = 4 * SECOND_NS
    exchange.catch_up()

    assert shown(exchange) == ([(99, 2), (98, 1)], [(101, 2)])


@pytest.mark.skipif(not RECORDING.is_file(), reason="the recording is not here: set SEATRIAL_DATA")
def test_a_minute_of_a_recorded_book_is_rebuilt_level_by_level() -> None:
    coin = instrument_of("BTCUSDT")
    rows = load_depth(RECORDING, None, coin).rows
    start_ns = int(rows[0, 1]) - 1
    rows = rows[rows[:, 1] <= start_ns + 60 * SECOND_NS]
    exchange, clock, _ = lived([MarketEvent(*row) for row in rows.tolist()], instrument=coin, start_ns=start_ns)
    clock.at_ns = 60 * SECOND_NS
    exchange.catch_up()

    held: dict[tuple[int, int], int] = {}
    for kind, _, side, tick, lots in rows.tolist():
        if kind == CLEARED:
            held.clear()
        else:
            held[side, tick] = lots
    depth = exchange.depth(coin.symbol, 20)
    assert depth is not None
    for side, levels in ((1, depth.bids), (-1, depth.asks)):
        ticks = sorted((tick for (at, tick), lots in held.items() if at == side and lots), reverse=side > 0)[:20]
        assert levels == [(tick * coin.tick_units, held[side, tick] * coin.lot_units) for tick in ticks]
