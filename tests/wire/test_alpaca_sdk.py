"""The official Alpaca SDK trades against the emulated venue, unmodified but for its URLs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.live import StockDataStream
from alpaca.data.requests import StockBarsRequest, StockLatestQuoteRequest, StockSnapshotRequest
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import GetCalendarRequest, GetOrdersRequest, LimitOrderRequest, MarketOrderRequest
from alpaca.trading.stream import TradingStream
from tests.wire.emulated_alpaca import Address, emulated_alpaca

PATIENCE_SECONDS = 60

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    with emulated_alpaca() as served:
        yield served


@pytest.fixture(scope="module")
def trading(address: Address) -> TradingClient:
    return TradingClient(address.key, address.secret, paper=True, url_override=address.rest)


def eventually(found: Callable[[], Any]) -> Any:
    """Ask until the answer is yes."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        answer = found()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("it never happened")


def market_order(**fields: Any) -> MarketOrderRequest:
    body = {"symbol": "SPY", "qty": 10, "side": OrderSide.BUY, "time_in_force": TimeInForce.DAY} | fields
    return MarketOrderRequest(**body)


def test_the_trading_client_reads_account_clock_calendar_and_assets(trading: TradingClient) -> None:
    account = trading.get_account()
    assert (account.currency, account.multiplier, account.status) == ("USD", "2", "ACTIVE")
    assert trading.get_clock().is_open
    (day,) = trading.get_calendar(GetCalendarRequest())
    assert (str(day.date), day.open.hour, day.open.minute) == ("2019-02-11", 9, 30)
    assert [asset.symbol for asset in trading.get_all_assets()] == ["AAPL", "SPY"]
    assert trading.get_asset("SPY").tradable
    assert not trading.get_account_configurations().no_shorting


def test_the_trading_client_buys_looks_and_sells(trading: TradingClient) -> None:
    order = trading.submit_order(market_order(client_order_id="sdk-1"))
    assert order.status is OrderStatus.PENDING_NEW
    filled = eventually(
        lambda: (found := trading.get_order_by_client_id("sdk-1")).status is OrderStatus.FILLED and found
    )
    assert (filled.filled_qty, trading.get_open_position("SPY").qty) == ("10", "10")
    assert [row["order_id"] for row in trading.get("/account/activities", {"activity_types": "FILL"})] == [
        str(order.id)
    ]
    trading.close_position("SPY")
    assert eventually(lambda: not trading.get_all_positions())


def test_the_trading_client_lists_and_cancels(trading: TradingClient) -> None:
    order = trading.submit_order(
        LimitOrderRequest(symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.GTC, limit_price=50.25)
    )
    assert [each.id for each in trading.get_orders(GetOrdersRequest(status=QueryOrderStatus.OPEN))] == [order.id]
    trading.cancel_order_by_id(order.id)
    assert trading.get_order_by_id(order.id).status is OrderStatus.CANCELED
    assert trading.cancel_orders() == []


def test_the_trading_client_understands_a_refusal(trading: TradingClient) -> None:
    with pytest.raises(APIError) as refused:
        trading.submit_order(market_order(qty=1_000_000))
    assert (refused.value.code, refused.value.message) == (40310000, "insufficient buying power")


def test_the_data_client_reads_bars_quotes_and_snapshots(address: Address, trading: TradingClient) -> None:
    data = StockHistoricalDataClient(address.key, address.secret, url_override=address.rest)
    request = StockBarsRequest(
        symbol_or_symbols=["SPY", "AAPL"], timeframe=TimeFrame.Minute, start=datetime(2019, 2, 11, tzinfo=UTC)
    )
    bars = eventually(lambda: data.get_stock_bars(request).data)
    assert (bars["SPY"][0].open, bars["SPY"][0].close, bars["SPY"][0].volume) == (100.0, 101.0, 40_000)
    quote = data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="SPY"))["SPY"]
    assert quote.bid_price < quote.ask_price
    assert data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="SPY"))["SPY"].minute_bar.symbol == "SPY"


def run_stream(stream: Any) -> threading.Thread:
    thread = threading.Thread(target=stream.run)
    thread.start()
    return thread


def test_the_trading_stream_hears_new_and_fill(address: Address, trading: TradingClient) -> None:
    heard: list[Any] = []
    stream = TradingStream(address.key, address.secret, paper=True, url_override=address.stream("/stream"))

    async def hear(update: Any) -> None:
        heard.append(update)

    stream.subscribe_trade_updates(hear)
    thread = run_stream(stream)
    eventually(lambda: stream._running)
    time.sleep(0.2)
    trading.submit_order(market_order(symbol="AAPL", client_order_id="sdk-stream"))
    eventually(lambda: len(heard) == 2)
    stream.stop()
    thread.join()
    assert [str(update.event) for update in heard] == ["new", "fill"]
    assert (heard[1].qty, heard[1].order.client_order_id) == (10.0, "sdk-stream")


def test_the_data_stream_hears_bars_and_trades(address: Address) -> None:
    bars: list[Any] = []
    trades: list[Any] = []
    stream = StockDataStream(address.key, address.secret, url_override=address.stream("/v2/iex"))

    async def hear_bar(bar: Any) -> None:
        bars.append(bar)

    async def hear_trade(trade: Any) -> None:
        trades.append(trade)

    stream.subscribe_bars(hear_bar, "SPY")
    stream.subscribe_trades(hear_trade, "SPY", "AAPL")
    thread = run_stream(stream)
    eventually(lambda: bars and trades)
    stream.stop()
    thread.join()
    assert bars[0].symbol == "SPY"
    assert bars[0].timestamp.tzinfo is not None
    assert {trade.symbol for trade in trades} == {"SPY", "AAPL"}
