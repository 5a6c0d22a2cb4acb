"""RSA and Ed25519 keys of the emulated Binance, sessions that log on, and listenKeys of the past."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from httpx_ws import AsyncWebSocketSession
from tests.emulators.small_binance import ALICE, SmallBinance
from tests.emulators.test_binance_streams import API, ask, with_stream

from seatrial.domain.faults import BadSetting
from seatrial.domain.time import HOUR_NS, MILLISECOND_NS
from seatrial.emulators.binance.habits import Habits
from seatrial.emulators.binance.keys import verifier_of
from seatrial.emulators.binance.signature import socket_payload
from seatrial.emulators.binance.wallet import ApiKey, Credentials

RSA = generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = Ed25519PrivateKey.generate()
Private = RSAPrivateKey | Ed25519PrivateKey


def public_pem(private: Private) -> str:
    """What a client deposits at the venue."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def private_pem(private: Private) -> str:
    """What a client keeps."""
    form = serialization.PrivateFormat.PKCS8
    return private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def sign(private: Private, payload: bytes) -> str:
    """As a client signs."""
    if isinstance(private, RSAPrivateKey):
        return base64.b64encode(private.sign(payload, PKCS1v15(), SHA256())).decode()
    return base64.b64encode(private.sign(payload)).decode()


CAROL = Credentials(
    "carol",
    "hmac-key",
    "hmac-secret",
    {"USDT": Decimal(1_000)},
    more_keys=(ApiKey("rsa-key", public_pem(RSA)), ApiKey("ed-key", private_pem(ED25519))),
)
KEYS: list[tuple[str, Private]] = [("rsa-key", RSA), ("ed-key", ED25519)]


def with_carol(habits: Habits | None = None) -> SmallBinance:
    """A venue with somebody who signs in three ways."""
    market = SmallBinance(accounts=[ALICE, CAROL], habits=habits or Habits())
    market.to(1)
    return market


@pytest.mark.parametrize(("key", "private"), KEYS)
def test_the_signature_of_a_key_pair_is_checked_over_the_bytes_received(key: str, private: Private) -> None:
    market = with_carol()
    raw = urlencode({"omitZeroBalances": "true", "timestamp": market.clock.at_ns // MILLISECOND_NS})
    signature = quote_plus(sign(private, raw.encode()))
    headers = {"X-MBX-APIKEY": key}

    assert market.send("GET", f"/api/v3/account?{raw}&signature={signature}", headers=headers).body["balances"] == [
        {"asset": "USDT", "free": "1000.00000000", "locked": "0.00000000"}
    ]
    tampered = market.send("GET", f"/api/v3/account?recvWindow=9&{raw}&signature={signature}", headers=headers)
    assert tampered.body == {"code": -1022, "msg": "Signature for this request is not valid."}
    garbage = market.send("GET", f"/api/v3/account?{raw}&signature=abc", headers=headers)
    assert garbage.body["code"] == -1022


def test_what_is_percent_encoded_is_signed_as_it_is_sent() -> None:
    market = with_carol()
    raw = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=90&newClientOrderId=%6Dine"
    raw += f"&timestamp={market.clock.at_ns // MILLISECOND_NS}"
    body = f"{raw}&signature={quote_plus(sign(ED25519, raw.encode()))}"

    answer = market.send("POST", "/api/v3/order", body=body, headers={"X-MBX-APIKEY": "ed-key"})

    assert answer.body["clientOrderId"] == "mine"


def test_a_parameter_in_query_and_body_is_signed_in_both_and_read_in_the_query() -> None:
    market = with_carol()
    query = f"symbol=BTCUSDT&quantity=2&timestamp={market.clock.at_ns // MILLISECOND_NS}"
    body = "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=90"
    signature = quote_plus(sign(RSA, (query + body).encode()))
    target = f"/api/v3/order?{query}"
    answer = market.send("POST", target, body=f"{body}&signature={signature}", headers={"X-MBX-APIKEY": "rsa-key"})
    assert answer.body["origQty"] == "2.00000000"


@pytest.mark.parametrize("secret", ["-----BEGIN PUBLIC KEY-----\nno\n-----END PUBLIC KEY-----", "-----BEGIN X-----"])
def test_an_unreadable_key_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(BadSetting, match="accepted is an HMAC secret or an unencrypted PEM key"):
        verifier_of(secret)


# ------------------------------------------------------------------- sessions


def signed(market: SmallBinance, key: str, private: Private, **values: Any) -> dict[str, Any]:
    """Parameters with key, time and signature."""
    values |= {"apiKey": key, "timestamp": market.clock.at_ns // MILLISECOND_NS}
    payload = socket_payload({name: str(value) for name, value in values.items()})
    return values | {"signature": sign(private, payload)}


def test_a_session_that_logged_on_needs_no_signatures() -> None:
    market = with_carol()
    now = {"timestamp": market.clock.at_ns // MILLISECOND_NS}

    async def talk(stream: AsyncWebSocketSession) -> None:
        before = await ask(stream, {"id": 1, "method": "userDataStream.subscribe"})
        assert before["status"] == 401
        logon = {"id": 2, "method": "session.logon", "params": signed(market, "ed-key", ED25519)}
        assert (await ask(stream, logon))["result"]["apiKey"] == "ed-key"
        assert (await ask(stream, {"id": 3, "method": "account.status", "params": now}))["status"] == 200
        assert (await ask(stream, {"id": 4, "method": "account.status"}))["error"]["code"] == -1102
        subscribed = await ask(stream, {"id": 5, "method": "userDataStream.subscribe"})
        assert subscribed["result"] == {"subscriptionId": 0}
        again = await ask(stream, {"id": 6, "method": "userDataStream.subscribe"})
        assert again["error"]["code"] == -2035
        status = await ask(stream, {"id": 7, "method": "session.status"})
        assert (status["result"]["userDataStream"], status["result"]["returnRateLimits"]) == (True, True)
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
        order |= {"quantity": "1", "price": "90", **now}
        await stream.send_text(json.dumps({"id": 8, "method": "order.place", "params": order}))
        told = [json.loads(await stream.receive_text()) for _ in range(3)]
        assert [one["event"]["e"] for one in told[:2]] == ["executionReport", "outboundAccountPosition"]
        assert (told[2]["id"], told[2]["result"]["status"]) == (8, "NEW")

    with_stream(market, API, talk)


def test_a_logout_ends_what_the_logon_began() -> None:
    market = with_carol()

    async def talk(stream: AsyncWebSocketSession) -> None:
        await ask(stream, {"id": 1, "method": "session.logon", "params": signed(market, "ed-key", ED25519)})
        await ask(stream, {"id": 2, "method": "userDataStream.subscribe"})
        ended = await ask(stream, {"id": 3, "method": "session.logout"})
        assert (ended["subscriptionId"], ended["event"]["e"]) == (0, "eventStreamTerminated")
        assert json.loads(await stream.receive_text())["result"]["apiKey"] is None
        assert (await ask(stream, {"id": 4, "method": "session.subscriptions"}))["result"] == []

    with_stream(market, API, talk)


def test_only_ed25519_keys_log_on() -> None:
    market = with_carol()

    async def talk(stream: AsyncWebSocketSession) -> None:
        answer = await ask(stream, {"id": 1, "method": "session.logon", "params": signed(market, "rsa-key", RSA)})
        assert answer["error"] == {"code": -4056, "msg": "RSA API key is not supported."}

    with_stream(market, API, talk)


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_comes_before_or_after_its_events_by_lot(seed: int) -> None:
    market = with_carol(Habits(answer_order=Random(seed)))

    async def talk(stream: AsyncWebSocketSession) -> None:
        params = signed(market, "ed-key", ED25519)
        await ask(stream, {"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
        orders = []
        for number in range(6):
            order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
            order |= {"quantity": "0.1", "price": "90"}
            params = signed(market, "ed-key", ED25519, **order)
            await stream.send_text(json.dumps({"id": number, "method": "order.place", "params": params}))
            told = [json.loads(await stream.receive_text()) for _ in range(3)]
            orders.append(["id" if "id" in one else one["event"]["e"] for one in told].index("id"))
        assert set(orders) == {0, 2}  # the reports stay in their own order either way

    with_stream(market, API, talk)


# ------------------------------------------------------------------ listenKeys


def test_a_listen_key_of_the_past_gets_bare_events_until_its_hour_is_over() -> None:
    market = with_carol(Habits(listen_keys=True))
    headers = {"X-MBX-APIKEY": "alice-key"}
    path = "/api/v3/userDataStream"
    key = market.send("POST", path, headers=headers).body["listenKey"]
    assert market.send("POST", path, headers=headers).body["listenKey"] == key
    assert market.send("PUT", f"{path}?listenKey={key}", headers=headers).body == {}
    wrong = market.send("PUT", f"{path}?listenKey=other", headers=headers)
    assert wrong.body == {"code": -1125, "msg": "This listenKey does not exist."}

    async def talk(stream: AsyncWebSocketSession) -> None:
        market.place("BUY", "LIMIT", quantity="1", price="90")
        kinds = [json.loads(await stream.receive_text())["e"] for _ in range(2)]
        assert kinds == ["executionReport", "outboundAccountPosition"]
        market.clock.at_ns += HOUR_NS
        market.spot.clearing.bulletin.tell()
        market.alice.wallet.of("USDT")
        market.spot.cancel_all(market.alice, "BTCUSDT")
        assert json.loads(await stream.receive_text())["e"] == "listenKeyExpired"

    with_stream(market, f"/ws/{key}", talk)


def test_a_listen_key_given_back_is_dead() -> None:
    market = with_carol(Habits(listen_keys=True))
    headers = {"X-MBX-APIKEY": "alice-key"}
    path = "/api/v3/userDataStream"
    key = market.send("POST", path, headers=headers).body["listenKey"]
    assert market.send("DELETE", f"{path}?listenKey={key}", headers=headers).body == {}
    assert market.send("DELETE", f"{path}?listenKey={key}", headers=headers).body["code"] == -1125
