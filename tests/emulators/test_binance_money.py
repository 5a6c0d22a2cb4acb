"""Whatever is placed and whatever the market does: no unit of money appears or vanishes."""

from __future__ import annotations

from contextlib import suppress
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.emulators.small_binance import ALICE, OHLCV, SmallBinance

from seatrial.emulators.binance.list_intake import read_oco, read_otoco
from seatrial.emulators.binance.orders import Order
from seatrial.emulators.binance.parameters import Parameters
from seatrial.emulators.binance.refusals import Refusal
from seatrial.emulators.binance.spot_lists import SpotLists

UNIT = Decimal(1).scaleb(-8)

prices = st.decimals("80", "125", places=2, allow_nan=False)


@st.composite
def bars(draw: st.DrawFn) -> OHLCV:
    """A minute that may go anywhere."""
    first, last, one, other = (draw(prices) for _ in range(4))
    volume = draw(st.decimals("0.00004", "60", places=5, allow_nan=False))
    row = (first, max(first, last, one, other), min(first, last, one, other), last, volume)
    return tuple(str(number) for number in row)  # type: ignore[return-value]


KINDS = (
    "MARKET",
    "BUDGET",
    "LIMIT",
    "IOC",
    "FOK",
    "LIMIT_MAKER",
    "STOP_LOSS",
    "TAKE_PROFIT",
    "STOP_LOSS_LIMIT",
    "TRAIL",
)
MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")


@st.composite
def orders(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """An order of any kind."""
    kind = draw(st.sampled_from(KINDS))
    side = draw(st.sampled_from(["BUY", "SELL"]))
    quantity = str(draw(st.decimals("0.1", "400", places=5, allow_nan=False)))
    price = str(draw(prices))
    match kind:
        case "MARKET":
            return side, "MARKET", {"quantity": quantity}
        case "BUDGET":
            return side, "MARKET", {"quoteOrderQty": quantity}
        case "IOC" | "FOK":
            mode = draw(st.sampled_from(MODES))
            values = {"quantity": quantity, "price": price, "timeInForce": kind, "selfTradePreventionMode": mode}
            return side, "LIMIT", values
        case "STOP_LOSS_LIMIT":
            stop = str(draw(prices))
            return side, kind, {"quantity": quantity, "price": price, "stopPrice": stop, "timeInForce": "GTC"}
        case "TRAIL":
            return side, "STOP_LOSS", {"quantity": quantity, "trailingDelta": str(draw(st.integers(10, 2000)))}
        case "STOP_LOSS" | "TAKE_PROFIT":
            return side, kind, {"quantity": quantity, "stopPrice": price}
        case _:
            mode = draw(st.sampled_from(MODES))
            return side, kind, {"quantity": quantity, "price": price, "selfTradePreventionMode": mode}


@st.composite
def pairs(draw: st.DrawFn) -> dict[str, str]:
    """One cancels the other, or both wait for a third."""
    quantity, low, high = str(draw(st.decimals("0.1", "4", places=5))), str(draw(prices)), str(draw(prices))
    legs = {"aboveType": "LIMIT_MAKER", "abovePrice": high, "belowType": "STOP_LOSS", "belowStopPrice": low}
    if draw(st.booleans()):
        return {"symbol": "BTCUSDT", "side": "SELL", "quantity": quantity, **legs}
    working = {"workingType": "LIMIT", "workingSide": "BUY", "workingTimeInForce": "GTC", "workingQuantity": quantity}
    pending = {f"pending{name[0].upper()}{name[1:]}": value for name, value in legs.items()}
    shared = {"symbol": "BTCUSDT", "pendingSide": "SELL", "pendingQuantity": quantity}
    return {**shared, **working, "workingPrice": str(draw(prices)), **pending}


def place_pair(market: SmallBinance, values: dict[str, str]) -> list[Order]:
    """Place a list past the doors; nothing where the venue refuses it."""
    read = read_oco if "quantity" in values else read_otoco
    try:
        group = SpotLists(market.spot).place(market.alice, read(Parameters(values), market.venue.markets.rules))
    except Refusal:
        return []
    return market.alice.members(group)


step = st.tuples(st.integers(1, 40), st.lists(orders(), max_size=3), st.booleans(), st.none() | pairs())
steps = st.lists(step, min_size=1, max_size=8)


@settings(max_examples=60)
@given(rows=st.lists(bars(), min_size=4, max_size=4), script=steps)
def test_balances_are_the_deposits_and_the_trades_and_never_negative(
    rows: list[OHLCV], script: list[tuple[int, list[tuple[str, str, dict[str, str]]], bool, dict[str, str] | None]]
) -> None:
    market = SmallBinance(rows)
    at = 0
    placed: list[Order] = []
    for seconds, drafts, cancels, pair in script:
        at = min(239, at + seconds)
        market.to(at)
        for side, kind, values in drafts:
            with suppress(Refusal):
                placed.append(market.place(side, kind, **values))
        if pair is not None:
            placed += place_pair(market, pair)
        if cancels and market.alice.open_orders():
            market.spot.cancel_all(market.alice, "BTCUSDT")
        check(market, placed)
    market.to(240)
    if market.alice.open_orders():
        market.spot.cancel_all(market.alice, "BTCUSDT")
    check(market, placed)
    assert (market.locked("USDT"), market.locked("BTC")) == (0, 0)


def check(market: SmallBinance, placed: list[Order]) -> None:
    """The equation of every wallet, worked out from its trades alone."""
    expected = dict(ALICE.deposits)
    for trade in market.alice.trades:
        value = trade.price * trade.qty
        if trade.side == "BUY":
            fee = (trade.qty / 1_000).quantize(UNIT, ROUND_FLOOR)
            expected["USDT"] -= value.quantize(UNIT, ROUND_CEILING)
            expected["BTC"] += trade.qty - fee
        else:
            value = value.quantize(UNIT, ROUND_FLOOR)
            expected["BTC"] -= trade.qty
            expected["USDT"] += value - (value / 1_000).quantize(UNIT, ROUND_FLOOR)
    for asset, total in expected.items():
        held = market.alice.wallet.of(asset)
        assert held.free + held.locked == total
        assert held.free >= 0
        locks = [order.reserved for order in market.alice.open_orders() if order.reserved_asset == asset]
        assert held.locked == sum(locks)
    for order in placed:
        assert order.executed == sum(trade.qty for trade in market.alice.trades if trade.order_id == order.order_id)
