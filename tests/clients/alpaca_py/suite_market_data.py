"""alpaca-py reads the market: bars, trades, quotes and snapshots, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.enums import DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.requests import (
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit
from alpaca.trading.client import TradingClient

shows = pytest.mark.shows
PAIR = ["AAPL", "SPY"]


@pytest.fixture(scope="module")
def data(alpaca: dict[str, str]) -> StockHistoricalDataClient:
    return StockHistoricalDataClient(alpaca["key"], alpaca["secret"], url_override=alpaca["data"])


@pytest.fixture(scope="module")
def since(alpaca: dict[str, str], data: StockHistoricalDataClient, eventually: Callable[..., Any]) -> datetime:
    """A moment of this session after which there is a minute of bars and trades."""
    trading = TradingClient(alpaca["key"], alpaca["secret"], paper=True, url_override=alpaca["rest"])
    start = trading.get_clock().timestamp.replace(second=0, microsecond=0)
    request = StockBarsRequest(symbol_or_symbols=PAIR, timeframe=TimeFrame.Minute, start=start)
    eventually(lambda: len(data.get_stock_bars(request).data.get("SPY", [])) >= 3, "three bars")
    return start


@shows("bars")
def test_minute_bars_of_two_symbols_come_in_order(data: StockHistoricalDataClient, since: datetime) -> None:
    bars = data.get_stock_bars(StockBarsRequest(symbol_or_symbols=PAIR, timeframe=TimeFrame.Minute, start=since)).data
    assert sorted(bars) == PAIR
    for rows in bars.values():
        assert [bar.timestamp for bar in rows] == sorted({bar.timestamp for bar in rows})
        assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in rows)


@shows("bars")
def test_bars_are_read_over_several_pages_and_in_other_frames(data: StockHistoricalDataClient, since: datetime) -> None:
    def rows(**more: Any) -> list[Any]:
        request = {"symbol_or_symbols": "SPY", "timeframe": TimeFrame.Minute, "start": since} | more
        return list(data.get_stock_bars(StockBarsRequest(**request)).data.get("SPY", []))

    until = since + timedelta(minutes=3)
    whole = rows(end=until)
    assert [bar.timestamp for bar in rows(end=until, sort="desc")] == [bar.timestamp for bar in whole[::-1]]
    assert len(rows(end=until, limit=2)) == 2
    five = rows(timeframe=TimeFrame(5, TimeFrameUnit.Minute), start=since - timedelta(days=1))
    assert all(bar.timestamp.minute % 5 == 0 for bar in five)
    long_ago = since - timedelta(days=20_000)
    assert rows(start=long_ago, end=long_ago + timedelta(days=1)) == []


@shows("trades and quotes")
def test_trades_and_quotes_of_the_past_are_there(data: StockHistoricalDataClient, since: datetime) -> None:
    trades = data.get_stock_trades(StockTradesRequest(symbol_or_symbols="SPY", start=since, limit=5)).data["SPY"]
    assert len(trades) == 5
    assert all(trade.price > 0 and trade.size > 0 for trade in trades)
    quotes = data.get_stock_quotes(StockQuotesRequest(symbol_or_symbols="SPY", start=since, limit=5)).data["SPY"]
    assert all(0 < quote.bid_price < quote.ask_price for quote in quotes)


@shows("latest and snapshots")
def test_the_latest_of_everything_and_snapshots_agree(data: StockHistoricalDataClient, since: datetime) -> None:
    quote = data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols=PAIR, feed=DataFeed.IEX))["SPY"]
    assert 0 < quote.bid_price < quote.ask_price
    trade = data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols=PAIR))["AAPL"]
    bar = data.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=PAIR))["AAPL"]
    assert (trade.symbol, bar.symbol) == ("AAPL", "AAPL")
    shot = data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=PAIR))["SPY"]
    assert shot.minute_bar.timestamp >= since
    assert shot.daily_bar.high >= shot.minute_bar.low
    assert shot.latest_trade.price > 0


@shows("errors of its own")
def test_a_stranger_reads_nothing(alpaca: dict[str, str]) -> None:
    stranger = StockHistoricalDataClient("PKSTRANGER", "no", url_override=alpaca["data"])
    with pytest.raises(APIError) as refused:
        stranger.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="SPY"))
    assert refused.value.status_code in {401, 403}
