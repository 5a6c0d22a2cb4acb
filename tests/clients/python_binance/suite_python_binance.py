"""python-binance at the emulated Binance: its clients by class attributes, its sockets, its exceptions."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from binance import AsyncClient, BinanceSocketManager, Client
from binance.exceptions import BinanceAPIException

shows = pytest.mark.shows
PAIR = "BTCUSDT"
SECONDS = 60


@pytest.fixture(scope="session")
def local(binance: dict[str, str]) -> Any:
    """A client whose addresses are the venue's: it has no argument for them."""

    class LocalClient(Client):
        API_URL = binance["rest"] + "/api"
        MARGIN_API_URL = binance["rest"] + "/sapi"

    return LocalClient(binance["key"], binance["secret"])


@pytest.fixture
def last(local: Any) -> float:
    return float(local.get_symbol_ticker(symbol=PAIR)["price"])


@pytest.fixture(autouse=True)
def nothing_open(local: Any) -> None:
    for order in local.get_open_orders(symbol=PAIR):
        local.cancel_order(symbol=PAIR, orderId=order["orderId"])


def at(price: float) -> str:
    return f"{price:.2f}"


def filled(local: Any, eventually: Callable[..., Any], order: Any) -> Any:
    return eventually(
        lambda: (now := local.get_order(symbol=PAIR, orderId=order["orderId"]))["status"] == "FILLED" and now,
        "the fill",
    )


@shows("account")
@shows("assets")
@shows("clock and calendar")
def test_account_markets_and_time(local: Any) -> None:
    account = local.get_account()
    assert account["canTrade"]
    assert float(local.get_asset_balance("USDT")["free"]) > 0
    symbol = local.get_symbol_info(PAIR)
    assert {"PRICE_FILTER", "LOT_SIZE", "NOTIONAL"} <= {each["filterType"] for each in symbol["filters"]}
    assert local.get_server_time()["serverTime"] > 0


@shows("market order")
@shows("fills and activities")
def test_a_market_order_fills(local: Any, eventually: Callable[..., Any]) -> None:
    order = filled(local, eventually, local.order_market_buy(symbol=PAIR, quantity="0.01"))
    trades = local.get_my_trades(symbol=PAIR, orderId=order["orderId"])
    assert sum(float(trade["qty"]) for trade in trades) == pytest.approx(0.01)
    assert {trade["commissionAsset"] for trade in trades} == {"BTC"}


@shows("limit order")
@shows("client order id")
@shows("cancel")
@shows("open orders and history")
def test_a_limit_order_rests_and_is_canceled_by_name(local: Any, last: float) -> None:
    name = f"suite-{uuid.uuid4().hex[:20]}"
    order = local.order_limit_buy(symbol=PAIR, quantity="0.01", price=at(last * 0.7), newClientOrderId=name)
    assert order["clientOrderId"] == name
    assert [each["orderId"] for each in local.get_open_orders(symbol=PAIR)] == [order["orderId"]]
    ended = local.cancel_order(symbol=PAIR, origClientOrderId=name)
    assert (ended["status"], ended["origClientOrderId"]) == ("CANCELED", name)
    assert local.get_all_orders(symbol=PAIR)[-1]["status"] == "CANCELED"


@shows("limit order")
def test_a_test_order_is_looked_at_and_not_made(local: Any, last: float) -> None:
    wanted = {"symbol": PAIR, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    assert local.create_test_order(**wanted, price=at(last * 0.7)) == {}
    assert local.get_open_orders(symbol=PAIR) == []


@shows("stop order")
def test_stops_wait_for_their_price(local: Any, eventually: Callable[..., Any], last: float) -> None:
    filled(local, eventually, local.order_market_buy(symbol=PAIR, quantity="0.02"))
    low = at(last * 0.7)
    sell = {"symbol": PAIR, "side": "SELL", "quantity": "0.01", "timeInForce": "GTC", "price": low, "stopPrice": low}
    order = local.create_order(type="STOP_LOSS_LIMIT", **sell)
    assert local.get_order(symbol=PAIR, orderId=order["orderId"])["stopPrice"].startswith(low)
    with pytest.raises(BinanceAPIException, match="would trigger immediately"):
        local.create_order(type="TAKE_PROFIT_LIMIT", **sell)


@shows("trailing stop")
def test_a_trailing_stop_follows_the_market(local: Any, eventually: Callable[..., Any], last: float) -> None:
    filled(local, eventually, local.order_market_buy(symbol=PAIR, quantity="0.02"))
    order = local.create_order(
        symbol=PAIR,
        side="SELL",
        type="STOP_LOSS_LIMIT",
        timeInForce="GTC",
        quantity="0.01",
        price=at(last * 0.7),
        trailingDelta=2_000,
    )
    told = local.get_order(symbol=PAIR, orderId=order["orderId"])
    assert (told["status"], told["trailingDelta"]) == ("NEW", 2_000)


@shows("RSA and Ed25519 keys")
def test_a_pair_of_keys_signs(binance: dict[str, str], pair: tuple[str, str], last: float) -> None:
    class LocalClient(Client):
        API_URL = binance["rest"] + "/api"
        MARGIN_API_URL = binance["rest"] + "/sapi"

    key, private = pair
    signing = LocalClient(key, private_key=private)
    assert signing.get_account()["canTrade"]
    order = signing.order_limit_buy(symbol=PAIR, quantity="0.01", price=at(last * 0.7))
    assert signing.cancel_order(symbol=PAIR, orderId=order["orderId"])["status"] == "CANCELED"


@shows("bracket and OCO")
def test_one_cancels_the_other(local: Any, eventually: Callable[..., Any], last: float) -> None:
    filled(local, eventually, local.order_market_buy(symbol=PAIR, quantity="0.02"))
    pair = local.create_oco_order(
        symbol=PAIR,
        side="SELL",
        quantity="0.01",
        aboveType="LIMIT_MAKER",
        abovePrice=at(last * 1.3),
        belowType="STOP_LOSS_LIMIT",
        belowStopPrice=at(last * 0.7),
        belowPrice=at(last * 0.69),
        belowTimeInForce="GTC",
    )
    assert len(pair["orders"]) == 2
    assert len(local.get_open_oco_orders()) == 1
    local.cancel_order(symbol=PAIR, orderId=pair["orders"][0]["orderId"])
    assert local.get_open_orders(symbol=PAIR) == []


@shows("replace")
def test_cancel_and_replace_in_one_request(local: Any, last: float) -> None:
    first = local.order_limit_buy(symbol=PAIR, quantity="0.01", price=at(last * 0.7))
    done = local.cancel_replace_order(
        symbol=PAIR,
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        cancelReplaceMode="STOP_ON_FAILURE",
        cancelOrderId=first["orderId"],
        quantity="0.02",
        price=at(last * 0.71),
    )
    assert (done["cancelResult"], done["newOrderResult"]) == ("SUCCESS", "SUCCESS")


@shows("cancel")
def test_all_orders_are_canceled_at_once(local: Any, last: float) -> None:
    for share in (0.7, 0.71):
        local.order_limit_buy(symbol=PAIR, quantity="0.01", price=at(last * share))
    assert len(local.cancel_all_open_orders(symbol=PAIR)) == 2
    with pytest.raises(BinanceAPIException) as nothing:
        local.cancel_all_open_orders(symbol=PAIR)
    assert nothing.value.code == -2011


@shows("bars")
@shows("trades and quotes")
@shows("latest and snapshots")
def test_the_market_over_rest(local: Any) -> None:
    rows = local.get_klines(symbol=PAIR, interval="1m", limit=5)
    assert [len(row) for row in rows] == [12] * 5
    assert local.get_historical_klines(PAIR, "1m", start_str=rows[0][0], limit=3)[0][0] == rows[0][0]
    book = local.get_order_book(symbol=PAIR, limit=5)
    assert float(book["bids"][0][0]) < float(book["asks"][0][0])
    assert local.get_recent_trades(symbol=PAIR, limit=1)[0]["id"] >= 0
    assert local.get_aggregate_trades(symbol=PAIR, limit=1)
    assert float(local.get_ticker(symbol=PAIR)["lastPrice"]) > 0
    assert float(local.get_avg_price(symbol=PAIR)["price"]) > 0


@shows("errors of its own")
def test_refusals_are_api_exceptions(local: Any, last: float) -> None:
    refusals = (
        ({"quantity": "0.000000001"}, -1111),
        ({"quantity": "0.00001"}, -1013),
        ({"quantity": "20"}, -2010),
        ({"symbol": "NOSUCH"}, -1121),
    )
    for wrong, code in refusals:
        with pytest.raises(BinanceAPIException) as refused:
            local.order_limit_buy(**({"symbol": PAIR, "quantity": "0.01", "price": at(last * 0.9)} | wrong))
        assert (refused.value.status_code, refused.value.code) == (400, code)


@shows("rate limit")
def test_a_429_says_when_to_come_back(local: Any, faults: Callable[..., None]) -> None:
    faults("binance", {"kind": "rate_limited", "path": "/api/v3/account", "count_max": 1})
    with pytest.raises(BinanceAPIException) as refused:
        local.get_account()
    assert (refused.value.status_code, refused.value.code) == (429, -1003)
    assert int(refused.value.response.headers["Retry-After"]) > 0


def listening(binance: dict[str, str], look: Callable[[Any, Any], Awaitable[None]]) -> None:
    """Give the asynchronous client and its sockets to a coroutine."""

    class LocalAsync(AsyncClient):
        API_URL = binance["rest"] + "/api"
        MARGIN_API_URL = binance["rest"] + "/sapi"
        WS_API_URL = binance["ws_api"]

    class LocalSockets(BinanceSocketManager):
        STREAM_URL = binance["ws"] + "/"

    async def main() -> None:
        client = await LocalAsync.create(binance["key"], binance["secret"])
        try:
            async with asyncio.timeout(SECONDS):
                await look(client, LocalSockets(client))
        finally:
            await client.close_connection()

    asyncio.run(main())


@shows("market stream")
def test_sockets_of_every_kind_speak(binance: dict[str, str]) -> None:
    async def first(socket: Any) -> Any:
        async with socket as heard:
            return await heard.recv()

    async def look(_: Any, sockets: Any) -> None:
        trade, candle, depth, many = await asyncio.gather(
            first(sockets.trade_socket(PAIR)),
            first(sockets.kline_socket(PAIR)),
            first(sockets.depth_socket(PAIR)),
            first(sockets.multiplex_socket(["btcusdt@bookTicker", "ethusdt@trade"])),
        )
        assert (trade["e"], candle["e"], depth["e"]) == ("trade", "kline", "depthUpdate")
        assert many["stream"] in {"btcusdt@bookTicker", "ethusdt@trade"}

    listening(binance, look)


@shows("order stream")
def test_the_user_socket_hears_new_then_trade_then_balances(binance: dict[str, str]) -> None:
    async def look(client: Any, sockets: Any) -> None:
        async with sockets.user_socket() as heard:
            order = await client.order_market_buy(symbol=PAIR, quantity="0.01")
            told: list[tuple[str, str]] = []
            while ("outboundAccountPosition", "") not in told or ("executionReport", "TRADE") not in told:
                event = await heard.recv()
                event = event.get("event", event)
                if event.get("i", order["orderId"]) == order["orderId"]:
                    told.append((event["e"], event.get("x", "")))
            reports = [what for kind, what in told if kind == "executionReport"]
            assert reports[0] == "NEW"
            assert reports[-1] == "TRADE"

    listening(binance, look)


@shows("socket API")
def test_orders_are_made_and_read_over_the_socket_api(binance: dict[str, str]) -> None:
    async def look(client: Any, _: Any) -> None:
        price = float((await client.ws_get_symbol_ticker(symbol=PAIR))["price"])
        order = await client.ws_order_limit_buy(symbol=PAIR, quantity="0.01", price=at(price * 0.7))
        assert (await client.ws_get_order(symbol=PAIR, orderId=order["orderId"]))["status"] == "NEW"
        assert (await client.ws_cancel_order(symbol=PAIR, orderId=order["orderId"]))["status"] == "CANCELED"
        assert (await client.ws_get_account())["canTrade"]
        assert (await client.ws_get_order_book(symbol=PAIR, limit=5))["bids"]

    listening(binance, look)


@shows("reconnect")
def test_a_socket_comes_back_after_the_line_was_cut(binance: dict[str, str], faults: Callable[..., None]) -> None:
    async def look(_: Any, sockets: Any) -> None:
        async with sockets.trade_socket(PAIR) as heard:
            await heard.recv()
            faults("binance", {"kind": "stream_disconnect", "count_max": 1})
            cut = False
            while True:
                event = await heard.recv()
                cut = cut or event["e"] == "error"
                if cut and event["e"] == "trade":
                    return

    listening(binance, look)
