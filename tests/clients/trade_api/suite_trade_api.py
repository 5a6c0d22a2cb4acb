"""alpaca-trade-api, retired and still everywhere: REST by one address, both streams by another."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import alpaca_trade_api as tradeapi
import pytest
from alpaca_trade_api.rest import APIError, TimeFrame
from alpaca_trade_api.stream import Stream

shows = pytest.mark.shows


@pytest.fixture(scope="module")
def api(alpaca: dict[str, str]) -> Any:
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("APCA_API_DATA_URL", alpaca["data"])  # its only way to say where the data are
        yield tradeapi.REST(alpaca["key"], alpaca["secret"], base_url=alpaca["rest"])


@pytest.fixture(autouse=True)
def flat(api: Any, eventually: Callable[..., Any]) -> None:
    api.cancel_all_orders()
    api.close_all_positions()
    eventually(lambda: not api.list_orders() and not api.list_positions(), "a flat account")


def buy(api: Any, **more: Any) -> Any:
    return api.submit_order(
        **({"symbol": "AAPL", "qty": 2, "side": "buy", "type": "market", "time_in_force": "day"} | more)
    )


def filled(api: Any, eventually: Callable[..., Any], order: Any) -> Any:
    return eventually(lambda: (now := api.get_order(order.id)).status == "filled" and now, "the fill")


@shows("account")
@shows("clock and calendar")
@shows("assets")
def test_account_clock_calendar_and_assets(api: Any) -> None:
    assert api.get_account().status == "ACTIVE"
    clock = api.get_clock()
    assert clock.is_open
    assert api.get_calendar(start=str(clock.timestamp.date()), end=str(clock.timestamp.date()))
    assert api.get_asset("AAPL").tradable
    assert {"AAPL", "SPY"} <= {asset.symbol for asset in api.list_assets(status="active")}


@shows("market order")
@shows("positions")
def test_a_purchase_becomes_a_position_that_is_closed(api: Any, eventually: Callable[..., Any]) -> None:
    assert filled(api, eventually, buy(api)).filled_qty == "2"
    assert api.get_position("AAPL").qty == "2"
    api.close_position("AAPL")
    eventually(lambda: not api.list_positions(), "a flat account")


@shows("limit order")
@shows("client order id")
@shows("cancel")
@shows("open orders and history")
def test_a_limit_is_found_by_name_and_canceled(api: Any) -> None:
    name = f"suite-{uuid.uuid4()}"
    order = buy(api, type="limit", limit_price="1.25", time_in_force="gtc", client_order_id=name)
    assert api.get_order_by_client_order_id(name).id == order.id
    assert [each.id for each in api.list_orders(status="open")] == [order.id]
    api.cancel_order(order.id)
    assert api.get_order(order.id).status == "canceled"
    assert order.id in {each.id for each in api.list_orders(status="closed")}


@shows("stop order")
def test_stops_are_taken(api: Any, eventually: Callable[..., Any]) -> None:
    filled(api, eventually, buy(api, qty=3))
    sell = {"side": "sell", "qty": 1, "time_in_force": "gtc"}
    orders = [
        buy(api, **sell, type="stop", stop_price="1.5"),
        buy(api, **sell, type="stop_limit", stop_price="1.5", limit_price="1.25"),
        buy(api, **sell, type="trailing_stop", trail_percent="20"),
    ]
    assert [order.type for order in orders] == ["stop", "stop_limit", "trailing_stop"]


@shows("bracket and OCO")
def test_a_bracket_brings_its_legs(api: Any) -> None:
    order = buy(
        api,
        type="limit",
        limit_price="2",
        time_in_force="gtc",
        order_class="bracket",
        take_profit={"limit_price": "3"},
        stop_loss={"stop_price": "1"},
    )
    assert [leg.status for leg in api.get_order(order.id, nested=True).legs] == ["held", "held"]


@shows("replace")
def test_a_replaced_order_names_the_one_before(api: Any, eventually: Callable[..., Any]) -> None:
    first = buy(api, type="limit", limit_price="1.25", time_in_force="gtc")
    eventually(lambda: api.get_order(first.id).status == "new", "the order in the book")
    second = api.replace_order(first.id, qty="3", limit_price="1.5")
    assert second.replaces == first.id


@shows("fills and activities")
@shows("account history")
def test_activities_and_history(api: Any, eventually: Callable[..., Any]) -> None:
    order = filled(api, eventually, buy(api))
    assert api.get_activities(activity_types="FILL", page_size=1)[0].order_id == order.id
    eventually(lambda: api.get_portfolio_history(period="1D", timeframe="1Min").equity, "a minute of history")


@shows("bars")
@shows("latest and snapshots")
@shows("trades and quotes")
def test_market_data_as_frames_and_as_values(api: Any, eventually: Callable[..., Any]) -> None:
    start = api.get_clock().timestamp.floor("min").isoformat()
    eventually(lambda: len(api.get_bars("SPY", TimeFrame.Minute, start=start)) > 1, "two bars")
    frame = api.get_bars("SPY", TimeFrame.Minute, start=start).df
    assert (frame["high"] >= frame["low"]).all()
    assert api.get_latest_trade("SPY").p > 0
    quote = api.get_latest_quote("SPY")
    assert quote.bp < quote.ap
    assert api.get_snapshot("SPY").minute_bar.c > 0
    assert len(api.get_trades("SPY", start=start, limit=3)) == 3


@shows("errors of its own")
def test_refusals_are_api_errors(api: Any) -> None:
    with pytest.raises(APIError, match="insufficient buying power") as refused:
        buy(api, qty=10_000_000)
    assert (refused.value.code, refused.value.status_code) == ("40310000", 403) or refused.value.code == 40310000
    with pytest.raises(APIError, match="position does not exist"):
        api.get_position("AAPL")


@pytest.fixture
def heard(alpaca: dict[str, str], eventually: Callable[..., Any]) -> Iterator[dict[str, list[Any]]]:
    """Both streams of the client on one loop in one thread."""
    told: dict[str, list[Any]] = {"orders": [], "bars": [], "trades": []}
    data = alpaca["data_stream"].removesuffix("/v2/iex")
    loops: list[Any] = []
    streams: list[Any] = []

    def hear(kind: str) -> Callable[[Any], Any]:
        async def keep(message: Any) -> None:
            told[kind].append(message)

        return keep

    def run() -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        stream = Stream(alpaca["key"], alpaca["secret"], base_url=alpaca["rest"], data_stream_url=data, data_feed="iex")
        stream.subscribe_trade_updates(hear("orders"))
        stream.subscribe_bars(hear("bars"), "SPY")
        stream.subscribe_trades(hear("trades"), "SPY")
        loops.append(loop)
        streams.append(stream)
        stream.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    eventually(lambda: streams and told["trades"], "the first trade")
    yield told
    asyncio.run_coroutine_threadsafe(streams[0].stop_ws(), loops[0])  # its run() never returns after a reconnect
    thread.join(2)


@shows("order stream")
@shows("market stream")
def test_orders_and_the_market_are_heard(api: Any, heard: dict[str, list[Any]], eventually: Callable[..., Any]) -> None:
    order = buy(api)
    eventually(
        lambda: [each for each in heard["orders"] if each.event == "fill" and each.order["id"] == order.id],
        "the fill in the stream",
    )
    eventually(lambda: heard["bars"], "a bar")


@shows("reconnect")
def test_the_streams_come_back(
    heard: dict[str, list[Any]], eventually: Callable[..., Any], faults: Callable[..., None]
) -> None:
    faults("alpaca", {"kind": "stream_disconnect", "count_max": 1})
    seen = len(heard["trades"])
    eventually(lambda: len(heard["trades"]) > seen + 5, "trades after the line was cut")
