"""The books beside the machine: whatever happens, they say what it says, to the unit, and every period adds up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk import COINS, INSTRUMENTS, STOCKS, Desk
from tests.core.test_machine import PRICES, WIDE

from seatrial.core import records as r
from seatrial.domain.effects import Approved
from seatrial.domain.facts import BarClosed, Fill, Transfer
from seatrial.domain.ids import ClientOrderId, ExecutionId
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import Side
from seatrial.domain.time import Instant
from seatrial.journal.port import Entry
from seatrial.services.observability.book_periods import PERIODS
from seatrial.services.observability.books import AccountBook
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.observability.exposure import exposures
from seatrial.services.observability.limits import limit_uses
from seatrial.services.observability.pnl import pnl_of, win_rate
from seatrial.services.observability.risk_state import risk_state


class Still:
    """A clock that stands."""

    def now_ns(self) -> Instant:
        return Instant(1)


def chronicle_of(desk: Desk) -> Chronicle:
    """Everything the machine was told, as its committed entries."""
    machine = desk.machine
    chronicle = Chronicle(machine.accounts, machine.instruments, Still())
    for seq, (fact, effects) in enumerate(desk.told, 1):
        chronicle.committed(Entry(seq, fact, effects))
    return chronicle


moves = st.lists(
    st.tuples(
        st.sampled_from(["bar", "bar", "trade", "trade", "again", "deposit", "order"]),
        st.sampled_from(list(INSTRUMENTS)),
        st.integers(-40, 40),
        st.sampled_from([1, 1, 60, 1_440, 12_000]),
    ),
    max_size=40,
)


def live(desk: Desk, script: list[tuple[str, str, int, int]]) -> None:
    """Bars over days, trades with fees in cash and in coin, repetitions, deposits."""
    trades: list[Fill] = []
    for verb, symbol, number, minutes in script:
        account, instrument = INSTRUMENTS[symbol]
        if verb == "bar":
            desk.bar(symbol, str(PRICES[symbol] + number), minutes)
        elif verb == "trade" and number:
            trades.append(trade(desk, symbol, number, len(trades)))
            desk.tell(trades[-1])
        elif verb == "again" and trades:
            desk.tell(trades[number % len(trades)])
        elif verb == "deposit":
            desk.tell(Transfer(desk.now_ns, account, instrument.quote, number * CASH_SCALE))
        elif verb == "order" and number:
            desk.order(symbol, "buy" if number > 0 else "sell", "1")


def trade(desk: Desk, symbol: str, number: int, count: int) -> Fill:
    account, instrument = INSTRUMENTS[symbol]
    in_coin = symbol == "BTCUSDT" and number % 2 == 0
    return Fill(
        at_ns=desk.now_ns,
        account=account,
        client_order_id=ClientOrderId("by-hand"),
        execution_id=ExecutionId(f"t{count}"),
        symbol=instrument.symbol,
        side=Side.BUY if number > 0 else Side.SELL,
        qty_units=abs(number) * instrument.lot_units,
        price_units=(PRICES[symbol] + number) * instrument.price_scale,
        fee_units=abs(number),
        fee_currency=Currency("BTC") if in_coin else instrument.quote,
    )


def books_of(desk: Desk) -> list[AccountBook]:
    return list(chronicle_of(desk).books.accounts.values())


@settings(max_examples=80)
@given(moves)
def test_the_books_are_the_machines_to_the_unit(script: list[tuple[str, str, int, int]]) -> None:
    desk = Desk(WIDE)
    live(desk, script)

    for book in books_of(desk):
        machine, account = desk.machine, book.account
        assert book.cash_units == machine.cash(account.id, account.currency)
        assert book.equity_units == machine.equity_units(account.id)
        for symbol, holding in book.holdings.items():
            view = machine.position(account.id, symbol)
            assert holding.qty_units == view.qty_units
            assert int(holding.row[r.P_COST]) == view.cost_units
            assert int(holding.row[r.P_REALIZED]) == view.realized_units
            assert int(holding.row[r.P_FEES]) == view.fees_units


@settings(max_examples=80)
@given(moves)
def test_every_periods_parts_add_up_and_its_total_is_what_risk_counts(script: list[tuple[str, str, int, int]]) -> None:
    desk = Desk(WIDE)
    live(desk, script)

    for book in books_of(desk):
        state = risk_state(desk.machine, book.account.id)
        losses = (state.day_loss_units, state.week_loss_units, state.month_loss_units)
        for period, lost in zip(PERIODS, losses, strict=False):
            found = pnl_of(book, period)
            assert found.total_units == (None if lost is None else -lost)
            if found.unrealized_units is not None and found.total_units is not None:
                assert found.realized_units + found.unrealized_units == found.total_units
        everything = pnl_of(book, "all")
        assert everything.realized_units + (everything.open_units or 0) == everything.total_units


@settings(max_examples=60)
@given(moves)
def test_what_the_fills_realised_is_the_sum_by_symbol_and_the_total(script: list[tuple[str, str, int, int]]) -> None:
    desk = Desk(WIDE)
    live(desk, script)
    chronicle = chronicle_of(desk)

    for account, book in chronicle.books.accounts.items():
        kept = [one for one in chronicle.fills.newest_first() if one.fill.account == account]
        by_symbol = {symbol: int(holding.row[r.P_REALIZED]) for symbol, holding in book.holdings.items()}
        cash_fees = sum(one.fill.fee_units for one in kept if one.fill.fee_currency == book.account.currency)
        assert sum(one.realized_units for one in kept) == book.realized_units
        assert sum(by_symbol.values()) - cash_fees == book.realized_units
        assert all(sum(units for _, units in one.shares) == one.fill.side * one.fill.qty_units for one in kept)


@settings(max_examples=60)
@given(moves)
def test_exposure_adds_up_and_is_what_the_machine_holds(script: list[tuple[str, str, int, int]]) -> None:
    desk = Desk(WIDE)
    live(desk, script)

    for account, found in zip(desk.machine.accounts, exposures(desk.machine), strict=True):
        values = [view.market_value_units for view in desk.machine.positions() if view.account == account.id]
        assert found.net_units == sum(values)
        assert found.gross_units == sum(abs(value) for value in values) <= found.worst_units
        assert found.long_units - found.short_units == found.net_units


@settings(max_examples=40)
@given(moves)
def test_equity_points_go_forward_and_end_with_the_present(script: list[tuple[str, str, int, int]]) -> None:
    desk = Desk(WIDE)
    live(desk, script)
    chronicle = chronicle_of(desk)

    for book in chronicle.books.accounts.values():
        points = chronicle.equity.of(book, 0, 10_000)
        times = [point.at_ns for point in points]
        assert times == sorted(set(times))
        if points:
            assert (points[-1].at_ns, points[-1].equity_units) == (book.as_of_ns, book.equity_units)


def test_a_replayed_chronicle_says_what_the_live_one_said_but_for_our_own_clock() -> None:
    desk = Desk(WIDE)
    desk.hold("AAPL", "5", "170")
    desk.bar("AAPL", "175")
    machine = desk.machine
    replayed = Chronicle(machine.accounts, machine.instruments, Still())
    for seq, (fact, effects) in enumerate(desk.told, 1):
        replayed.replayed(Entry(seq, fact, effects))
    live_one = chronicle_of(desk)

    assert replayed.books.accounts[STOCKS].equity_units == live_one.books.accounts[STOCKS].equity_units
    (order,) = [effect for _, effects in desk.told for effect in effects if isinstance(effect, Approved)]
    journey, told = (one.journeys.find(order.client_order_id) for one in (live_one, replayed))
    assert journey is not None
    assert told is not None
    assert journey.intent.recorded_ns == 1
    assert told.intent.recorded_ns is None
    assert [kept.seq for kept in journey.fills] == [kept.seq for kept in told.fills]


def test_a_holding_that_came_by_transfer_has_no_cost_and_no_invented_profit() -> None:
    desk = Desk(WIDE)
    desk.bar("BTCUSDT", "100000")
    desk.tell(Transfer(desk.now_ns, COINS, Currency("BTC"), 10**8, INSTRUMENTS["BTCUSDT"][1].symbol))
    desk.bar("BTCUSDT", "100100")
    book = chronicle_of(desk).books.accounts[COINS]

    assert book.unrealized_units is None
    assert pnl_of(book, "all").open_units is None
    assert pnl_of(book, "today").total_units == 100 * CASH_SCALE


def test_a_trade_closed_at_a_loss_is_counted_and_not_won() -> None:
    desk = Desk(WIDE)
    desk.hold("AAPL", "1", "170")
    desk.bar("AAPL", "172")
    desk.tell(trade(desk, "AAPL", -1, 7))
    book = chronicle_of(desk).books.accounts[STOCKS]
    today = pnl_of(book, "today")

    assert (today.fills, today.closed_trades, today.won_trades) == (2, 1, 0)
    assert win_rate(today.won_trades, today.closed_trades) == 0.0
    assert win_rate(0, 0) is None


def test_every_limit_of_the_file_is_listed_with_what_is_used_of_it() -> None:
    desk = Desk(RiskLimits())
    desk.hold("AAPL", "5", "170")
    account = desk.machine.accounts[0]
    uses = {use.name: use for use in limit_uses(desk.machine, account, exposures(desk.machine)[0], desk.now_ns)}

    assert len(uses) == 22  # those that are off are left out
    assert uses["position_limits.max_shares"].used == 5
    assert uses["position_limits.max_total_exposure"].used == 850 * CASH_SCALE
    assert uses["position_limits.max_open_positions"].used == 1
    assert uses["order_limits.max_orders_per_minute"].used == 1
    assert uses["loss_limits.max_daily_loss"].used == 0
    assert uses["loss_limits.max_loss_per_trade"].used is None


def test_bars_of_symbols_nobody_trades_are_passed_over() -> None:
    desk = Desk(WIDE)
    fact = desk.told[-1][0]
    desk.bar("AAPL", "170")
    bar = next(fact for fact, _ in desk.told if isinstance(fact, BarClosed))
    chronicle = Chronicle(desk.machine.accounts, [], Still())

    chronicle.committed(Entry(1, fact))
    chronicle.committed(Entry(2, bar))

    assert chronicle.books.accounts[STOCKS].as_of_ns == 0
