"""The order machine of the emulated Binance, as blotters: what is placed, what the market does, what is left."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.emulators.small_binance import FLAT, OHLCV, SmallBinance

from seatrial.emulators.binance.refusals import Refusal
from seatrial.emulators.binance.spot import Aim


def reports(market: SmallBinance) -> list[tuple[object, ...]]:
    """Execution reports as (execution, status, last quantity, last price, filled)."""
    return [(e["x"], e["X"], e["l"], e["L"], e["z"]) for e in market.events if e["e"] == "executionReport"]


def test_a_market_buy_is_new_at_arrival_and_filled_at_the_next_print() -> None:
    market = SmallBinance([FLAT, ("101", "101", "101", "101", "40")])
    market.to(59.5)

    order = market.place("BUY", "MARKET", quantity="0.5")
    assert (order.status, order.executed) == ("NEW", 0)
    market.to(61)

    assert reports(market) == [
        ("NEW", "NEW", "0.00000000", "0.00000000", "0.00000000"),
        ("TRADE", "FILLED", "0.50000000", "101.00000000", "0.50000000"),
    ]
    assert market.free("BTC") == Decimal("5.4995")  # 0.1 % of what was received stays with the venue
    assert market.free("USDT") == Decimal("99949.5")
    assert market.locked("USDT") == 0


def test_an_order_takes_at_most_a_tenth_of_each_print_and_fills_in_parts() -> None:
    market = SmallBinance()
    market.to(1)

    order = market.place("BUY", "MARKET", quantity="2.5")
    market.to(59)

    assert [row[1:3] for row in reports(market)] == [
        ("NEW", "0.00000000"),
        ("PARTIALLY_FILLED", "1.00000000"),
        ("PARTIALLY_FILLED", "1.00000000"),
        ("FILLED", "0.50000000"),
    ]
    assert order.quote_executed == 250
    assert len(market.alice.trades) == 3


def test_a_sell_is_paid_in_quote_less_the_commission() -> None:
    market = SmallBinance()
    market.to(1)

    market.place("SELL", "MARKET", quantity="0.33333")
    assert market.locked("BTC") == Decimal("0.33333")
    market.to(20)

    (trade,) = market.alice.trades
    assert (trade.value, trade.fee, trade.fee_asset) == (Decimal("33.333"), Decimal("0.033333"), "USDT")
    assert market.free("USDT") == Decimal("100033.299667")
    assert market.free("BTC") == Decimal("4.66667")


def test_a_limit_fills_only_when_the_price_trades_through_it() -> None:
    market = SmallBinance([FLAT, ("100", "100", "99", "99.5", "40"), ("99.5", "99.5", "98", "98.5", "40")])
    market.to(1)

    market.place("BUY", "LIMIT", quantity="0.5", price="99")
    assert market.locked("USDT") == Decimal("49.5")
    market.to(119)
    assert [row[0] for row in reports(market)] == ["NEW"]  # touched, not passed
    market.to(179)

    assert reports(market)[1] == ("TRADE", "FILLED", "0.50000000", "99.00000000", "0.50000000")
    (trade,) = market.alice.trades
    assert trade.maker
    assert (market.locked("USDT"), market.free("USDT")) == (0, Decimal("99950.5"))


def test_a_better_price_than_the_limit_gives_back_what_was_locked_too_much() -> None:
    market = SmallBinance()
    market.to(1)

    market.place("BUY", "LIMIT", quantity="0.5", price="110")
    assert market.locked("USDT") == 55
    market.to(20)

    assert market.free("USDT") == 99_950
    assert market.locked("USDT") == 0


def test_a_stop_waits_off_the_book_until_its_price_is_touched() -> None:
    market = SmallBinance([FLAT, ("100", "100", "95", "96", "40")])
    market.to(1)

    order = market.place("SELL", "STOP_LOSS", quantity="1", stopPrice="97")
    assert order.working_ns is None
    market.to(119)

    assert order.status == "FILLED"
    assert order.working_ns is not None
    assert reports(market)[-1][3] == "97.00000000"


@pytest.mark.parametrize(("side", "stop"), [("BUY", "100"), ("BUY", "99"), ("SELL", "100"), ("SELL", "101")])
def test_a_stop_on_the_wrong_side_would_trigger_immediately(side: str, stop: str) -> None:
    market = SmallBinance()
    market.to(1)

    with pytest.raises(Refusal, match="-2010: Order would trigger immediately"):
        market.place(side, "STOP_LOSS", quantity="1", stopPrice=stop)


DOWN: OHLCV = ("100", "100", "95", "96", "40")


@pytest.mark.parametrize(
    ("side", "kind", "prices", "row", "status", "price"),
    [
        ("SELL", "STOP_LOSS_LIMIT", {"stopPrice": "97", "price": "96"}, DOWN, "FILLED", 97),
        ("SELL", "STOP_LOSS_LIMIT", {"stopPrice": "97", "price": "97"}, DOWN, "NEW", None),
        ("SELL", "TAKE_PROFIT", {"stopPrice": "103"}, ("100", "105", "100", "104", "40"), "FILLED", 103),
        (
            "BUY",
            "TAKE_PROFIT_LIMIT",
            {"stopPrice": "97", "price": "98"},
            ("100", "100", "95", "96", "40"),
            "FILLED",
            97,
        ),
    ],
)
def test_a_price_that_is_touched_makes_an_order_of_a_trigger(
    side: str, kind: str, prices: dict[str, str], row: OHLCV, status: str, price: int | None
) -> None:
    market = SmallBinance([FLAT, row])
    market.to(1)
    words = {"timeInForce": "GTC"} if "price" in prices else {}

    order = market.place(side, kind, quantity="1", **prices, **words)
    assert order.working_ns is None
    market.to(119)

    assert order.status == status
    assert order.working_ns is not None
    assert [trade.price for trade in market.alice.trades] == ([] if price is None else [Decimal(price)])


def test_a_take_profit_on_the_wrong_side_would_trigger_immediately() -> None:
    market = SmallBinance()
    market.to(1)

    with pytest.raises(Refusal, match="-2010: Order would trigger immediately"):
        market.place("SELL", "TAKE_PROFIT", quantity="1", stopPrice="100")


def test_all_or_nothing_fills_whole_at_the_next_print_or_expires() -> None:
    market = SmallBinance()
    market.to(1)

    whole = market.place("BUY", "LIMIT", quantity="1", price="101", timeInForce="FOK")
    more = market.place("BUY", "LIMIT", quantity="0.1", price="101", timeInForce="FOK")
    market.to(20)

    assert [(order.status, order.executed) for order in (whole, more)] == [("FILLED", 1), ("EXPIRED", 0)]
    assert market.locked("USDT") == 0


def test_a_maker_that_the_market_moved_over_before_its_first_print_expires() -> None:
    market = SmallBinance([FLAT, ("98", "98", "98", "98", "40")])
    market.to(59)

    order = market.place("BUY", "LIMIT_MAKER", quantity="1", price="99")
    market.to(61)

    assert (order.status, market.alice.trades) == ("EXPIRED", [])


def test_a_maker_only_order_is_refused_where_it_would_take() -> None:
    market = SmallBinance([FLAT, ("100", "100", "98", "98", "40")])
    market.to(1)

    with pytest.raises(Refusal, match="-2010: Order would immediately match and take"):
        market.place("BUY", "LIMIT_MAKER", quantity="1", price="100.01")
    order = market.place("BUY", "LIMIT_MAKER", quantity="1", price="99")
    market.to(119)

    assert order.status == "FILLED"
    assert [(trade.price, trade.maker) for trade in market.alice.trades] == [(Decimal(99), True)]


def test_an_immediate_order_expires_with_what_the_next_print_did_not_fill() -> None:
    market = SmallBinance()
    market.to(1)

    order = market.place("BUY", "LIMIT", quantity="3", price="101", timeInForce="IOC")
    market.to(20)

    assert [row[:2] for row in reports(market)] == [
        ("NEW", "NEW"),
        ("TRADE", "PARTIALLY_FILLED"),
        ("EXPIRED", "EXPIRED"),
    ]
    assert order.executed == 1
    assert market.locked("USDT") == 0
    assert market.free("USDT") == 99_900


def test_a_cancel_gives_the_rest_back_and_names_both_ids() -> None:
    market = SmallBinance()
    market.to(1)
    order = market.place("BUY", "LIMIT", quantity="5", price="101", newClientOrderId="entry")
    market.to(20)

    (done,) = market.spot.cancel(market.alice, Aim("BTCUSDT", None, "entry", "stop-it"))

    assert (done.order.status, done.order.executed) == ("CANCELED", 1)
    report = next(event for event in market.events if event.get("x") == "CANCELED")
    assert (report["c"], report["C"]) == ("stop-it", "entry")
    assert market.locked("USDT") == 0
    with pytest.raises(Refusal, match="-2011: Unknown order sent"):
        market.spot.cancel(market.alice, Aim("BTCUSDT", order.order_id, None))


def test_a_client_id_is_unique_among_open_orders_and_free_again_afterwards() -> None:
    market = SmallBinance()
    market.to(1)
    first = market.place("BUY", "LIMIT", quantity="1", price="50", newClientOrderId="mine")

    with pytest.raises(Refusal, match="-2010: Duplicate order sent"):
        market.place("BUY", "LIMIT", quantity="1", price="51", newClientOrderId="mine")
    market.spot.cancel_all(market.alice, "BTCUSDT")
    second = market.place("BUY", "LIMIT", quantity="1", price="51", newClientOrderId="mine")

    assert second.order_id > first.order_id
    assert market.alice.find("BTCUSDT", None, "mine") is second


def test_a_balance_that_does_not_reach_refuses_the_order_and_changes_nothing() -> None:
    market = SmallBinance()
    market.to(1)

    for side, quantity in (("BUY", "10.1"), ("SELL", "0.1")):
        with pytest.raises(Refusal, match="-2010: Account has insufficient balance for requested action"):
            market.place(side, "MARKET", quantity=quantity, account="bob")
    assert (market.free("USDT", "bob"), market.locked("USDT", "bob")) == (1_000, 0)
    assert market.events == []


def test_a_market_buy_never_spends_money_the_account_does_not_have() -> None:
    market = SmallBinance([FLAT, ("125", "125", "125", "125", "400")])
    market.to(59.5)

    order = market.place("BUY", "MARKET", quantity="10", account="bob")  # affordable at the last price of 100
    market.to(61)

    assert (order.status, order.executed) == ("EXPIRED", 8)
    assert market.free("USDT", "bob") == 0
    assert market.locked("USDT", "bob") == 0


def test_an_order_by_quote_quantity_spends_at_most_that_and_is_filled_with_what_it_bought() -> None:
    market = SmallBinance([FLAT, ("125", "125", "125", "125", "400")])
    market.to(59.5)

    order = market.place("BUY", "MARKET", quoteOrderQty="100")
    assert order.quantity == 1
    market.to(61)

    assert (order.status, order.executed, order.quantity) == ("FILLED", Decimal("0.8"), Decimal("0.8"))
    assert market.free("USDT") == 99_900
    assert market.locked("USDT") == 0


def test_two_accounts_do_not_take_each_others_volume() -> None:
    market = SmallBinance()
    market.to(1)

    first = market.place("BUY", "MARKET", quantity="1")
    second = market.place("BUY", "MARKET", quantity="1", account="bob")
    market.to(20)

    assert (first.status, second.status) == ("FILLED", "FILLED")


def test_every_change_of_a_balance_is_told_right_after_its_report() -> None:
    market = SmallBinance()
    market.to(1)
    market.place("BUY", "MARKET", quantity="0.5")
    market.to(20)

    assert [event["e"] for event in market.events] == ["executionReport", "outboundAccountPosition"] * 2
    assert market.events[1]["B"] == [{"a": "USDT", "f": "99950.00000000", "l": "50.00000000"}]
    assert market.events[3]["B"] == [
        {"a": "USDT", "f": "99950.00000000", "l": "0.00000000"},
        {"a": "BTC", "f": "5.49950000", "l": "0.00000000"},
    ]


def test_after_the_end_of_the_data_the_market_is_closed() -> None:
    market = SmallBinance([FLAT])
    market.to(86_400)

    with pytest.raises(Refusal, match="-2010: Market is closed"):
        market.place("BUY", "MARKET", quantity="1")


def test_the_history_tells_what_was_accepted_executed_and_cancelled() -> None:
    market = SmallBinance()
    market.to(1)
    market.place("BUY", "LIMIT", quantity="2", price="101", newClientOrderId="one")
    market.to(20)
    market.spot.cancel_all(market.alice, "BTCUSDT")

    assert [(row.op, row.client_order_id) for row in market.history.orders()] == [
        ("accepted", "one"),
        ("executed", "one"),
        ("canceled", "one"),
    ]
