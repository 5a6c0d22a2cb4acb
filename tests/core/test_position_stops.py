"""Stop-loss and trailing stop of a position: every filled entry has one, a gap is met at its price, none is lost."""

from dataclasses import replace

import pytest
from tests.core.desk import Desk, approved

from seatrial.domain.effects import Approved
from seatrial.domain.limits import RiskLimits
from seatrial.domain.orders import OrderStatus, OrderType, Side

FIXED = RiskLimits(enable_trailing_stop=False)  # 3 % of the average cost


@pytest.mark.parametrize("parts", [("20",), ("5", "15"), ("1", "1", "18")])
def test_every_filled_entry_has_its_stop_however_it_was_filled(parts: tuple[str, ...]) -> None:
    desk = Desk(FIXED)
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "buy", "20"))
    desk.works(order)
    for part in parts:
        desk.fill(order, "170", part)
    assert desk.bar("AAPL", "164.91") == ()  # 2.99 % down

    stop = approved(desk.bar("AAPL", "164.90"))

    assert (stop.side, stop.qty_units, stop.type, stop.reason) == (Side.SELL, 20 * 10**9, OrderType.MARKET, "stop_loss")


def test_an_entry_that_is_half_filled_has_its_stop_and_the_rest_is_taken_back() -> None:
    desk = Desk(FIXED)
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "buy", "20", limit="170"))
    desk.works(order)
    desk.fill(order, "170", "8")

    (cancel,) = desk.bar("AAPL", "160")
    stop = approved(desk.report(order, OrderStatus.CANCELED))

    assert cancel.client_order_id == order.client_order_id  # type: ignore[union-attr]
    assert (stop.side, stop.qty_units) == (Side.SELL, 8 * 10**9)


def test_a_gap_through_the_stop_closes_at_the_market_and_never_at_the_stops_price() -> None:
    desk = Desk(FIXED)
    desk.hold("AAPL", "20", "170")

    stop = approved(desk.bar("AAPL", "120"))  # the stop was at 164.90

    assert (stop.type, stop.limit_units, stop.stop_units) == (OrderType.MARKET, 0, 0)
    desk.works(stop)
    desk.fill(stop, "119")
    assert desk.qty("AAPL") == 0


def test_a_short_has_its_stop_above() -> None:
    desk = Desk(FIXED)
    desk.bar("AAPL", "170")
    order = approved(desk.order("AAPL", "sell", "10"))
    desk.works(order)
    desk.fill(order, "170")
    assert desk.bar("AAPL", "175.09") == ()

    stop = approved(desk.bar("AAPL", "175.10"))
    assert (stop.side, stop.qty_units) == (Side.BUY, 10 * 10**9)


def test_a_trailing_stop_follows_the_best_close_and_never_back() -> None:
    desk = Desk(replace(FIXED, enable_trailing_stop=True))  # 2 %
    desk.hold("AAPL", "20", "170")
    for price in ("180", "178", "177"):
        assert desk.bar("AAPL", price) == ()

    stop = approved(desk.bar("AAPL", "176.40"))  # 2 % under 180
    assert stop.reason == "stop_loss"


def test_a_stop_that_the_venue_rejected_is_asked_for_again_with_the_next_price() -> None:
    desk = Desk(FIXED)
    desk.hold("AAPL", "20", "170")
    stop = approved(desk.bar("AAPL", "160"))
    desk.works(stop)
    desk.report(stop, OrderStatus.REJECTED)

    again = [effect for effect in desk.bar("AAPL", "159") if isinstance(effect, Approved)]

    assert [(one.side, one.qty_units) for one in again] == [(Side.SELL, 20 * 10**9)]
