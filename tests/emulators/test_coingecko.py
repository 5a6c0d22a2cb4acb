"""The emulated CoinGecko: late, coarse, limited, and never with a price that the tape has not seen."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from tests.emulators.small_binance import DAY_START_NS, SmallBinance

from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.emulators.coingecko import DEMO_PER_MINUTE, KEYLESS_PER_MINUTE, build_coingecko

RISING = tuple((str(price), str(price), str(price), str(price), "40") for price in (100, 101, 102, 103, 104))
SIMPLE = "/api/v3/simple/price"
FULL = {"ids": "bitcoin", "vs_currencies": "usd", "include_last_updated_at": "true", "include_24hr_change": "true"}


class Gecko:
    """It, over a small Binance."""

    def __init__(self, key: str | None = None) -> None:
        self.binance = SmallBinance(RISING)
        self.app = build_coingecko(self.binance.exchange, api_clock=self.binance.clock, key=key)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://gecko") as client:
                return await client.get(path, params=query, headers=headers)

        return asyncio.run(ask())

    def price(self, **query: str) -> Any:
        return self.get(SIMPLE, **{**FULL, **query}).json()


def test_it_says_that_it_lives():
    assert Gecko().get("/api/v3/ping").json() == {"gecko_says": "(V3) To the Moon!"}


def test_a_price_is_that_of_the_last_whole_minute_and_says_when_it_was():
    gecko = Gecko()
    gecko.binance.to(150)
    row = gecko.price()["bitcoin"]
    newest = gecko.binance.exchange.past_prints("BTCUSDT", 0, DAY_START_NS + 2 * MINUTE_NS + 1)[-1]
    assert row["usd"] == newest.price_units / 10**8
    assert row["last_updated_at"] == newest.at_ns // SECOND_NS <= DAY_START_NS // SECOND_NS + 120
    assert row["usd_24h_change"] is None, "the tape has no day before"


def test_before_the_first_snapshot_there_is_no_price():
    gecko = Gecko()
    gecko.binance.to(2)
    assert gecko.price() == {"bitcoin": {}}


def test_what_it_does_not_know_is_left_out_and_what_is_missing_is_named():
    gecko = Gecko()
    gecko.binance.to(150)
    assert set(gecko.price(ids="bitcoin,unknown,solana")) == {"bitcoin"}
    assert gecko.price(vs_currencies="xyz") == {"bitcoin": {}}
    missing = gecko.get(SIMPLE, ids="bitcoin")
    assert (missing.status_code, missing.json()) == (422, {"error": "Missing parameter vs_currencies"})
    assert gecko.get(SIMPLE, vs_currencies="usd").status_code == 422


def test_without_a_key_it_answers_ten_times_a_minute_and_then_in_its_own_words():
    gecko = Gecko()
    assert {gecko.get("/api/v3/ping").status_code for _ in range(KEYLESS_PER_MINUTE)} == {200}
    refused = gecko.get("/api/v3/ping")
    assert (refused.status_code, refused.json()["status"]["error_code"]) == (429, 429)
    assert refused.headers["retry-after"] == "60"
    gecko.binance.clock.at_ns += MINUTE_NS
    assert gecko.get("/api/v3/ping").status_code == 200


def test_with_the_key_it_answers_more_often_and_a_wrong_key_is_refused():
    gecko = Gecko(key="right")
    header = {"x-cg-demo-api-key": "right"}
    assert {gecko.get("/api/v3/ping", header).status_code for _ in range(DEMO_PER_MINUTE)} == {200}
    assert gecko.get("/api/v3/ping", header).status_code == 429
    wrong = gecko.get("/api/v3/ping", x_cg_demo_api_key="wrong")
    assert (wrong.status_code, wrong.json()["status"]["error_code"]) == (401, 10011)
