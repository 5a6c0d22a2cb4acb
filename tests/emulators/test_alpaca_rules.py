"""Rules of the emulated Alpaca around an order: fractions, coins, hours, wash trades, day trades."""

from __future__ import annotations

from typing import Any

import pytest
from tests.emulators.alpaca_house import FIRST, House, in_house
from tests.emulators.small_markets import OPEN_NS, equity_bars, flat_bars, session

from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.emulators.alpaca.app import AlpacaAccount
from seatrial.emulators.alpaca.assets import Listing


def test_a_notional_order_buys_what_its_dollars_buy_and_has_no_quantity() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        placed = (await house.order(qty=None, notional=250.5)).json()
        assert (placed["qty"], placed["notional"]) == (None, "250.5")
        await house.until(21)
        filled = await house.get(f"/v2/orders/{placed['id']}")
        assert (filled["status"], filled["filled_qty"], filled["filled_avg_price"]) == ("filled", "2.504749525", "100")
        limit = (await house.order(qty=None, notional="50", type="limit", limit_price=125)).json()
        await house.until(41)
        assert (await house.get(f"/v2/orders/{limit['id']}"))["filled_qty"] == "0.4"

    in_house(scene)


def test_parts_of_a_share_are_bought_and_sold_and_closed_by_percentage() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        await house.order(qty="1.123456789")
        await house.until(21)
        assert (await house.get("/v2/positions/SPY"))["qty"] == "1.123456789"
        part = (await house.client.delete("/v2/positions/SPY", params={"percentage": "50"})).json()
        assert part["qty"] == "0.561728394"
        await house.until(41)
        await house.client.delete("/v2/positions/SPY")
        await house.until(60)
        assert (await house.get("/v2/account"))["cash"] == "100000"

    in_house(scene)


def test_an_asset_that_is_not_fractionable_or_not_tradable_says_so() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        for fields in ({"qty": "0.5"}, {"qty": None, "notional": 10}):
            answer = await house.order(**fields)
            assert (answer.status_code, answer.json()["message"]) == (403, 'asset "SPY" is not fractionable')
        assert (await house.order(symbol="QQQ")).json()["message"] == 'asset "QQQ" is not tradable'

    listings = {"SPY": Listing(fractionable=False), "QQQ": Listing(tradable=False)}
    in_house(scene, flat_bars("SPY", 5) + flat_bars("QQQ", 5), listings=listings)


def test_a_stop_to_buy_goes_on_as_a_stop_limit_that_a_jump_leaves_behind() -> None:
    """2.5 % above a stop of 102 is 104.55: a market that jumps to 110 does not fill it, one at 104 does."""

    async def scene(house: House) -> None:
        await house.until(2)
        stop = (await house.order(type="stop", stop_price="102")).json()
        assert (stop["type"], stop["limit_price"]) == ("stop", None)
        await house.until(119)
        assert (await house.get(f"/v2/orders/{stop['id']}"))["status"] == "new"
        await house.until(121)
        assert (await house.get(f"/v2/orders/{stop['id']}"))["filled_avg_price"] == "104"

    rows = [
        ("100", "100", "100", "100", 4_000),
        ("110", "110", "110", "110", 4_000),
        ("104", "104", "104", "104", 4_000),
    ]
    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 3)])


@pytest.mark.parametrize(
    ("limit", "incoming", "reason"),
    [
        (90, {}, "opposite side market/stop order exists"),
        (90, {"type": "limit", "limit_price": 90}, "opposite side limit order exists"),
        (90, {"type": "limit", "limit_price": 91}, None),
        (90, {"type": "stop", "stop_price": 80}, "opposite side market/stop order exists"),
    ],
)
def test_an_account_cannot_trade_with_itself(limit: int, incoming: Any, reason: str | None) -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        first = (await house.order(type="limit", limit_price=limit)).json()
        answer = await house.order(side="sell", **incoming)
        if reason is None:
            assert answer.status_code == 200
            return
        body = answer.json()
        assert (answer.status_code, body["message"], body["existing_order_id"]) == (
            403,
            "potential wash trade detected. use complex orders",
            first["id"],
        )
        assert body["reject_reason"].startswith(reason)

    in_house(scene)


def test_a_short_sale_is_valued_three_percent_above_the_ask() -> None:
    async def scene(house: House) -> None:
        await house.until(2)
        refused = (await house.order(side="sell", qty=1_942)).json()
        assert (refused["message"], refused["cost_basis"]) == ("insufficient buying power", "200046.0026")
        assert (await house.order(side="sell", qty=1_941)).status_code == 200

    in_house(scene)


# ------------------------------------------------------------------- hours


class Around:
    """A tape with prints outside of the session, and coins, which have none."""

    def __init__(self, bars: list[Bar], sessions: list[Session]) -> None:
        self.sessions = sessions
        self.symbols = sorted({bar.symbol for bar in bars})
        self._bars = {symbol: [bar for bar in bars if bar.symbol == symbol] for symbol in self.symbols}

    def bars(self, symbol: Symbol) -> list[Bar]:
        return self._bars.get(symbol, [])


CLOSE_NS = OPEN_NS + 390 * MINUTE_NS
DAYS = [session("2019-02-11", 390), session("2019-02-12", 390, start_ns=OPEN_NS + DAY_NS)]
LATE = (
    flat_bars("SPY", 390) + flat_bars("SPY", 240, start_ns=CLOSE_NS) + flat_bars("SPY", 390, start_ns=OPEN_NS + DAY_NS)
)


def test_an_order_for_extended_hours_works_until_eight_in_the_evening() -> None:
    async def scene(house: House) -> None:
        await house.until(390 * 60 + 600)
        early = (await house.order(type="limit", limit_price=90, extended_hours=True)).json()
        plain = (await house.order(type="limit", limit_price=101)).json()
        late = (await house.order(type="limit", limit_price=101, extended_hours=True)).json()
        assert (early["status"], plain["status"], late["status"]) == ("pending_new", "accepted", "pending_new")
        assert early["expires_at"] == "2019-02-12T01:00:00Z"
        await house.until(390 * 60 + 660)
        found = [(await house.get(f"/v2/orders/{each['id']}"))["status"] for each in (early, plain, late)]
        assert found == ["new", "accepted", "filled"]
        await house.until((CLOSE_NS - OPEN_NS + 4 * HOUR_NS) / 1e9 + 1)
        assert (await house.get(f"/v2/orders/{early['id']}"))["status"] == "expired"

    in_house(scene, tape=Around(LATE, DAYS))


NIGHT_NS = CLOSE_NS + 5 * HOUR_NS  # 21:00
FRIDAY_NS = OPEN_NS + 4 * DAY_NS
WEEK_END = [session("2019-02-15", 390, start_ns=FRIDAY_NS), session("2019-02-19", 390, start_ns=FRIDAY_NS + 4 * DAY_NS)]


def test_an_order_for_extended_hours_trades_overnight_and_lives_through_the_next_day() -> None:
    async def scene(house: House) -> None:
        await house.until(10.6 * 3_600)  # 20:06
        plain = (await house.order(type="limit", limit_price=101)).json()
        order = (await house.order(type="limit", limit_price=101, extended_hours=True)).json()
        away = (await house.order(type="limit", limit_price=90, extended_hours=True)).json()
        assert (plain["status"], order["status"]) == ("accepted", "pending_new")
        assert (order["expires_at"], away["expires_at"]) == ("2019-02-13T01:00:00Z",) * 2
        assert (await house.get(f"/v2/orders/{away['id']}"))["status"] == "new"
        assert (await house.get("/v2/clock"))["is_open"] is False
        await house.until((NIGHT_NS - OPEN_NS) / 1e9 + 90)
        found = [(await house.get(f"/v2/orders/{each['id']}"))["status"] for each in (plain, order, away)]
        assert found == ["accepted", "filled", "new"]
        assert "overnight_tradable" in (await house.get("/v2/assets/SPY"))["attributes"]

    in_house(
        scene, tape=Around(sorted(LATE + flat_bars("SPY", 5, start_ns=NIGHT_NS), key=lambda bar: bar.end_ns), DAYS)
    )


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (10.4, "new"),  # 19:54 on Friday
        (10.6, "accepted"),  # 20:06: there is no night before a Saturday
        (58.6, "accepted"),  # nor on Sunday before a holiday
        (82.4, "accepted"),  # 19:54 on the holiday's evening
        (82.6, "new"),  # 20:06
    ],
)
def test_there_is_no_overnight_session_before_a_day_without_one(hours: float, expected: str) -> None:
    async def scene(house: House) -> None:
        await house.until(4 * 86_400 + hours * 3_600)
        order = (await house.order(type="limit", limit_price=90, extended_hours=True)).json()
        assert (await house.get(f"/v2/orders/{order['id']}"))["status"] == expected
        await house.until(4 * 86_400 + 82.6 * 3_600 + 60)
        after = (await house.get(f"/v2/orders/{order['id']}"))["status"]
        assert after == ("expired" if hours < 10.5 else "new")

    bars = flat_bars("SPY", 390, start_ns=FRIDAY_NS) + flat_bars("SPY", 390, start_ns=FRIDAY_NS + 4 * DAY_NS)
    in_house(scene, tape=Around(bars, WEEK_END))


def test_a_day_order_that_has_traded_is_done_for_the_day_before_it_expires() -> None:
    async def scene(house: House) -> None:
        await house.until(100 * 60)
        order = (await house.order(qty=20, type="limit", limit_price=100.5)).json()
        gtc = (await house.order(type="limit", limit_price=90, time_in_force="gtc")).json()
        assert gtc["expires_at"] == "2019-05-12T20:15:00Z"
        updates = await house.trade_updates()
        await house.until(102 * 60)
        assert [event["event"] for event in await updates.events(3)] == ["partial_fill", "done_for_day", "expired"]
        ended = await house.get(f"/v2/orders/{order['id']}")
        assert (ended["status"], ended["filled_qty"]) == ("expired", "10")

    rows = [("100", "100", "100", "100", 4_000)] * 100 + [("100", "100", "100", "100", 100)]
    rows[100] = ("100", "101", "100.6", "101", 400)
    in_house(scene, equity_bars("SPY", rows), [session("2019-02-11", 101)])


# ------------------------------------------------------------------- coins


def coins() -> Around:
    bars = flat_bars("SPY", 10) + [
        Bar(
            Symbol("BTC/USD"),
            OPEN_NS + i * MINUTE_NS,
            OPEN_NS + (i + 1) * MINUTE_NS,
            *4 * (50_000 * 10**9,),
            40 * 10**9,
        )
        for i in range(60)
    ]
    return Around(bars, [session("2019-02-11", 10)])


def test_coins_trade_around_the_clock_for_cash() -> None:
    async def scene(house: House) -> None:
        await house.until(30 * 60)
        placed = (await house.order(symbol="BTC/USD", qty="0.5", time_in_force="gtc")).json()
        assert (placed["asset_class"], placed["status"]) == ("crypto", "pending_new")
        await house.until(31 * 60)
        for path in ("/v2/positions/BTC%2FUSD", "/v2/positions/BTCUSD"):
            position = await house.get(path)
            assert (position["qty"], position["asset_class"], position["exchange"]) == ("0.5", "crypto", "CRYPTO")
        account = await house.get("/v2/account")
        assert (account["cash"], account["buying_power"], account["crypto_status"]) == ("75000", "150000", "ACTIVE")
        for fields, words in (
            ({"qty": "2", "time_in_force": "gtc"}, "insufficient balance for USD"),
            ({"qty": "1", "time_in_force": "day"}, "invalid crypto time_in_force"),
            ({"qty": "1", "time_in_force": "gtc", "type": "stop", "stop_price": 1}, "invalid order type for crypto"),
            ({"qty": "0.00001", "time_in_force": "gtc"}, "minimal qty of order 0.0001"),
        ):
            assert words in (await house.order(symbol="BTC/USD", **fields)).json()["message"]
        asset = await house.get("/v2/assets/BTC%2FUSD")
        assert (asset["class"], asset["min_order_size"], asset["price_increment"]) == ("crypto", "0.0001", "0.01")
        assert len(await house.get("/v2/assets", asset_class="crypto")) == 1

    in_house(scene, tape=coins())


def test_market_data_of_coins_has_doors_and_shapes_of_its_own() -> None:
    async def scene(house: House) -> None:
        await house.until(120)
        root = "/v1beta3/crypto/us"
        bars = await house.get(f"{root}/bars", symbols="BTC/USD,SPY", start="2019-02-11")
        assert [(bar["t"], bar["c"], bar["v"]) for bar in bars["bars"]["BTC/USD"]] == [
            ("2019-02-11T14:30:00Z", 50_000, 40)
        ]
        trade = (await house.get(f"{root}/latest/trades", symbols="BTC/USD"))["trades"]["BTC/USD"]
        assert set(trade) == {"t", "p", "s", "i", "tks"}
        quote = (await house.get(f"{root}/latest/quotes", symbols="BTC/USD"))["quotes"]["BTC/USD"]
        assert set(quote) == {"t", "ap", "as", "bp", "bs"}
        snapshot = (await house.get(f"{root}/snapshots", symbols="BTC/USD"))["snapshots"]["BTC/USD"]
        assert snapshot["dailyBar"]["t"] == "2019-02-11T00:00:00Z"
        assert await house.get(f"{root}/latest/orderbooks", symbols="BTC/USD") == {"orderbooks": {}}
        assert "BTC/USD" not in (await house.get("/v2/stocks/bars", symbols="BTC/USD"))["bars"]

    in_house(scene, tape=coins())


# -------------------------------------------------------------------- eras


def test_pattern_day_trading_is_a_rule_of_its_time() -> None:
    small = AlpacaAccount(FIRST.name, FIRST.key, FIRST.secret, deposit=FIRST.deposit / 10)

    async def then(house: House) -> None:
        for trip in range(4):
            await house.until(2 + 60 * trip)
            await house.order(qty=1)
            await house.until(30 + 60 * trip)
            answer = await house.order(qty=1, side="sell")
            assert answer.status_code == (200 if trip < 3 else 403), answer.text
        assert answer.json()["message"] == "trade denied due to pattern day trading protection"
        account = await house.get("/v2/account")
        assert (account["daytrade_count"], account["pattern_day_trader"]) == (3, False)
        assert (await house.get("/v2/account/configurations"))["pdt_check"] == "entry"

    async def now(house: House) -> None:
        for trip in range(5):
            await house.until(2 + 60 * trip)
            await house.order(qty=1)
            await house.until(30 + 60 * trip)
            assert (await house.order(qty=1, side="sell")).status_code == 200
        assert not {"daytrade_count", "pattern_day_trader"} & set(await house.get("/v2/account"))

    in_house(then, accounts=[small], rules_of="2026-07-05")
    in_house(now, accounts=[small], rules_of="2026-07-06")
