"""binance-connector at the emulated Binance: parameters in the query, both socket clients, its exceptions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from binance.error import ClientError, ServerError
from binance.spot import Spot
from binance.websocket.spot.websocket_api import SpotWebsocketAPIClient
from binance.websocket.spot.websocket_stream import SpotWebsocketStreamClient

shows = pytest.mark.shows
PAIR = "BTCUSDT"


@pytest.fixture(scope="session")
def spot(binance: dict[str, str]) -> Any:
    return Spot(binance["key"], binance["secret"], base_url=binance["rest"])


@pytest.fixture
def last(spot: Any) -> float:
    return float(spot.ticker_price(PAIR)["price"])


@pytest.fixture(autouse=True)
def nothing_open(spot: Any) -> None:
    for order in spot.get_open_orders(PAIR):
        spot.cancel_order(PAIR, orderId=order["orderId"])


def limit(spot: Any, price: float, **more: Any) -> Any:
    """A small purchase far below the market, or what `more` makes of it."""
    wanted = {"symbol": PAIR, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": 0.01}
    return spot.new_order(**(wanted | {"price": f"{price:.2f}"} | more))


def bought(spot: Any, eventually: Callable[..., Any], quantity: float = 0.02) -> Any:
    order = spot.new_order(symbol=PAIR, side="BUY", type="MARKET", quantity=quantity)
    return eventually(
        lambda: (now := spot.get_order(PAIR, orderId=order["orderId"]))["status"] == "FILLED" and now, "the fill"
    )


@shows("account")
@shows("assets")
@shows("clock and calendar")
def test_account_markets_and_time(spot: Any) -> None:
    assert spot.account(omitZeroBalances="true")["balances"]
    assert spot.exchange_info(symbol=PAIR)["symbols"][0]["status"] == "TRADING"
    assert spot.time()["serverTime"] > 0
    assert spot.ping() == {}


@shows("market order")
@shows("fills and activities")
def test_a_market_order_fills(spot: Any, eventually: Callable[..., Any]) -> None:
    order = bought(spot, eventually)
    trades = spot.my_trades(PAIR, orderId=order["orderId"])
    assert sum(float(trade["qty"]) for trade in trades) == pytest.approx(0.02)


@shows("limit order")
@shows("client order id")
@shows("cancel")
@shows("open orders and history")
def test_a_limit_order_rests_and_is_canceled_by_name(spot: Any, last: float) -> None:
    name = f"suite-{uuid.uuid4().hex[:20]}"
    assert limit(spot, last * 0.7, newClientOrderId=name)["status"] == "NEW"
    assert spot.new_order_test(symbol=PAIR, side="BUY", type="MARKET", quantity=0.01) == {}
    assert [order["clientOrderId"] for order in spot.get_open_orders(PAIR)] == [name]
    assert spot.cancel_order(PAIR, origClientOrderId=name)["status"] == "CANCELED"
    assert spot.get_orders(PAIR)[-1]["status"] == "CANCELED"


@shows("stop order")
def test_stops_wait_for_their_price(spot: Any, eventually: Callable[..., Any], last: float) -> None:
    bought(spot, eventually)
    low = f"{last * 0.7:.2f}"
    order = limit(spot, last * 0.7, side="SELL", type="STOP_LOSS_LIMIT", stopPrice=low)
    assert spot.get_order(PAIR, orderId=order["orderId"])["stopPrice"].startswith(low)


@shows("trailing stop")
def test_a_trailing_stop_follows_the_market(spot: Any, eventually: Callable[..., Any], last: float) -> None:
    bought(spot, eventually)
    order = limit(spot, last * 0.7, side="SELL", type="STOP_LOSS_LIMIT", trailingDelta=2_000)
    told = spot.get_order(PAIR, orderId=order["orderId"])
    assert (told["status"], told["trailingDelta"]) == ("NEW", 2_000)


@shows("RSA and Ed25519 keys")
def test_a_pair_of_keys_signs(binance: dict[str, str], pair: tuple[str, str], last: float) -> None:
    key, private = pair
    signing = Spot(key, private_key=private, base_url=binance["rest"])
    assert signing.account()["canTrade"]
    order = limit(signing, last * 0.7)
    assert signing.cancel_order(PAIR, orderId=order["orderId"])["status"] == "CANCELED"


@shows("bracket and OCO")
def test_one_cancels_the_other(spot: Any, eventually: Callable[..., Any], last: float) -> None:
    bought(spot, eventually)
    pair = spot.new_oco_order(
        symbol=PAIR,
        side="SELL",
        quantity=0.01,
        aboveType="LIMIT_MAKER",
        abovePrice=f"{last * 1.3:.2f}",
        belowType="STOP_LOSS_LIMIT",
        belowStopPrice=f"{last * 0.7:.2f}",
        belowPrice=f"{last * 0.69:.2f}",
        belowTimeInForce="GTC",
    )
    assert spot.get_oco_order(orderListId=pair["orderListId"])["listOrderStatus"] == "EXECUTING"
    spot.cancel_oco_order(PAIR, orderListId=pair["orderListId"])
    assert spot.get_open_orders(PAIR) == []


@shows("replace")
def test_cancel_and_replace_in_one_request(spot: Any, last: float) -> None:
    first = limit(spot, last * 0.7)
    done = spot.cancel_and_replace(
        PAIR,
        "BUY",
        "LIMIT",
        "STOP_ON_FAILURE",
        timeInForce="GTC",
        cancelOrderId=first["orderId"],
        quantity=0.02,
        price=f"{last * 0.71:.2f}",
    )
    assert (done["cancelResult"], done["newOrderResult"]) == ("SUCCESS", "SUCCESS")


@shows("cancel")
def test_all_orders_are_canceled_at_once(spot: Any, last: float) -> None:
    for share in (0.7, 0.71):
        limit(spot, last * share)
    assert len(spot.cancel_open_orders(PAIR)) == 2


@shows("bars")
@shows("trades and quotes")
@shows("latest and snapshots")
def test_the_market_over_rest(spot: Any) -> None:
    assert [len(row) for row in spot.klines(PAIR, "1m", limit=5)] == [12] * 5
    book = spot.depth(PAIR, limit=5)
    assert float(book["bids"][0][0]) < float(book["asks"][0][0])
    assert spot.trades(PAIR, limit=1)
    assert spot.agg_trades(PAIR, limit=1)
    assert float(spot.ticker_24hr(PAIR)["lastPrice"]) > 0
    assert {each["symbol"] for each in spot.book_ticker(symbols=[PAIR, "ETHUSDT"])} == {PAIR, "ETHUSDT"}
    assert float(spot.avg_price(PAIR)["price"]) > 0


@shows("errors of its own")
def test_refusals_are_client_errors_and_outages_server_errors(
    spot: Any, last: float, faults: Callable[..., None]
) -> None:
    for wrong, code in (({"quantity": "0.00001"}, -1013), ({"quantity": 20}, -2010), ({"symbol": "NOSUCH"}, -1121)):
        with pytest.raises(ClientError) as refused:
            limit(spot, last * 0.9, **wrong)
        assert (refused.value.status_code, refused.value.error_code) == (400, code)
    with pytest.raises(ClientError) as unknown:
        spot.get_order(PAIR, orderId=999_999)
    assert unknown.value.error_code == -2013
    faults("binance", {"kind": "error_before", "status": 503, "path": "/api/v3/account", "count_max": 1})
    with pytest.raises(ServerError):
        spot.account()


@shows("rate limit")
def test_a_429_and_the_weight_used_are_told(binance: dict[str, str], spot: Any, faults: Callable[..., None]) -> None:
    counting = Spot(binance["key"], binance["secret"], base_url=binance["rest"], show_limit_usage=True)
    assert int(counting.account()["limit_usage"]["x-mbx-used-weight-1m"]) >= 20
    faults("binance", {"kind": "rate_limited", "path": "/api/v3/account", "count_max": 1})
    with pytest.raises(ClientError) as refused:
        spot.account()
    assert (refused.value.status_code, refused.value.error_code) == (429, -1003)


def heard_from(open_client: Callable[..., Any]) -> tuple[list[Any], Any]:
    """A socket client and what it hears."""
    told: list[Any] = []
    return told, open_client(on_message=lambda _, text: told.append(json.loads(text)))


@shows("market stream")
def test_streams_are_subscribed_and_left(binance: dict[str, str], eventually: Callable[..., Any]) -> None:
    told, client = heard_from(lambda **on: SpotWebsocketStreamClient(stream_url=binance["ws"], **on))
    client.trade(symbol=PAIR)
    client.kline(symbol=PAIR, interval="1m")
    client.diff_book_depth(symbol=PAIR, speed=100)
    client.book_ticker(symbol=PAIR)
    eventually(lambda: {"trade", "kline", "depthUpdate"} <= {each.get("e") for each in told}, "three streams")
    eventually(lambda: [each for each in told if {"u", "b", "a"} <= set(each) and "e" not in each], "a quote")
    client.list_subscribe()
    eventually(lambda: [each for each in told if isinstance(each.get("result"), list)], "the list")
    client.stop()


@shows("market stream")
def test_combined_streams_say_whose_message_it_is(binance: dict[str, str], eventually: Callable[..., Any]) -> None:
    told, client = heard_from(lambda **on: SpotWebsocketStreamClient(stream_url=binance["ws"], is_combined=True, **on))
    client.trade(symbol=PAIR)
    eventually(lambda: [each for each in told if each.get("stream") == "btcusdt@trade"], "a wrapped trade")
    client.stop()


@shows("listenKey")
@shows("order stream")
def test_a_listen_key_opens_the_account_and_is_given_back(
    binance: dict[str, str], spot: Any, last: float, eventually: Callable[..., Any]
) -> None:
    key = spot.new_listen_key()["listenKey"]
    assert spot.new_listen_key()["listenKey"] == key
    assert spot.renew_listen_key(key) == {}
    told, client = heard_from(lambda **on: SpotWebsocketStreamClient(stream_url=binance["ws"], **on))
    client.user_data(listen_key=key)
    eventually(lambda: [each for each in told if "result" in each], "the subscription")
    order = limit(spot, last * 0.7)
    eventually(lambda: [each for each in told if each.get("i") == order["orderId"]], "a report of the order")
    client.stop()
    assert spot.close_listen_key(key) == {}
    with pytest.raises(ClientError) as gone:
        spot.renew_listen_key(key)
    assert gone.value.error_code == -1125


@shows("socket API")
def test_orders_are_made_over_the_socket_api(
    binance: dict[str, str], last: float, eventually: Callable[..., Any]
) -> None:
    told, client = heard_from(
        lambda **on: SpotWebsocketAPIClient(
            stream_url=binance["ws_api"], api_key=binance["key"], api_secret=binance["secret"], **on
        )
    )
    name = f"suite-{uuid.uuid4().hex[:20]}"
    client.ping_connectivity(id="ping")
    client.new_order(
        id="new",
        symbol=PAIR,
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity=0.01,
        price=f"{last * 0.7:.2f}",
        newClientOrderId=name,
    )
    answers = eventually(
        lambda: {"ping", "new"} <= {each["id"] for each in told} and {each["id"]: each for each in told}, "two answers"
    )
    assert (answers["ping"]["status"], answers["new"]["status"]) == (200, 200)
    client.cancel_order(id="end", symbol=PAIR, origClientOrderId=name)
    (ended,) = eventually(lambda: [each for each in told if each["id"] == "end"], "the cancel")
    assert ended["result"]["status"] == "CANCELED"
    client.stop()
