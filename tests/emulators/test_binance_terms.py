"""What the emulated Binance takes for a trade, and the limits of a pair and an account."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.emulators.small_binance import FLAT, SmallBinance
from tests.emulators.small_floor import ask, bid, sold

from seatrial.emulators.binance.commission import commission_of
from seatrial.emulators.binance.habits import Habits
from seatrial.emulators.binance.rates import WeightMeter
from seatrial.emulators.binance.refusals import Refusal
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.binance.wallet import Balance, Credentials, Rates, Wallet

RULES = Rules("BTCUSDT", "BTC", "USDT", *map(Decimal, ("0.01", "0.00001", "0.00001", "5", "0.001")))
ORDER = "/api/v3/order"
LIMIT = {"symbol": "BTCUSDT", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1"}
LOOKER = Credentials("looker", "look-key", "look-secret", {"USDT": Decimal(1_000)}, can_trade=False)


@pytest.mark.parametrize(
    ("side", "bnb", "price", "expected"),
    [
        ("BUY", "1", None, ("0.00200000", "BTC")),
        ("SELL", "1", None, ("0.20000000", "USDT")),
        ("BUY", "1", "500", ("0.00030000", "BNB")),
        ("SELL", "1", "500", ("0.00030000", "BNB")),
        ("SELL", "0.0002", "500", ("0.20000000", "USDT")),
    ],
)
def test_a_commission_is_taken_from_what_is_received_or_less_of_it_in_bnb(
    side: str, bnb: str, price: str | None, expected: tuple[str, str]
) -> None:
    wallet = Wallet(1, {"BNB": Balance(Decimal(bnb))})
    worth = None if price is None else Decimal(price)
    taken = commission_of(side, Decimal(2), Decimal(200), RULES, RULES.fee_rate, wallet, worth)
    assert (f"{taken.amount:.8f}", taken.asset) == expected


def test_makers_and_takers_pay_the_rates_of_the_accounts_tier() -> None:
    tiered = Credentials("tiered", "tier-key", "tier-secret", commission=Rates(Decimal("0.0002"), Decimal("0.0004")))
    market = SmallBinance(accounts=[tiered], bursts=[[bid(99, 10), ask(101, 2)], [sold(99, 1)], [sold(99, 11)]])
    market.to(2.5)
    taken = market.signed("POST", ORDER, tiered, **LIMIT, side="BUY", price="101", newClientOrderId="taker").body
    assert [fill["commission"] for fill in taken["fills"]] == ["0.00040000"]
    market.signed("POST", ORDER, tiered, **LIMIT, side="BUY", price="99", newClientOrderId="maker")
    market.to(5)
    trades = market.signed("GET", "/api/v3/myTrades", tiered, symbol="BTCUSDT").body
    assert [(trade["isMaker"], trade["commission"]) for trade in trades] == [
        (False, "0.00040000"),
        (True, "0.00020000"),
    ]
    told = market.signed("GET", "/api/v3/account", tiered).body
    assert (told["makerCommission"], told["takerCommission"]) == (2, 4)
    assert told["commissionRates"]["maker"] == "0.00020000"
    pair = market.signed("GET", "/api/v3/account/commission", tiered, symbol="BTCUSDT").body
    assert pair["standardCommission"]["taker"] == "0.00040000"


@pytest.mark.parametrize(
    ("adjust", "kind", "values", "words"),
    [
        ({"position_max": Decimal("5.5")}, "LIMIT", {"price": "90"}, "MAX_POSITION"),
        ({"market_qty_max": Decimal("0.5")}, "MARKET", {}, "MARKET_LOT_SIZE"),
        ({"orders_max": 0}, "LIMIT", {"price": "90"}, "MAX_NUM_ORDERS"),
        ({"algo_orders_max": 0}, "STOP_LOSS", {"stopPrice": "110"}, "MAX_NUM_ALGO_ORDERS"),
        ({"qty_max": Decimal("0.5")}, "LIMIT", {"price": "90"}, "LOT_SIZE"),
        ({"notional_max": Decimal(50)}, "LIMIT", {"price": "90"}, "NOTIONAL"),
        (
            {"stp_modes": ("NONE",)},
            "LIMIT",
            {"price": "90", "selfTradePreventionMode": "EXPIRE_BOTH"},
            "does not allow",
        ),
    ],
)
def test_each_filter_says_its_name(adjust: dict[str, object], kind: str, values: dict[str, str], words: str) -> None:
    market = SmallBinance(habits=Habits(adjust=lambda rules: replace(rules, **adjust)))  # type: ignore[arg-type]
    market.to(1)
    with pytest.raises(Refusal, match=words):
        market.place("BUY", kind, quantity="1", **values)


def test_a_pair_lists_its_largest_position_where_it_has_one() -> None:
    market = SmallBinance(habits=Habits(adjust=lambda rules: replace(rules, position_max=Decimal(7))))
    filters = market.get("/api/v3/exchangeInfo").body["symbols"][0]["filters"]
    assert {"filterType": "MAX_POSITION", "maxPosition": "7.00000000"} in filters


def test_the_default_prevention_of_a_pair_is_an_orders_own() -> None:
    market = SmallBinance(habits=Habits(adjust=lambda rules: replace(rules, stp_default="EXPIRE_MAKER")))
    market.to(1)
    assert market.place("BUY", "LIMIT", quantity="1", price="90").stp_mode == "EXPIRE_MAKER"


def test_an_account_that_may_not_trade_is_told_so() -> None:
    market = SmallBinance(accounts=[LOOKER])
    market.to(1)
    assert market.signed("GET", "/api/v3/account", LOOKER).body["canTrade"] is False
    with pytest.raises(Refusal, match="This account may not place or cancel orders"):
        market.place("BUY", "LIMIT", account="looker", quantity="1", price="90")


def test_an_address_can_ask_too_often_however_little_it_asks() -> None:
    market = SmallBinance()
    meter = WeightMeter(market.clock, requests_max=2)
    meter.charge("here", 0)
    meter.charge("here", 0)
    with pytest.raises(Refusal, match="raw requests per 5 MINUTE") as caught:
        meter.charge("here", 0)
    assert (caught.value.status, caught.value.retry_after_s) == (429, 300)


@pytest.mark.parametrize(
    ("path", "values", "code"),
    [
        ("/api/v3/exchangeInfo", {"permissions": "NONSENSE"}, -1130),
        ("/api/v3/exchangeInfo", {"symbol": "BTCUSDT", "permissions": "SPOT"}, -1128),
        ("/api/v3/exchangeInfo", {"symbolStatus": "ASLEEP"}, -1122),
        ("/api/v3/ticker", {}, -1102),
        ("/api/v3/ticker", {"symbol": "BTCUSDT", "windowSize": "8d"}, -1130),
        ("/api/v3/ticker", {"symbol": "BTCUSDT", "type": "TINY"}, -1139),
        ("/api/v3/ticker/tradingDay", {"symbol": "BTCUSDT", "timeZone": "15"}, -1130),
        ("/api/v3/klines", {"symbol": "BTCUSDT", "interval": "1d", "timeZone": "x"}, -1130),
        ("/api/v3/klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(path: str, values: dict[str, str], code: int) -> None:
    market = SmallBinance()
    market.to(1)
    assert market.get(path, **values).body["code"] == code


def test_permissions_choose_pairs_and_can_be_left_out() -> None:
    market = SmallBinance()
    path = "/api/v3/exchangeInfo"
    assert len(market.get(path, permissions='["SPOT","MARGIN"]').body["symbols"]) == 1
    assert market.get(path, permissions="MARGIN").body["symbols"] == []
    assert market.get(path, showPermissionSets="false").body["symbols"][0]["permissionSets"] == []


def test_days_begin_at_midnight_of_the_zone_that_was_asked_for() -> None:
    market = SmallBinance([FLAT] * 3)
    market.to(179)
    values = {"symbol": "BTCUSDT", "interval": "1d"}
    (row,) = market.get("/api/v3/klines", **values, timeZone="-1:00").body
    (utc,) = market.get("/api/v3/klines", **values).body
    assert utc[0] - row[0] == 23 * 3_600_000
    day = market.get("/api/v3/ticker/tradingDay", symbol="BTCUSDT", timeZone="-1:00").body
    assert (day["openTime"], day["volume"]) == (row[0], row[5])
    window = market.get("/api/v3/ticker", symbol="BTCUSDT", windowSize="2m").body
    assert window["closeTime"] - window["openTime"] <= 3 * 60_000
