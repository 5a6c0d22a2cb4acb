"""Signatures over the bytes received, pinned to the examples of the vendor's documentation."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.emulators.small_binance import ALICE, BOB, SmallBinance

from seatrial.domain.time import MICROSECOND_NS, MILLISECOND_NS
from seatrial.emulators.binance.keys import hmac_hex
from seatrial.emulators.binance.refusals import Refusal
from seatrial.emulators.binance.signature import check_timestamp, rest_payload, socket_payload

# The key pair of the vendor's documentation, which signs nothing anywhere.
DOCUMENTED_SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
WHOLE = (
    b"symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
)
WHOLE_SIGNED = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
MIXED_SIGNED = "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"

ACCOUNT = "/api/v3/account"


def test_the_documented_example_in_a_body_or_in_a_query_has_the_documented_signature() -> None:
    signed = WHOLE + b"&signature=" + WHOLE_SIGNED.encode()

    assert hmac_hex(DOCUMENTED_SECRET, rest_payload(b"", signed)) == WHOLE_SIGNED
    assert hmac_hex(DOCUMENTED_SECRET, rest_payload(signed, b"")) == WHOLE_SIGNED


def test_query_and_body_are_joined_with_nothing_in_between() -> None:
    query = b"symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC"
    body = b"quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559&signature=" + MIXED_SIGNED.encode()

    assert hmac_hex(DOCUMENTED_SECRET, rest_payload(query, body)) == MIXED_SIGNED


def test_a_socket_request_is_signed_over_its_sorted_parameters() -> None:
    assert socket_payload({"timestamp": "2", "apiKey": "k", "signature": "x"}) == b"apiKey=k&timestamp=2"


def test_the_signature_is_checked_over_the_bytes_and_not_over_what_they_mean() -> None:
    market = SmallBinance()
    timestamp = market.clock.at_ns // MILLISECOND_NS
    raw = f"timestamp={timestamp}&omitZeroBalances=%74rue"  # an unusual but legal way to write `true`
    headers = {"X-MBX-APIKEY": ALICE.key}

    signed = raw + "&signature=" + hmac_hex(ALICE.secret, raw.encode()).upper()
    assert market.send("GET", f"{ACCOUNT}?{signed}", headers=headers).status == 200

    decoded = hmac_hex(ALICE.secret, raw.replace("%74", "t").encode())
    refused = market.send("GET", f"{ACCOUNT}?{raw}&signature={decoded}", headers=headers)
    assert (refused.status, refused.body["code"]) == (400, -1022)


def test_a_body_of_a_delete_is_signed_and_read_like_a_query() -> None:
    market = SmallBinance()
    market.to(1)
    market.place("BUY", "LIMIT", quantity="1", price="90", newClientOrderId="mine")
    raw = f"symbol=BTCUSDT&origClientOrderId=mine&timestamp={market.clock.at_ns // MILLISECOND_NS}"
    raw += "&signature=" + hmac_hex(ALICE.secret, raw.encode())

    answer = market.send("DELETE", "/api/v3/order", body=raw, headers={"X-MBX-APIKEY": ALICE.key})

    assert answer.body["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("key", "tampered", "status", "code"),
    [
        (None, "", 401, -2014),
        ("not a key!", "", 401, -2014),
        ("unknown", "", 401, -2015),
        (ALICE.key, "&symbol=X", 400, -1022),
        (BOB.key, "", 400, -1022),
    ],
)
def test_nobody_gets_in_with_anything_but_the_right_key_and_signature(
    key: str | None, tampered: str, status: int, code: int
) -> None:
    market = SmallBinance()
    raw = f"timestamp={market.clock.at_ns // MILLISECOND_NS}"
    raw += f"&signature={hmac_hex(ALICE.secret, raw.encode())}{tampered}"

    answer = market.send("GET", f"{ACCOUNT}?{raw}", headers={"X-MBX-APIKEY": key} if key else None)

    assert (answer.status, answer.body["code"]) == (status, code)


@pytest.mark.parametrize("name", ["timestamp", "signature"])
def test_a_signed_request_needs_its_timestamp_and_its_signature(name: str) -> None:
    market = SmallBinance()
    values = {"timestamp": str(market.clock.at_ns // MILLISECOND_NS), "signature": "x"}
    del values[name]
    raw = "&".join(f"{key}={value}" for key, value in values.items())

    answer = market.send("GET", f"{ACCOUNT}?{raw}", headers={"X-MBX-APIKEY": ALICE.key})

    assert answer.body == {
        "code": -1102,
        "msg": f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.",
    }


NOW_MS = 1_700_000_000_000


@pytest.mark.parametrize(
    ("timestamp", "window", "refused"),
    [
        (NOW_MS, None, None),
        (NOW_MS - 5_000, None, None),
        (NOW_MS - 5_001, None, -1021),
        (NOW_MS - 60_000, "60000", None),
        (NOW_MS + 999, None, None),
        (NOW_MS + 1_000, None, -1021),
        (NOW_MS, "60001", -1131),
        (NOW_MS * 1_000 - 500, "0.5", None),
        (NOW_MS * 1_000 - 501, "0.5", -1021),
    ],
)
def test_a_timestamp_must_lie_within_the_window_on_the_api_clock(
    timestamp: int, window: str | None, refused: int | None
) -> None:
    now_ns = NOW_MS * MILLISECOND_NS + 3 * MICROSECOND_NS if timestamp < 10**15 else NOW_MS * MILLISECOND_NS
    parsed = None if window is None else Decimal(window)

    if refused is None:
        check_timestamp(timestamp, parsed, now_ns)
        return
    with pytest.raises(Refusal) as caught:
        check_timestamp(timestamp, parsed, now_ns)
    assert caught.value.code == refused
