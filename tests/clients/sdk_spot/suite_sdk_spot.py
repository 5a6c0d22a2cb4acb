"""binance-sdk-spot at the emulated Binance: strict models over REST, socket API and streams."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_common.errors import BadRequestError, ServerError, TooManyRequestsError, UnauthorizedError
from binance_sdk_spot.spot import Spot

shows = pytest.mark.shows
PAIR = "BTCUSDT"
SECONDS = 60


def client(binance: dict[str, str]) -> Spot:
    """The three doors of the SDK, by the addresses of the venue."""
    keys = {"api_key": binance["key"], "api_secret": binance["secret"]}
    return Spot(
        ConfigurationRestAPI(**keys, base_path=binance["rest"], timeout=10_000),
        ConfigurationWebSocketAPI(**keys, stream_url=binance["ws_api"]),
        ConfigurationWebSocketStreams(stream_url=binance["ws"] + "/stream"),
    )


@pytest.fixture(scope="session")
def rest(binance: dict[str, str]) -> Any:
    return client(binance).rest_api


@pytest.fixture
def last(rest: Any) -> float:
    return float(rest.ticker_price(symbol=PAIR).data().actual_instance.price)


@pytest.fixture(autouse=True)
def nothing_open(rest: Any) -> None:
    for order in rest.get_open_orders(symbol=PAIR).data():
        rest.delete_order(symbol=PAIR, order_id=order.order_id)


def limit(rest: Any, price: float, **more: Any) -> Any:
    """A small purchase far below the market, or what `more` makes of it."""
    wanted = {"symbol": PAIR, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC", "quantity": 0.01}
    return rest.new_order(**(wanted | {"price": round(price, 2)} | more)).data()


def bought(rest: Any, eventually: Callable[..., Any]) -> Any:
    order = rest.new_order(symbol=PAIR, side="BUY", type="MARKET", quantity=0.02).data()
    return eventually(
        lambda: (now := rest.get_order(symbol=PAIR, order_id=order.order_id).data()).status == "FILLED" and now,
        "the fill",
    )


@shows("account")
@shows("assets")
@shows("clock and calendar")
def test_account_markets_and_time(rest: Any) -> None:
    account = rest.get_account(omit_zero_balances=True).data()
    assert account.can_trade
    assert float(account.balances[0].free) > 0
    assert rest.exchange_info(symbol=PAIR).data().symbols[0].status == "TRADING"
    assert rest.time().data().server_time > 0


@shows("market order")
@shows("fills and activities")
def test_a_market_order_fills(rest: Any, eventually: Callable[..., Any]) -> None:
    order = bought(rest, eventually)
    trades = rest.my_trades(symbol=PAIR, order_id=order.order_id).data()
    assert sum(float(trade.qty) for trade in trades) == pytest.approx(0.02)


@shows("limit order")
@shows("client order id")
@shows("cancel")
@shows("open orders and history")
def test_a_limit_order_rests_and_is_canceled_by_name(rest: Any, last: float) -> None:
    name = f"suite-{uuid.uuid4().hex[:20]}"
    assert limit(rest, last * 0.7, new_client_order_id=name).status == "NEW"
    assert [order.client_order_id for order in rest.get_open_orders(symbol=PAIR).data()] == [name]
    assert rest.delete_order(symbol=PAIR, orig_client_order_id=name).data().status == "CANCELED"
    assert rest.all_orders(symbol=PAIR).data()[-1].status == "CANCELED"


@shows("stop order")
def test_stops_wait_for_their_price(rest: Any, eventually: Callable[..., Any], last: float) -> None:
    bought(rest, eventually)
    low = round(last * 0.7, 2)
    order = limit(rest, low, side="SELL", type="STOP_LOSS_LIMIT", stop_price=low)
    assert float(rest.get_order(symbol=PAIR, order_id=order.order_id).data().stop_price) == low


@shows("trailing stop")
def test_a_trailing_stop_follows_the_market(rest: Any, eventually: Callable[..., Any], last: float) -> None:
    bought(rest, eventually)
    order = limit(rest, last * 0.7, side="SELL", type="STOP_LOSS_LIMIT", trailing_delta=2_000)
    assert rest.get_order(symbol=PAIR, order_id=order.order_id).data().status == "NEW"


@shows("RSA and Ed25519 keys")
def test_a_pair_of_keys_signs(binance: dict[str, str], pair: tuple[str, str], last: float) -> None:
    key, private = pair
    signing = Spot(ConfigurationRestAPI(api_key=key, private_key=private, base_path=binance["rest"])).rest_api
    assert signing.get_account().data().can_trade
    order = limit(signing, last * 0.7)
    assert signing.delete_order(symbol=PAIR, order_id=order.order_id).data().status == "CANCELED"


@shows("bracket and OCO")
def test_one_cancels_the_other(rest: Any, eventually: Callable[..., Any], last: float) -> None:
    bought(rest, eventually)
    pair = rest.order_list_oco(
        symbol=PAIR,
        side="SELL",
        quantity=0.01,
        above_type="LIMIT_MAKER",
        above_price=round(last * 1.3, 2),
        below_type="STOP_LOSS_LIMIT",
        below_stop_price=round(last * 0.7, 2),
        below_price=round(last * 0.69, 2),
        below_time_in_force="GTC",
    ).data()
    assert len(pair.orders) == 2
    rest.delete_order_list(symbol=PAIR, order_list_id=pair.order_list_id)
    assert rest.get_open_orders(symbol=PAIR).data() == []


@shows("replace")
def test_cancel_and_replace_in_one_request(rest: Any, last: float) -> None:
    first = limit(rest, last * 0.7)
    done = rest.order_cancel_replace(
        symbol=PAIR,
        side="BUY",
        type="LIMIT",
        cancel_replace_mode="STOP_ON_FAILURE",
        time_in_force="GTC",
        quantity=0.02,
        price=round(last * 0.71, 2),
        cancel_order_id=first.order_id,
    ).data()
    assert done.new_order_result == "SUCCESS"


@shows("cancel")
def test_all_orders_are_canceled_at_once(rest: Any, last: float) -> None:
    for share in (0.7, 0.71):
        limit(rest, last * share)
    assert len(rest.delete_open_orders(symbol=PAIR).data()) == 2


@shows("bars")
@shows("trades and quotes")
@shows("latest and snapshots")
def test_the_market_over_rest(rest: Any) -> None:
    assert [len(row) for row in rest.klines(symbol=PAIR, interval="1m", limit=5).data()] == [12] * 5
    book = rest.depth(symbol=PAIR, limit=5).data()
    assert float(book.bids[0][0]) < float(book.asks[0][0])
    assert rest.get_trades(symbol=PAIR, limit=1).data()
    assert rest.agg_trades(symbol=PAIR, limit=1).data()
    assert float(rest.avg_price(symbol=PAIR).data().price) > 0


@shows("errors of its own")
def test_refusals_are_errors_of_the_sdk(
    rest: Any, last: float, binance: dict[str, str], faults: Callable[..., None]
) -> None:
    with pytest.raises(BadRequestError, match="insufficient balance"):
        limit(rest, last * 0.9, quantity=20)
    stranger = Spot(ConfigurationRestAPI(api_key="A" * 64, api_secret="no", base_path=binance["rest"])).rest_api
    with pytest.raises(UnauthorizedError):
        stranger.get_account()
    faults("binance", {"kind": "error_before", "status": 503, "path": "/api/v3/order", "method": "POST"})
    with pytest.raises(ServerError):
        limit(rest, last * 0.7)


@shows("rate limit")
def test_a_429_says_when_to_come_back(rest: Any, faults: Callable[..., None]) -> None:
    faults("binance", {"kind": "rate_limited", "path": "/api/v3/account", "count_max": 1})
    with pytest.raises(TooManyRequestsError) as refused:
        rest.get_account()
    assert refused.value.retry_after is not None


def talking(look: Callable[[], Awaitable[None]]) -> None:
    """Run a conversation within its time."""

    async def main() -> None:
        async with asyncio.timeout(SECONDS):
            await look()

    asyncio.run(main())


async def until(found: Callable[[], object]) -> None:
    """Wait for what a callback brings."""
    while not found():
        await asyncio.sleep(0.05)


@shows("market stream")
def test_streams_are_typed(binance: dict[str, str]) -> None:
    async def look() -> None:
        streams = client(binance).websocket_streams
        connection = await streams.create_connection()
        heard: dict[str, list[Any]] = {"trade": [], "kline": [], "book": []}
        (await connection.trade(symbol="btcusdt")).on("message", heard["trade"].append)
        (await connection.kline(symbol="btcusdt", interval="1m")).on("message", heard["kline"].append)
        (await connection.book_ticker(symbol="btcusdt")).on("message", heard["book"].append)
        await until(lambda: all(heard.values()))
        assert float(heard["trade"][0].p) > 0
        assert float(heard["book"][0].b) < float(heard["book"][0].a)
        await connection.close_connection(close_session=True)

    talking(look)


@shows("socket API")
@shows("order stream")
def test_orders_over_the_socket_api_are_heard_in_the_user_stream(binance: dict[str, str]) -> None:
    async def look() -> None:
        connection = await client(binance).websocket_api.create_connection()
        told: list[Any] = []
        subscribed = await connection.user_data_stream_subscribe_signature()
        subscribed.stream.on("message", told.append)
        price = float(client(binance).rest_api.ticker_price(symbol=PAIR).data().actual_instance.price)
        name = f"suite-{uuid.uuid4().hex[:20]}"
        placed = await connection.order_place(
            symbol=PAIR,
            side="BUY",
            type="LIMIT",
            time_in_force="GTC",
            quantity=0.01,
            price=round(price * 0.7, 2),
            new_client_order_id=name,
        )
        assert placed.data().result.client_order_id == name
        ended = await connection.order_cancel(symbol=PAIR, orig_client_order_id=name)
        assert ended.data().result.status == "CANCELED"
        await until(lambda: len(told) >= 2)
        await connection.close_connection(close_session=True)

    talking(look)
