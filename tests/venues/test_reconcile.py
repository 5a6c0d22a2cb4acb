"""Reconciliation converges in one pass, whatever the two truths are, and never guesses."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.domain.facts import Command, Fill, Report, Transfer
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol, VenueOrderId
from seatrial.domain.instrument import binance_spot
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import OrderStatus, OrderType, Side
from seatrial.venues.booking import booked, payment_of
from seatrial.venues.findings import (
    CashBreak,
    FillMissed,
    ForeignOrder,
    ForeignPosition,
    OrderMissingAtVenue,
    OrderStatusBehind,
    OrderUnknownResolved,
    PaymentMissed,
    PositionBreak,
    VenueEpochChanged,
    ViewsTorn,
)
from seatrial.venues.payments import VenuePayment
from seatrial.venues.port import VenueFill, VenueOrder
from seatrial.venues.reconcile import reconcile
from seatrial.venues.truth import OurOrder, OurTruth, TheirTruth

BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
USDT, COIN = Currency("USDT"), Currency("BTC")
ONE = BTC.qty_scale
ORDER = ClientOrderId("ELEGANT-LAMP")
NOTHING_KNOWN = OurTruth(AccountId("crypto"), 1_000, "uid-1", {BTC.symbol: BTC}, {}, {}, {}, {})
NOTHING_TOLD = TheirTruth("uid-1", {}, frozenset(), (), 0, {}, {})


def our_order(status: OrderStatus, *, filled: int = 0, in_flight: bool = False) -> dict[ClientOrderId, OurOrder]:
    return {ORDER: OurOrder(ORDER, BTC.symbol, 2 * ONE, filled, status, in_flight)}


def their_order(
    status: OrderStatus, *, filled: int = 0, client: ClientOrderId = ORDER
) -> dict[ClientOrderId, VenueOrder]:
    order = VenueOrder(
        client, VenueOrderId("7"), BTC.symbol, Side.BUY, OrderType.MARKET, 2 * ONE, filled, status, updated_ns=900
    )
    return {client: order}


def trade(execution: str, *, qty: int = ONE, fee: int = 0, at_ns: int = 800, client: str = ORDER) -> VenueFill:
    price = BTC.parse_price("60000.01")
    return VenueFill(
        ExecutionId(execution),
        ClientOrderId(client),
        VenueOrderId("7"),
        BTC.symbol,
        Side.BUY,
        qty,
        price,
        fee,
        COIN,
        at_ns,
    )


def test_two_equal_truths_give_no_finding() -> None:
    assert reconcile(NOTHING_KNOWN, NOTHING_TOLD) == []


def test_a_lost_answer_is_resolved_by_the_venues_word() -> None:
    ours = replace(NOTHING_KNOWN, orders=our_order(OrderStatus.UNKNOWN))
    theirs = replace(NOTHING_TOLD, orders=their_order(OrderStatus.WORKING))

    (finding,) = reconcile(ours, theirs)

    assert isinstance(finding, OrderUnknownResolved)
    assert finding.facts == (Report(900, ORDER, OrderStatus.WORKING, VenueOrderId("7")),)


def test_an_unknown_order_the_venue_never_heard_of_is_rejected() -> None:
    ours = replace(NOTHING_KNOWN, orders=our_order(OrderStatus.UNKNOWN))

    (finding,) = reconcile(ours, replace(NOTHING_TOLD, absent=frozenset({ORDER})))

    assert isinstance(finding, OrderMissingAtVenue)
    assert finding.facts[0].status == OrderStatus.REJECTED  # type: ignore[union-attr]


def test_an_order_nobody_asked_about_is_not_declared_missing() -> None:
    assert reconcile(replace(NOTHING_KNOWN, orders=our_order(OrderStatus.UNKNOWN)), NOTHING_TOLD) == []


def test_an_order_in_flight_is_left_alone() -> None:
    ours = replace(NOTHING_KNOWN, orders=our_order(OrderStatus.UNKNOWN, in_flight=True))

    assert reconcile(ours, replace(NOTHING_TOLD, absent=frozenset({ORDER}))) == []


def test_a_cancel_we_did_not_hear_of_is_reported() -> None:
    ours = replace(NOTHING_KNOWN, orders=our_order(OrderStatus.WORKING))

    (finding,) = reconcile(ours, replace(NOTHING_TOLD, orders=their_order(OrderStatus.CANCELED)))

    assert isinstance(finding, OrderStatusBehind)


def test_an_order_is_not_called_done_before_its_trades_are_in() -> None:
    ours = replace(NOTHING_KNOWN, orders=our_order(OrderStatus.WORKING))
    theirs = replace(NOTHING_TOLD, orders=their_order(OrderStatus.FILLED, filled=2 * ONE), fills=[trade("1")])

    first, second = reconcile(ours, theirs)

    assert isinstance(first, FillMissed)
    assert isinstance(second, ViewsTorn)


def test_a_missed_fill_explains_position_and_cash_to_the_unit() -> None:
    ours = replace(NOTHING_KNOWN, orders=our_order(OrderStatus.WORKING), cash={USDT: 100_000 * CASH_SCALE})
    theirs = replace(
        NOTHING_TOLD,
        orders=their_order(OrderStatus.PARTIALLY_FILLED, filled=ONE),
        fills=[trade("1", fee=ONE // 1000)],
        holdings={BTC.symbol: ONE - ONE // 1000},
        cash={USDT: 100_000 * CASH_SCALE - 60_000_01 * CASH_SCALE // 100},
    )

    (finding,) = reconcile(ours, theirs)

    assert isinstance(finding, FillMissed)
    assert isinstance(finding.facts[0], Fill)


def paid(name: str, units: int, at_ns: int = 700) -> VenuePayment:
    return VenuePayment(name, "DIV", at_ns, USDT, units, BTC.symbol)


def test_a_dividend_explains_cash_to_the_unit_and_is_booked_once() -> None:
    theirs = replace(NOTHING_TOLD, payments=[paid("2019::b", -3, 800), paid("2019::a", 370)], cash={USDT: 367})

    findings = reconcile(NOTHING_KNOWN, theirs)

    assert [type(each) for each in findings] == [PaymentMissed, PaymentMissed]
    first, second = (each.facts[0] for each in findings)
    assert first == Transfer(1_000, AccountId("crypto"), USDT, 370, reason="payment 2019::a DIV BTCUSDT")
    assert isinstance(second, Transfer)
    assert [payment_of(first), payment_of(second)] == ["2019::a", "2019::b"]
    assert reconcile(booked(NOTHING_KNOWN, findings), theirs) == []


def test_missed_trades_come_oldest_first_and_by_number() -> None:
    theirs = replace(NOTHING_TOLD, fills=[trade("10"), trade("9"), trade("11", at_ns=700)])

    found = [f.execution_id for f in reconcile(NOTHING_KNOWN, theirs) if isinstance(f, FillMissed)]

    assert found == ["11", "9", "10"]


def test_balances_are_not_compared_while_a_booked_trade_is_missing_in_their_history() -> None:
    ours = replace(NOTHING_KNOWN, fills={(BTC.symbol, ExecutionId("5")): 950}, holdings={BTC.symbol: ONE})

    (finding,) = reconcile(ours, NOTHING_TOLD)

    assert isinstance(finding, ViewsTorn)


def test_the_first_meeting_finds_the_opening_balance() -> None:
    ours = replace(NOTHING_KNOWN, account_ref="")

    (finding,) = reconcile(ours, replace(NOTHING_TOLD, cash={USDT: 5 * CASH_SCALE}))

    assert isinstance(finding, CashBreak)
    assert isinstance(finding.facts[0], Transfer)


def test_a_manual_trade_is_a_position_break() -> None:
    (finding,) = reconcile(NOTHING_KNOWN, replace(NOTHING_TOLD, holdings={BTC.symbol: ONE}))

    assert isinstance(finding, PositionBreak)
    assert finding.facts == (Transfer(1_000, AccountId("crypto"), COIN, ONE, BTC.symbol, "reconciliation"),)


def test_a_holding_that_is_not_ours_to_trade_is_named_once() -> None:
    theirs = replace(NOTHING_TOLD, holdings={Symbol("DOGEUSDT"): 3})

    findings = reconcile(NOTHING_KNOWN, theirs)

    assert findings == [ForeignPosition(Symbol("DOGEUSDT"), 3)]
    assert reconcile(booked(NOTHING_KNOWN, findings), theirs) == []


def test_a_foreign_order_is_named_once() -> None:
    theirs = replace(NOTHING_TOLD, orders=their_order(OrderStatus.WORKING, client=ClientOrderId("by-hand")))

    findings = reconcile(NOTHING_KNOWN, theirs)

    assert [type(f) for f in findings] == [ForeignOrder]
    assert reconcile(booked(NOTHING_KNOWN, findings), theirs) == []


def test_another_account_is_a_new_epoch_and_halts() -> None:
    (finding,) = reconcile(NOTHING_KNOWN, replace(NOTHING_TOLD, account_ref="uid-2", cash={USDT: 1}))

    assert isinstance(finding, VenueEpochChanged)
    assert isinstance(finding.facts[0], Command)


# ------------------------------------------------------------------ properties

IDS = [ClientOrderId(name) for name in ("ANGULAR-DESK", "ELEGANT-LAMP", "ROUND-TABLE", "TALL-CHAIR")]
STATUSES = st.sampled_from(list(OrderStatus))
TOLD_STATUSES = st.sampled_from([status for status in OrderStatus if status >= OrderStatus.WORKING])
TRADES = st.builds(
    trade,
    st.integers(1, 12).map(str),
    qty=st.integers(1, ONE),
    fee=st.integers(0, 1000),
    at_ns=st.integers(0, 999),
    client=st.sampled_from([*IDS, "by-hand"]),
)
HOLDINGS = st.dictionaries(st.sampled_from([BTC.symbol, Symbol("DOGEUSDT")]), st.integers(-ONE, ONE))
CASH = st.dictionaries(st.sampled_from([USDT, Currency("BNB")]), st.integers(0, 10**15))


PAYMENTS = st.lists(
    st.builds(paid, st.integers(1, 9).map(str), st.integers(-1000, 1000), st.integers(0, 999)),
    max_size=4,
    unique_by=lambda payment: payment.payment_id,
)


@st.composite
def truths(draw: st.DrawFn) -> tuple[OurTruth, TheirTruth]:
    fills = {fill.execution_id: fill for fill in draw(st.lists(TRADES, max_size=8))}
    heard = [fill for fill in fills.values() if draw(st.booleans())]
    orders = {
        name: OurOrder(name, BTC.symbol, 2 * ONE, draw(st.integers(0, ONE)), draw(STATUSES), draw(st.booleans()))
        for name in draw(st.sets(st.sampled_from(IDS)))
    }
    payments = draw(PAYMENTS)
    told: dict[ClientOrderId, VenueOrder] = {}
    for name in draw(st.sets(st.sampled_from([*IDS, ClientOrderId("by-hand")]))):
        told |= their_order(draw(TOLD_STATUSES), filled=draw(st.integers(0, 2 * ONE)), client=name)
    ours = replace(
        NOTHING_KNOWN,
        orders=orders,
        fills={(fill.symbol, fill.execution_id): fill.at_ns for fill in heard},
        holdings=draw(HOLDINGS),
        cash=draw(CASH),
        account_ref=draw(st.sampled_from(["", "uid-1", "uid-2"])),
        payments=frozenset(payment.payment_id for payment in payments if draw(st.booleans())),
    )
    absent = frozenset(draw(st.sets(st.sampled_from(IDS)))) - told.keys()
    theirs = TheirTruth("uid-1", told, absent, list(fills.values()), 0, draw(HOLDINGS), draw(CASH), payments)
    return ours, theirs


@given(truths())
@settings(max_examples=300, deadline=None)
def test_one_pass_converges_and_a_second_finds_nothing_to_repair(pair: tuple[OurTruth, TheirTruth]) -> None:
    ours, theirs = pair

    first = reconcile(ours, theirs)
    if first and isinstance(first[0], VenueEpochChanged):
        first += reconcile(booked(ours, first), theirs)
    second = reconcile(booked(ours, first), theirs)

    assert all(isinstance(finding, ViewsTorn) for finding in second)


@given(truths())
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_the_venue_tells_does_not_matter(pair: tuple[OurTruth, TheirTruth]) -> None:
    ours, theirs = pair
    backwards = replace(
        theirs,
        fills=theirs.fills[::-1],
        orders=dict(reversed(theirs.orders.items())),
        payments=theirs.payments[::-1],
    )

    assert reconcile(ours, theirs) == reconcile(ours, backwards)


@given(truths())
@settings(max_examples=100, deadline=None)
def test_an_order_in_flight_is_never_repaired(pair: tuple[OurTruth, TheirTruth]) -> None:
    ours, theirs = pair

    reported = {f.client_order_id for found in reconcile(ours, theirs) for f in found.facts if isinstance(f, Report)}

    assert not any(ours.orders[name].in_flight for name in reported)


@given(truths())
@settings(max_examples=60, deadline=None)
def test_it_is_pure_asking_twice_finds_the_same_and_changes_neither_truth(pair: tuple[OurTruth, TheirTruth]) -> None:
    ours, theirs = pair
    before = deepcopy(pair)

    assert reconcile(ours, theirs) == reconcile(ours, theirs)
    assert (ours, theirs) == before


@given(truths())
@settings(max_examples=60, deadline=None)
def test_it_is_idempotent_trades_and_statuses_booked_twice_are_booked_once(pair: tuple[OurTruth, TheirTruth]) -> None:
    ours, theirs = pair
    repairs = (FillMissed, OrderUnknownResolved, OrderMissingAtVenue, OrderStatusBehind)
    findings = [finding for finding in reconcile(ours, theirs) if isinstance(finding, repairs)]
    once = booked(ours, findings)

    assert booked(once, findings) == once
