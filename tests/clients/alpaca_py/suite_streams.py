"""alpaca-py listens: its own orders and the market, in the order of things, and again after the line was cut."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alpaca.data.live import StockDataStream
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest
from alpaca.trading.stream import TradingStream

shows = pytest.mark.shows
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@contextmanager
def running(stream: Any) -> Iterator[Any]:
    """The stream in a thread of its own, as a bot has it."""
    thread = threading.Thread(target=stream.run)
    thread.start()
    try:
        yield stream
    finally:
        stream.stop()
        thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def trading(alpaca: dict[str, str]) -> TradingClient:
    return TradingClient(alpaca["key"], alpaca["secret"], paper=True, url_override=alpaca["rest"])


@pytest.fixture
def heard(alpaca: dict[str, str], eventually: Callable[..., Any]) -> Iterator[list[Any]]:
    """What the account's stream says, as it comes, once it listens."""
    updates: list[Any] = []
    stream = TradingStream(alpaca["key"], alpaca["secret"], paper=True, url_override=alpaca["trade_stream"])

    async def hear(update: Any) -> None:
        updates.append(update)

    stream.subscribe_trade_updates(hear)
    with running(stream):
        listening(alpaca, updates, eventually)
        yield updates


def listening(alpaca: dict[str, str], updates: list[Any], eventually: Callable[..., Any]) -> None:
    """Cancel orders until one of them is heard of: only then is a subscription known to be live."""
    trading = TradingClient(alpaca["key"], alpaca["secret"], paper=True, url_override=alpaca["rest"])

    def probed() -> bool:
        order = trading.submit_order(resting())
        trading.cancel_order_by_id(order.id)
        return len(updates) > 0

    eventually(probed, "the first event")
    eventually(lambda: updates[-1].event == "canceled", "the end of the probes")


def resting(**more: Any) -> LimitOrderRequest:
    """A limit that never fills."""
    return LimitOrderRequest(
        symbol="SPY", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, limit_price=1.25, **more
    )


def events_of(updates: list[Any], name: str) -> list[Any]:
    return [update for update in updates if update.order.client_order_id == name]


@shows("order stream")
def test_an_order_is_new_and_then_filled(
    trading: TradingClient, heard: list[Any], eventually: Callable[..., Any]
) -> None:
    name = f"suite-{uuid.uuid4()}"
    trading.submit_order(
        MarketOrderRequest(
            symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, client_order_id=name
        )
    )
    eventually(lambda: [each for each in events_of(heard, name) if each.event == "fill"], "the fill")
    told = events_of(heard, name)
    assert [each.event for each in told][-2:] == ["new", "fill"]
    assert (told[-1].qty, told[-1].order.filled_qty) == (1.0, "1")
    assert told[-1].price > 0


@shows("order stream")
def test_a_cancel_is_heard(trading: TradingClient, heard: list[Any], eventually: Callable[..., Any]) -> None:
    name = f"suite-{uuid.uuid4()}"
    order = trading.submit_order(resting(client_order_id=name))
    trading.cancel_order_by_id(order.id)
    eventually(lambda: "canceled" in [each.event for each in events_of(heard, name)], "the cancel")


@shows("reconnect")
def test_the_account_stream_comes_back_after_the_line_was_cut(
    alpaca: dict[str, str],
    trading: TradingClient,
    heard: list[Any],
    eventually: Callable[..., Any],
    faults: Callable[..., None],
) -> None:
    faults("alpaca", {"kind": "stream_disconnect", "stream": "trade_updates", "count_max": 1})
    trading.cancel_order_by_id(trading.submit_order(resting()).id)
    heard.clear()
    listening(alpaca, heard, eventually)


@shows("market stream")
def test_bars_trades_and_quotes_are_heard(alpaca: dict[str, str], eventually: Callable[..., Any]) -> None:
    kinds: dict[str, list[Any]] = {"bars": [], "trades": [], "quotes": []}
    stream = StockDataStream(alpaca["key"], alpaca["secret"], url_override=alpaca["data_stream"])

    def hear(kind: str) -> Callable[[Any], Any]:
        async def keep(message: Any) -> None:
            kinds[kind].append(message)

        return keep

    stream.subscribe_bars(hear("bars"), "SPY", "AAPL")
    stream.subscribe_trades(hear("trades"), "SPY", "AAPL")
    stream.subscribe_quotes(hear("quotes"), "SPY")
    with running(stream):
        eventually(lambda: all(kinds.values()) and len({bar.symbol for bar in kinds["bars"]}) == 2, "all three")
    assert kinds["bars"][0].timestamp.tzinfo is not None
    assert {quote.symbol for quote in kinds["quotes"]} == {"SPY"}
    assert all(quote.bid_price < quote.ask_price for quote in kinds["quotes"])


@shows("reconnect")
def test_the_market_stream_comes_back_with_its_subscriptions(
    alpaca: dict[str, str], eventually: Callable[..., Any], faults: Callable[..., None]
) -> None:
    bars: list[Any] = []
    stream = StockDataStream(alpaca["key"], alpaca["secret"], url_override=alpaca["data_stream"])

    async def hear(bar: Any) -> None:
        bars.append(bar)

    stream.subscribe_bars(hear, "SPY")
    with running(stream):
        eventually(lambda: bars, "a bar")
        faults("alpaca", {"kind": "stream_disconnect", "count_max": 1})
        seen = len(bars)
        eventually(lambda: len(bars) > seen + 2, "bars after the line was cut")
    minutes = [bar.timestamp for bar in bars]
    assert minutes == sorted(set(minutes))
