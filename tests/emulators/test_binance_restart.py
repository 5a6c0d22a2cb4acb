"""What a client was told survives the death of the emulated Binance."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.emulators.small_binance import FLAT, OHLCV, SmallBinance

from seatrial.emulators.store import Store

ROWS: list[OHLCV] = [FLAT, ("100", "100", "95", "96", "40"), FLAT, FLAT, FLAT]


def reopened(path: Path, market: SmallBinance) -> SmallBinance:
    """The venue after `kill -9`: nothing but the file is left."""
    market.store.close()
    return SmallBinance(ROWS, store=Store(path))


def test_orders_trades_and_balances_are_there_again(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    market = SmallBinance(ROWS, store=Store(path))
    market.to(1)
    market.place("BUY", "LIMIT", quantity="1.5", price="101", newClientOrderId="part")
    market.place("SELL", "STOP_LOSS", quantity="1", stopPrice="97", newClientOrderId="stop")
    market.to(20)
    before = (market.alice.wallet.rows(omit_zero=True), market.alice.trades, market.alice.wallet.uid)

    market = reopened(path, market)

    assert (market.alice.wallet.rows(omit_zero=True), market.alice.trades, market.alice.wallet.uid) == before
    assert [(order.client_order_id, order.status) for order in market.alice.open_orders()] == [
        ("part", "PARTIALLY_FILLED"),
        ("stop", "NEW"),
    ]


def test_the_market_goes_on_where_it_stood_and_working_orders_work_on(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    market = SmallBinance(ROWS, store=Store(path))
    market.to(1)
    market.place("BUY", "LIMIT", quantity="1.5", price="101", newClientOrderId="part")
    market.place("SELL", "STOP_LOSS", quantity="0.2", stopPrice="97", newClientOrderId="stop")
    market.to(20)

    market = reopened(path, market)
    assert market.get("/api/v3/trades", symbol="BTCUSDT").body[-1]["id"] == 2
    market.to(119)

    part = market.alice.find("BTCUSDT", None, "part")
    stop = market.alice.find("BTCUSDT", None, "stop")
    assert part is not None
    assert stop is not None
    assert (part.status, stop.status) == ("FILLED", "FILLED")
    assert len({trade.trade_id for trade in market.alice.trades}) == 3
    assert (market.locked("USDT"), market.locked("BTC")) == (0, 0)


def test_ids_are_never_given_twice(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    market = SmallBinance(ROWS, store=Store(path))
    market.to(1)
    first = market.place("BUY", "LIMIT", quantity="1", price="90")
    market.spot.cancel_all(market.alice, "BTCUSDT")

    market = reopened(path, market)
    market.to(20)

    assert market.place("BUY", "LIMIT", quantity="1", price="90").order_id > first.order_id


def test_an_order_accepted_between_two_prints_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    market = SmallBinance(ROWS, store=Store(path))
    market.to(30)
    market.place("BUY", "MARKET", quantity="0.5", newClientOrderId="late")

    market = reopened(path, market)
    market.to(40)

    order = market.alice.find("BTCUSDT", None, "late")
    assert order is not None
    assert (order.status, market.free("BTC")) == ("FILLED", Decimal("5.4995"))


def test_a_reset_venue_gives_the_account_another_identity() -> None:
    store = Store(":memory:")
    market = SmallBinance(ROWS, store=store)
    before = market.signed("GET", "/api/v3/account").body["uid"]

    store.venue("binance").reset()
    after = SmallBinance(ROWS, store=store).signed("GET", "/api/v3/account").body["uid"]

    assert before != after
