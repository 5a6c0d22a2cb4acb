"""Local venues that are given recorded trades: the public hears those, and orders meet the prints of the bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_binance import DAY_START_NS, SmallBinance
from tests.emulators.small_markets import OPEN_NS, flat_bars

from seatrial.domain.ids import Symbol
from seatrial.domain.time import SECOND_NS
from seatrial.emulators.trade_reel import TradeReel, TradeRows

SPY = Symbol("SPY")
SHARE = 10**9
MINUTE_OF_TRADES = ((5, 1_000), (5, 1_000), (5, 500), (30, 500), (59, 1_000), (60, 4_000))  # seconds, size


def rows(start_ns: int, price_units: int, told: Sequence[tuple[float, int]], scale: int) -> TradeRows:
    """Trades at these seconds, each a hundredth above the one before."""
    step = price_units // 10_000
    columns = [
        (start_ns + int(at * SECOND_NS), price_units + step * place, size * scale)
        for place, (at, size) in enumerate(told)
    ]
    at_ns, prices, sizes = np.array(columns, dtype=np.int64).T
    return TradeRows(at_ns.copy(), prices.copy(), sizes.copy())


def test_a_reel_tells_each_trade_once_and_after_a_restart_only_what_is_to_come() -> None:
    table = rows(0, 1_000_000, MINUTE_OF_TRADES, SHARE)
    reel = TradeReel({SPY: table}, after_ns=0)
    told = []
    while (at_ns := reel.next_ns) is not None:
        told.append([trade.number for trade in reel.take(at_ns)])

    assert told == [[1, 2, 3], [4], [5], [6]]
    assert TradeReel({SPY: table}, after_ns=30 * SECOND_NS).next_ns == 59 * SECOND_NS
    assert [trade.number for trade in TradeReel({SPY: table}, 30 * SECOND_NS).past(SPY, 0, 10**18)] == [1, 2, 3, 4]


def test_alpaca_tells_recorded_trades_page_by_page_although_some_share_their_instant() -> None:
    async def scene(house: House) -> None:
        await house.until(40)
        query = {"symbols": "SPY", "start": "2019-02-11", "limit": "2"}
        sizes, token = [], ""
        for _ in range(3):
            page = await house.get("/v2/stocks/trades", **query, **({"page_token": token} if token else {}))
            sizes += [trade["s"] for trade in page["trades"].get("SPY", [])]
            token = page["next_page_token"] or ""
            if not token:
                break
        latest = await house.get("/v2/stocks/trades/latest", symbols="SPY")

        assert sizes == [1_000, 1_000, 500, 500]
        assert latest["trades"]["SPY"]["s"] == 500

    in_house(scene, flat_bars("SPY", 10), trades={SPY: rows(OPEN_NS, 1_000_000, MINUTE_OF_TRADES, SHARE)})


def test_an_order_at_alpaca_fills_at_the_prints_of_the_bar_and_not_between() -> None:
    async def scene(house: House) -> None:
        await house.until(6)
        order = (await house.order()).json()
        await house.until(15)
        before = await house.get(f"/v2/orders/{order['id']}")
        await house.until(21)
        after = await house.get(f"/v2/orders/{order['id']}")

        assert before["status"] in {"new", "accepted", "pending_new"}
        assert (after["status"], after["filled_at"][:22]) == ("filled", "2019-02-11T14:30:20Z"[:22])

    in_house(scene, flat_bars("SPY", 10), trades={SPY: rows(OPEN_NS, 1_000_000, MINUTE_OF_TRADES, SHARE)})


def test_binance_tells_recorded_trades_by_number_by_time_and_as_candles() -> None:
    market = SmallBinance(trades=rows(DAY_START_NS, 100 * 10**8, MINUTE_OF_TRADES, 10**8))
    market.to(40)

    listed = market.get("/api/v3/historicalTrades", symbol="BTCUSDT", fromId=2, limit=1000).body
    (first,) = market.get(
        "/api/v3/aggTrades",
        symbol="BTCUSDT",
        startTime=DAY_START_NS // 10**6,
        endTime=DAY_START_NS // 10**6 + 6_000,
        limit=1,
    ).body
    (forming,) = market.get("/api/v3/klines", symbol="BTCUSDT", interval="1m").body

    assert [trade["id"] for trade in listed] == [2, 3, 4]
    assert [trade["qty"] for trade in listed] == ["1000.00000000", "500.00000000", "500.00000000"]
    assert first["f"] == 1
    assert (forming[5], forming[8]) == ("3000.00000000", 4)

    market.to(61)
    finished, forming = market.get("/api/v3/klines", symbol="BTCUSDT", interval="1m").body
    assert (finished[5], finished[8], forming[5]) == ("4000.00000000", 5, "4000.00000000")
    assert market.get("/api/v3/trades", symbol="BTCUSDT", limit=1).body[0]["id"] == 6
