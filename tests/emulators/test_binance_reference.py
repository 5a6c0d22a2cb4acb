"""Every row of docs/reference/emulated_binance.md is asked: what is listed is there, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from httpx_ws import AsyncWebSocketSession
from tests.emulators.small_binance import SmallBinance
from tests.emulators.test_binance_streams import API, ask, signed, with_stream

from seatrial.emulators.binance.endpoints import REFUSED
from seatrial.emulators.binance.everything import everything
from seatrial.emulators.binance.habits import Habits
from seatrial.emulators.binance.sessions import ENDPOINTS as SESSION_ENDPOINTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "emulated_binance.md"
ROW = re.compile(
    r"^\| (must|should|could) \| (`(?P<rest>[^`]+)`|-) \| (`(?P<socket>[^`]+)`|-) \| (?P<weight>[\d /]+) \|", re.M
)
ROWS = [(row["rest"], row["socket"], row["weight"].strip()) for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))]

SYMBOL = {"symbol": "BTCUSDT"}
LIMIT = SYMBOL | {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "90"}
WORKING = {"workingType": "LIMIT", "workingSide": "BUY", "workingPrice": "90", "workingQuantity": "1"}
WORKING |= SYMBOL | {"workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": "0.5"}
OCO = SYMBOL | {"side": "SELL", "quantity": "1", "aboveType": "LIMIT_MAKER", "abovePrice": "110"}
NEEDED: dict[str, dict[str, str]] = {
    "depth": SYMBOL,
    "trades": SYMBOL,
    "historicalTrades": SYMBOL,
    "aggTrades": SYMBOL,
    "klines": SYMBOL | {"interval": "1m"},
    "uiKlines": SYMBOL | {"interval": "1m"},
    "avgPrice": SYMBOL,
    "ticker": SYMBOL,
    "ticker/tradingDay": SYMBOL,
    "POST order": LIMIT,
    "POST order/test": LIMIT,
    "GET order": SYMBOL | {"origClientOrderId": "mine"},
    "DELETE order": SYMBOL | {"origClientOrderId": "mine"},
    "POST order/cancelReplace": LIMIT | {"cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrigClientOrderId": "mine"},
    "PUT order/amend/keepPriority": SYMBOL | {"origClientOrderId": "mine", "newQty": "0.5"},
    "DELETE openOrders": SYMBOL,
    "allOrders": SYMBOL,
    "POST orderList/oco": OCO | {"belowType": "STOP_LOSS", "belowStopPrice": "95"},
    "POST order/oco": SYMBOL | {"side": "SELL", "quantity": "1", "price": "110", "stopPrice": "95"},
    "POST orderList/oto": WORKING | {"pendingType": "MARKET"},
    "POST orderList/otoco": WORKING
    | {"pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": "110"}
    | {"pendingBelowType": "STOP_LOSS", "pendingBelowStopPrice": "80"},
    "DELETE orderList": SYMBOL | {"orderListId": "0"},
    "GET orderList": {"orderListId": "0"},
    "account/commission": SYMBOL,
    "myTrades": SYMBOL,
    "myPreventedMatches": SYMBOL | {"orderId": "1"},
}
REFUSED_PATHS = {f"{one.rest[0]} {one.rest[1]}" for one in REFUSED if one.rest is not None}


def needed(rest: str) -> dict[str, str]:
    """The parameters an endpoint cannot do without."""
    method, path = rest.split(" ")
    short = path.removeprefix("/api/v3/")
    return NEEDED.get(f"{method} {short}") or NEEDED.get(short, {})


def prepared() -> SmallBinance:
    """A venue with an order and a list to ask about."""
    market = SmallBinance(habits=Habits(listen_keys=True))
    market.to(1)
    market.place("BUY", "LIMIT", quantity="1", price="90", newClientOrderId="mine")
    if market.signed("POST", "/api/v3/orderList/oco", **NEEDED["POST orderList/oco"]).status != 200:
        raise AssertionError("the list to ask about was refused")
    return market


def test_the_page_lists_everything_that_is_played_and_its_weight() -> None:
    weighty = {"limit": "5000", "symbols": "a,b", "computeCommissionRates": "true", "symbol": "X", "orderId": "1"}
    listed = {}
    for one in everything(listen_keys=True):
        assert one.rest is not None
        if isinstance(one.weight, int):
            weights = str(one.weight)
        else:
            weights = f"{one.weight_of({})} / {one.weight_of(weighty)}"
        listed[" ".join(one.rest)] = (one.socket, weights)
    listed |= {name: (name, str(one.weight)) for name, one in SESSION_ENDPOINTS.items()}

    assert {rest or socket: (socket, weight) for rest, socket, weight in ROWS} == listed


PATHS = [rest for rest, _, _ in ROWS if rest is not None]


@pytest.fixture(scope="module")
def asked() -> SmallBinance:
    """A venue for questions, which change nothing."""
    return prepared()


@pytest.mark.parametrize("rest", PATHS)
def test_every_listed_path_answers(rest: str, asked: SmallBinance) -> None:
    market = asked if rest.startswith("GET ") else prepared()
    method, path = rest.split(" ")
    if path.endswith("/userDataStream"):
        headers = {"X-MBX-APIKEY": "alice-key"}
        key = market.send("POST", path, headers=headers).body["listenKey"]
        assert market.send(method, f"{path}?listenKey={key}", headers=headers).status == 200
        return
    public = next(one for one in everything(listen_keys=True) if one.rest == (method, path)).security != "signed"
    headers = {"X-MBX-APIKEY": "alice-key"}
    query = "&".join(f"{name}={value}" for name, value in needed(rest).items())

    answer = (
        market.send(method, f"{path}?{query}", headers=headers)
        if public
        else market.signed(method, path, **needed(rest))
    )

    if rest in REFUSED_PATHS:
        assert (answer.status, answer.body["code"]) == (400, -1020)
    else:
        assert answer.status == 200, answer.body


METHODS = [(rest, socket) for rest, socket, _ in ROWS if socket is not None and rest is not None]


@pytest.mark.parametrize(("rest", "socket"), METHODS)
def test_every_listed_method_answers(rest: str, socket: str, asked: SmallBinance) -> None:
    market = asked if rest.startswith("GET ") else prepared()

    async def talk(stream: AsyncWebSocketSession) -> None:
        answer = await ask(stream, {"id": socket, "method": socket, "params": params_of(market, rest, socket)})
        if rest in REFUSED_PATHS:
            assert (answer["status"], answer["error"]["code"]) == (400, -1020)
        else:
            assert answer["status"] == 200, answer

    with_stream(market, API, talk)


def params_of(market: SmallBinance, rest: str, socket: str) -> dict[str, Any]:
    """What a method needs, with the key or the signature it asks for."""
    one = next(one for one in everything(listen_keys=True) if one.socket == socket)
    params: dict[str, Any] = dict(needed(rest))
    if one.security == "signed":
        return signed(market, **params)
    if one.security == "key":
        params["apiKey"] = "alice-key"
    keys = market.venue.desk.listen_keys
    if socket in {"userDataStream.ping", "userDataStream.stop"} and keys is not None:
        params["listenKey"] = keys.open("alice")
    return params
