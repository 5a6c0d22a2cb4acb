"""Trailing stops and icebergs of the emulated Binance, as blotters. The scenarios are the vendor's, scaled down."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.emulators.small_binance import OHLCV, SmallBinance

from seatrial.emulators.binance.refusals import Refusal
from seatrial.emulators.store import Store


def path_of(*prices: str) -> list[OHLCV]:
    """One minute per price, which it opens and closes at."""
    return [(price, price, price, price, "400") for price in prices]


def test_a_trailing_stop_without_a_stop_price_follows_from_the_start() -> None:
    market = SmallBinance(path_of("100", "105", "113.75", "107", "105.79", "105.78", "105"))
    market.to(2)

    order = market.place("SELL", "STOP_LOSS", quantity="1", trailingDelta="700")
    assert (order.trailing_ns is not None, order.working_ns) == (True, None)
    market.to(5 * 60)
    assert order.status == "NEW"  # 105.7875 is seven per cent below the highest price
    market.to(6 * 60)

    assert (order.status, market.alice.trades[0].price) == ("FILLED", Decimal("105.78"))


def test_a_trailing_stop_with_a_stop_price_follows_from_there() -> None:
    market = SmallBinance(path_of("40", "37", "44", "46", "42", "44", "44.11", "44.11"))
    market.to(2)

    order = market.place(
        "BUY", "STOP_LOSS_LIMIT", quantity="1", price="45", stopPrice="44", trailingDelta="500", timeInForce="GTC"
    )
    market.to(119)
    assert order.trailing_ns is None  # 7.5 % up and down do not count before the stop price is met
    market.to(6 * 60)
    assert (order.trailed_price, order.status) == (42, "NEW")
    market.to(8 * 60)

    assert order.status == "FILLED"
    assert order.working_ns is not None


def test_a_trailing_take_profit_buys_when_the_price_comes_back_up() -> None:
    market = SmallBinance(path_of("40", "42", "38", "37", "39", "40.14", "40.15", "40.15"))
    market.to(2)
    order = market.place("BUY", "TAKE_PROFIT", quantity="1", stopPrice="38", trailingDelta="850")
    market.to(6 * 60)
    assert order.status == "NEW"
    market.to(7 * 60)
    assert order.status == "FILLED"


def test_a_trailing_stop_goes_on_following_after_a_restart(tmp_path: Path) -> None:
    rows = path_of("100", "110", "109", "100", "99", "99")
    path = tmp_path / "venues.db"
    market = SmallBinance(rows, store=Store(path))
    market.to(2)
    market.place("SELL", "STOP_LOSS", quantity="1", trailingDelta="1000", newClientOrderId="trail")
    market.to(119)
    market.store.close()

    market = SmallBinance(rows, store=Store(path))
    market.to(5 * 60 + 30)

    order = market.alice.find("BTCUSDT", None, "trail")
    assert order is not None
    assert (order.status, order.trailed_price, market.alice.trades[0].price) == ("FILLED", 110, 99)
    assert (market.locked("BTC"), market.free("BTC")) == (0, 4)


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("STOP_LOSS", {"trailingDelta": "9"}, "TRAILING_DELTA"),
        ("STOP_LOSS", {"trailingDelta": "2001"}, "TRAILING_DELTA"),
        ("STOP_LOSS", {"trailingDelta": "x"}, "Illegal characters"),
        ("STOP_LOSS", {"trailingDelta": "100", "stopPrice": "101"}, "trigger immediately"),
        ("TAKE_PROFIT", {}, "'stopPrice' or 'trailingDelta'"),
    ],
)
def test_a_trailing_stop_that_makes_no_sense_is_refused(kind: str, values: dict[str, str], words: str) -> None:
    market = SmallBinance(path_of("100"))
    market.to(2)
    with pytest.raises(Refusal, match=words):
        market.place("SELL", kind, quantity="1", **values)


def test_a_trailing_stop_can_be_taken_back() -> None:
    market = SmallBinance(path_of("100", "100"))
    market.to(2)
    market.place("SELL", "STOP_LOSS", quantity="1", trailingDelta="500")
    market.spot.cancel_all(market.alice, "BTCUSDT")
    assert market.locked("BTC") == 0


def test_an_iceberg_shows_its_tip_and_fills_whole() -> None:
    market = SmallBinance(path_of("100", "95", "95"))
    market.to(2)

    order = market.place("BUY", "LIMIT", quantity="2", price="98", icebergQty="0.2")
    market.to(119)

    (row,) = market.signed("GET", "/api/v3/allOrders", symbol="BTCUSDT").body
    assert (row["icebergQty"], row["status"]) == ("0.20000000", "FILLED")
    assert order.executed == 2
