"""Dividends as the venue itself records them: read from Alpaca's activities, and what they explain of the balances."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest
from httpx_ws.transport import ASGIWebSocketTransport
from tests.emulators.alpaca_house import House, in_house
from tests.emulators.small_markets import OPEN_NS, flat_bars, session
from tests.venues.stages import ACCOUNT, KEY, SECRET, adapter

from seatrial.domain.faults import VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import us_equity
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import DAY_NS, rfc3339
from seatrial.emulators.alpaca.app import AlpacaAccount
from seatrial.emulators.alpaca.corporate_actions import ListedAction
from seatrial.runs.virtual_time import VirtualClock
from seatrial.venues.alpaca.client import AlpacaVenue
from seatrial.venues.payments import TellsPayments
from seatrial.venues.reconcile import reconcile
from seatrial.venues.truth import OurTruth, TheirTruth

SPY = us_equity("SPY")
DAYS = [OPEN_NS + day * DAY_NS for day in range(2)]
BARS = [bar for start_ns in DAYS for bar in flat_bars("SPY", 5, start_ns=start_ns)]
SESSIONS = [session(f"2019-02-1{1 + day}", 5, start_ns) for day, start_ns in enumerate(DAYS)]
ACCOUNTS = [AlpacaAccount("ledger", KEY, SECRET)]


def dividend(rate: str) -> ListedAction:
    return ListedAction("cash_dividend", "SPY", "2019-02-12", rate=Decimal(rate))


def connected(house: House) -> AlpacaVenue:
    http = httpx.AsyncClient(transport=ASGIWebSocketTransport(house.venue.app))
    venue = adapter("alpaca", http, VirtualClock(house.loop), SPY)
    assert isinstance(venue, AlpacaVenue)
    return venue


async def over_night(house: House) -> None:
    house.client.headers["APCA-API-KEY-ID"], house.client.headers["APCA-API-SECRET-KEY"] = KEY, SECRET
    await house.until(2)
    await house.order(qty="10")
    await house.until(86_400 + 60)


def test_dividends_are_read_from_the_account_s_activities_and_explain_its_cash() -> None:
    async def scene(house: House) -> None:
        venue = connected(house)
        opening = await venue.balances()
        await over_night(house)
        assert isinstance(venue, TellsPayments)
        (payment,) = payments = await venue.payments_since(OPEN_NS)
        assert (payment.kind, payment.symbol, payment.amount_units) == ("DIV", "SPY", 37 * CASH_SCALE // 10)
        assert rfc3339(payment.at_ns) == "2019-02-12T05:00:00Z"
        now, fills = await venue.balances(), await venue.fills_since(OPEN_NS, [Symbol("SPY")])
        ours = OurTruth(
            ACCOUNT, OPEN_NS + DAY_NS, opening.account_ref, {SPY.symbol: SPY}, {}, {}, opening.holdings, opening.cash
        )
        theirs = TheirTruth(now.account_ref, {}, frozenset(), fills, OPEN_NS, now.holdings, now.cash, payments)
        assert [type(each).__name__ for each in reconcile(ours, theirs)] == ["FillMissed", "PaymentMissed"]
        assert await venue.payments_since(payment.at_ns + 1) == []

    in_house(scene, BARS, SESSIONS, accounts=ACCOUNTS, corporate_actions=[dividend("0.37")])


def test_payments_are_read_over_all_pages_and_none_twice() -> None:
    rates = [f"0.{cents}" for cents in range(10, 99)] * 3

    async def scene(house: House) -> None:
        venue = connected(house)
        await over_night(house)
        payments = await venue.payments_since(OPEN_NS)
        assert len({payment.payment_id for payment in payments}) == len(payments) == len(rates) == 267
        assert sum(payment.amount_units for payment in payments) == sum(Decimal(rate) for rate in rates) * 10**9

    in_house(scene, BARS, SESSIONS, accounts=ACCOUNTS, corporate_actions=[dividend(rate) for rate in rates])


ROW = {"id": "20190801011955195::a", "activity_type": "DIV", "date": "2019-08-01", "net_amount": "1.02", "symbol": "T"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [("T", 102_000_000)]),
        ({"activity_type": "DIVNRA", "net_amount": "-0.15"}, [("T", -15_000_000)]),
        ({"activity_type": "FEE", "net_amount": "-0.01", "symbol": None}, [(None, -1_000_000)]),
        ({"status": "canceled"}, []),
        ({"net_amount": "0"}, []),
        ({"created_at": "2019-07-31T23:00:00Z"}, []),
        ({"net_amount": "0.000000001"}, None),
        ({"date": "yesterday"}, None),
        ({"net_amount": "much"}, None),
    ],
)
def test_a_row_is_read_as_alpaca_documents_it_or_not_at_all(
    change: dict[str, object], expected: list[tuple[str | None, int]] | None
) -> None:
    """The row is the one of Alpaca's documentation of non-trade activities."""

    async def scene(house: House) -> None:
        answered = httpx.MockTransport(lambda _: httpx.Response(200, json=[ROW | change]))
        venue = adapter("alpaca", httpx.AsyncClient(transport=answered), VirtualClock(house.loop), SPY)
        assert isinstance(venue, AlpacaVenue)
        since_ns = 1_564_617_600 * 10**9  # 2019-08-01
        if expected is None:
            with pytest.raises(VenueUnreadable):
                await venue.payments_since(since_ns)
            return
        assert [(each.symbol, each.amount_units) for each in await venue.payments_since(since_ns)] == expected

    in_house(scene)
