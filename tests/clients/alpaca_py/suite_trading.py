"""alpaca-py trades at the emulated Alpaca: account, assets, every type of order, positions, history, refusals."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import (
    AssetClass,
    OrderClass,
    OrderSide,
    OrderStatus,
    OrderType,
    QueryOrderStatus,
    TimeInForce,
)
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrderByIdRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
)

shows = pytest.mark.shows


@pytest.fixture(scope="module")
def trading(alpaca: dict[str, str]) -> TradingClient:
    return TradingClient(alpaca["key"], alpaca["secret"], paper=True, url_override=alpaca["rest"])


@pytest.fixture
def price(alpaca: dict[str, str]) -> float:
    """What AAPL costs now."""
    from alpaca.data.historical import StockHistoricalDataClient
    from alpaca.data.requests import StockLatestTradeRequest

    data = StockHistoricalDataClient(alpaca["key"], alpaca["secret"], url_override=alpaca["data"])
    return float(data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="AAPL"))["AAPL"].price)


@pytest.fixture(autouse=True)
def flat(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    """Each test begins with nothing open and nothing held."""
    trading.close_all_positions(cancel_orders=True)
    eventually(lambda: not trading.get_orders() and not trading.get_all_positions(), "a flat account")


def fields(**more: Any) -> dict[str, Any]:
    return {"symbol": "AAPL", "qty": 2, "side": OrderSide.BUY, "time_in_force": TimeInForce.DAY} | more


def buy(trading: TradingClient, eventually: Callable[..., Any], qty: int = 4) -> Any:
    """A filled purchase."""
    order = trading.submit_order(MarketOrderRequest(**fields(qty=qty)))
    return filled(trading, eventually, order.id)


def filled(trading: TradingClient, eventually: Callable[..., Any], order_id: Any) -> Any:
    return eventually(
        lambda: (order := trading.get_order_by_id(order_id)).status is OrderStatus.FILLED and order, "the fill"
    )


@shows("account")
def test_the_account_has_cash_and_power(trading: TradingClient) -> None:
    account = trading.get_account()
    assert (account.status, account.currency, account.trading_blocked) == ("ACTIVE", "USD", False)
    assert float(account.buying_power) > float(account.cash) > 0
    settings = trading.get_account_configurations()
    changed = trading.set_account_configurations(settings.model_copy(update={"no_shorting": True}))
    assert changed.no_shorting
    assert not trading.set_account_configurations(settings).no_shorting


@shows("clock and calendar")
def test_clock_and_calendar_agree(trading: TradingClient) -> None:
    clock = trading.get_clock()
    assert clock.is_open
    today = clock.timestamp.date()
    (day,) = trading.get_calendar(GetCalendarRequest(start=today, end=today))
    assert isinstance(day.date, date)
    assert (day.close.hour, day.close.minute) == (clock.next_close.hour, clock.next_close.minute)


@shows("assets")
def test_assets_are_found_by_symbol_by_id_and_by_class(trading: TradingClient) -> None:
    found = {
        asset.symbol: asset for asset in trading.get_all_assets(GetAssetsRequest(asset_class=AssetClass.US_EQUITY))
    }
    assert found["AAPL"].tradable
    assert trading.get_asset(found["AAPL"].id).symbol == "AAPL"
    with pytest.raises(APIError, match="asset not found for NOSUCH") as refused:
        trading.get_asset("NOSUCH")
    assert (refused.value.status_code, refused.value.code) == (404, 40410000)


@shows("market order")
def test_a_market_order_is_pending_first_and_fills(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    order = trading.submit_order(MarketOrderRequest(**fields()))
    assert order.status in {OrderStatus.PENDING_NEW, OrderStatus.ACCEPTED, OrderStatus.NEW}
    done = filled(trading, eventually, order.id)
    assert (done.filled_qty, done.order_type) == ("2", OrderType.MARKET)
    assert float(done.filled_avg_price) > 0


@shows("limit order")
@shows("cancel")
def test_a_limit_order_rests_is_listed_and_canceled(trading: TradingClient) -> None:
    order = trading.submit_order(LimitOrderRequest(**fields(limit_price=1.25, time_in_force=TimeInForce.GTC)))
    (listed,) = trading.get_orders(GetOrdersRequest(status=QueryOrderStatus.OPEN, symbols=["AAPL"]))
    assert (listed.id, listed.limit_price) == (order.id, "1.25")
    trading.cancel_order_by_id(order.id)
    assert trading.get_order_by_id(order.id).status is OrderStatus.CANCELED
    with pytest.raises(APIError) as refused:
        trading.cancel_order_by_id(order.id)
    assert (refused.value.status_code, refused.value.code) == (422, 42210000)


@shows("stop order")
def test_stops_of_every_kind_are_taken_on_the_right_side_of_the_price(
    trading: TradingClient, eventually: Callable[..., Any], price: float
) -> None:
    buy(trading, eventually, 6)
    low, high = round(price * 0.5, 2), round(price * 1.5, 2)
    sell = fields(side=OrderSide.SELL)
    stop = trading.submit_order(StopOrderRequest(**sell, stop_price=low))
    limit = trading.submit_order(StopLimitOrderRequest(**sell, stop_price=low, limit_price=low - 1))
    trail = trading.submit_order(TrailingStopOrderRequest(**sell, trail_percent=20))
    assert [order.order_type for order in (stop, limit, trail)] == [
        OrderType.STOP,
        OrderType.STOP_LIMIT,
        OrderType.TRAILING_STOP,
    ]
    assert float(trading.get_order_by_id(trail.id).hwm) > 0
    assert len(trading.get_orders()) == 3
    with pytest.raises(APIError, match="insufficient qty available"):
        trading.submit_order(MarketOrderRequest(**sell))
    assert high > low


@shows("bracket and OCO")
def test_a_bracket_holds_its_legs_until_the_entry_fills(
    trading: TradingClient, eventually: Callable[..., Any], price: float
) -> None:
    legs = {
        "order_class": OrderClass.BRACKET,
        "take_profit": TakeProfitRequest(limit_price=round(price * 1.5, 2)),
        "stop_loss": StopLossRequest(stop_price=round(price * 0.5, 2)),
        "time_in_force": TimeInForce.GTC,
    }
    entry = trading.submit_order(LimitOrderRequest(**fields(**legs, limit_price=round(price * 0.6, 2))))
    assert entry.order_class is OrderClass.BRACKET
    nested = trading.get_order_by_id(entry.id, GetOrderByIdRequest(nested=True))
    assert [leg.status for leg in nested.legs] == [OrderStatus.HELD, OrderStatus.HELD]
    trading.cancel_order_by_id(entry.id)
    eventually(lambda: not trading.get_orders(), "the end of the legs")

    entered = trading.submit_order(MarketOrderRequest(**fields(**legs)))
    filled(trading, eventually, entered.id)
    working = eventually(
        lambda: (
            (legs := trading.get_order_by_id(entered.id, GetOrderByIdRequest(nested=True)).legs)
            and OrderStatus.NEW in {leg.status for leg in legs}
            and legs
        ),
        "a working leg",
    )
    assert {leg.side for leg in working} == {OrderSide.SELL}


@shows("bracket and OCO")
def test_one_cancels_the_other(trading: TradingClient, eventually: Callable[..., Any], price: float) -> None:
    buy(trading, eventually, 2)
    pair = trading.submit_order(
        LimitOrderRequest(
            **fields(side=OrderSide.SELL, time_in_force=TimeInForce.GTC, order_class=OrderClass.OCO),
            take_profit=TakeProfitRequest(limit_price=round(price * 1.5, 2)),
            stop_loss=StopLossRequest(stop_price=round(price * 0.5, 2)),
        )
    )
    (leg,) = trading.get_order_by_id(pair.id, GetOrderByIdRequest(nested=True)).legs
    trading.cancel_order_by_id(pair.id)
    ended = {OrderStatus.CANCELED, OrderStatus.EXPIRED}
    eventually(lambda: trading.get_order_by_id(leg.id).status in ended, "the end of the other leg")


@shows("replace")
def test_a_replaced_order_names_the_one_before(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    first = trading.submit_order(LimitOrderRequest(**fields(limit_price=1.25, time_in_force=TimeInForce.GTC)))
    eventually(lambda: trading.get_order_by_id(first.id).status is OrderStatus.NEW, "the order in the book")
    second = trading.replace_order_by_id(first.id, ReplaceOrderRequest(qty=3, limit_price=1.5))
    assert second.replaces == first.id
    old = eventually(
        lambda: (order := trading.get_order_by_id(first.id)).status is OrderStatus.REPLACED and order, "the replacement"
    )
    assert old.replaced_by == second.id
    now = trading.get_order_by_id(second.id)
    assert (now.qty, now.limit_price) == ("3", "1.5")


@shows("client order id")
def test_a_client_order_id_finds_its_order_and_is_unique(trading: TradingClient) -> None:
    name = f"suite-{uuid.uuid4()}"
    order = trading.submit_order(LimitOrderRequest(**fields(limit_price=1.25, client_order_id=name)))
    assert trading.get_order_by_client_id(name).id == order.id
    with pytest.raises(APIError, match="client_order_id must be unique") as refused:
        trading.submit_order(LimitOrderRequest(**fields(limit_price=1.25, client_order_id=name)))
    assert (refused.value.status_code, refused.value.code) == (422, 40010001)


@shows("cancel")
def test_all_orders_are_canceled_at_once(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    made = {trading.submit_order(LimitOrderRequest(**fields(limit_price=1 + cents / 100))).id for cents in range(3)}
    answers = trading.cancel_orders()
    assert {answer.id for answer in answers} == made
    assert {answer.status for answer in answers} == {200}
    eventually(lambda: not trading.get_orders(), "the end of all orders")


@shows("positions")
def test_positions_are_seen_reduced_and_closed(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    buy(trading, eventually, 4)
    held = trading.get_open_position("AAPL")
    assert (held.qty, held.side) == ("4", "long")
    assert float(held.market_value) == pytest.approx(4 * float(held.current_price))
    filled(trading, eventually, trading.close_position("AAPL", ClosePositionRequest(percentage="50")).id)
    assert trading.get_open_position("AAPL").qty == "2"
    (closing,) = trading.close_all_positions(cancel_orders=True)
    assert (closing.symbol, closing.status) == ("AAPL", 200)
    eventually(lambda: not trading.get_all_positions(), "a flat account")
    with pytest.raises(APIError, match="position does not exist"):
        trading.get_open_position("AAPL")


@shows("positions")
def test_a_short_position_is_negative(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    filled(trading, eventually, trading.submit_order(MarketOrderRequest(**fields(side=OrderSide.SELL))).id)
    held = trading.get_open_position("AAPL")
    assert (held.qty, held.side) == ("-2", "short")
    assert float(held.market_value) < 0


@shows("fills and activities")
def test_activities_tell_of_the_fill_page_by_page(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    order = buy(trading, eventually, 1)
    rows = trading.get("/account/activities", {"activity_types": "FILL", "page_size": 1})
    assert (rows[0]["order_id"], rows[0]["qty"], rows[0]["side"]) == (str(order.id), "1", "buy")
    trading.close_all_positions()
    eventually(lambda: not trading.get_all_positions(), "a flat account")
    newest = trading.get("/account/activities/FILL", {"page_size": 1})
    older = trading.get("/account/activities/FILL", {"page_size": 1, "page_token": newest[0]["id"]})
    assert older[0]["id"] == rows[0]["id"]


@shows("account history")
def test_the_portfolio_has_a_history(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    asked = GetPortfolioHistoryRequest(period="1D", timeframe="1Min")
    told = eventually(lambda: (found := trading.get_portfolio_history(asked)).equity and found, "a minute of history")
    assert len(told.timestamp) == len(told.equity)
    assert told.base_value > 0


@shows("open orders and history")
def test_closed_orders_are_listed_newest_first(trading: TradingClient, eventually: Callable[..., Any]) -> None:
    mine = [buy(trading, eventually, 1).id for _ in range(2)]
    listed = trading.get_orders(GetOrdersRequest(status=QueryOrderStatus.CLOSED, limit=2))
    assert [order.id for order in listed] == mine[::-1]


@shows("errors of its own")
def test_refusals_are_api_errors_with_the_code_of_the_venue(trading: TradingClient, alpaca: dict[str, str]) -> None:
    refusals = (
        (LimitOrderRequest(**fields(limit_price=290.123)), 422, 42210000, "sub-penny"),
        (MarketOrderRequest(**fields(qty=10_000_000)), 403, 40310000, "insufficient buying power"),
    )
    for request, status, code, words in refusals:
        with pytest.raises(APIError, match=words) as refused:
            trading.submit_order(request)
        assert (refused.value.status_code, refused.value.code) == (status, code)
    stranger = TradingClient("PKSTRANGER", "no", paper=True, url_override=alpaca["rest"])
    with pytest.raises(APIError) as unknown:
        stranger.get_account()
    assert unknown.value.status_code in {401, 403}


@shows("rate limit")
def test_a_429_is_waited_out_and_the_order_is_made_once(
    trading: TradingClient, faults: Callable[..., None], operations: Callable[..., Any]
) -> None:
    faults(
        "alpaca", {"kind": "rate_limited", "retry_after_s": 1, "path": "/v2/orders", "method": "POST", "count_max": 1}
    )
    name = f"suite-{uuid.uuid4()}"
    trading.submit_order(LimitOrderRequest(**fields(limit_price=1.25, client_order_id=name)))
    assert len([line for line in operations("alpaca", "accepted") if line.get("client_order_id") == name]) == 1
