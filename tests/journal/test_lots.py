"""First in, first out; and lots, positions and money agree to the unit for any sequence of trades."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journal.test_journal_projections import PAPER

from seatrial.core.machine import Machine
from seatrial.domain.facts import Fact, Fill, Transfer
from seatrial.domain.ids import ClientOrderId, ExecutionId, JournalEpoch, Symbol
from seatrial.domain.instrument import binance_spot, us_equity
from seatrial.domain.limits import Account, RiskLimits
from seatrial.domain.money import Currency
from seatrial.domain.money_facts import Split
from seatrial.domain.orders import Side
from seatrial.journal.lot_table import LOTS_READ_MAX
from seatrial.journal.lots import Lot, close_first
from seatrial.journal.port import Entry, Opening
from seatrial.journal.projections import apply_entries, refill
from seatrial.journal.schema import upgrade
from seatrial.journal.sqlite import IN_MEMORY, SqliteDatabase

BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")

SCRIPT = """
    sell  4 for  480  of  10 @ 1000             ->  6 @ 600 +80                       left   0
    sell 10 for 1000  of  6 @ 600   8 @ 1000    ->  0 @ 0 +0     4 @ 500 -100         left   0
    sell 20 for 2000  of  6 @ 600               ->  0 @ 0 +0                          left -14
    buy   5 for  400  of  -5 @ -500             ->  0 @ 0 +100                        left   0
    sell  1 for   10  of  3 @ 10                ->  2 @ 7 +7                          left   0
    buy   3 for   30  of  3 @ 10                ->                                    left   3
"""


def test_closing_reads_like_a_trade_blotter() -> None:
    for line in map(str.strip, SCRIPT.strip().splitlines()):
        trade, told = line.split("->")
        side, qty, value, lots_text = re.fullmatch(r"(\w+)\s+(\d+) for\s+(\d+)\s+of(.*)", trade.strip()).groups()
        sign = 1 if side == "buy" else -1
        lots = [
            Lot(seq, int(qty), int(cost)) for seq, (qty, cost) in enumerate(re.findall(r"(-?\d+) @ (-?\d+)", lots_text))
        ]

        changed, rest = close_first(lots, sign * int(qty), sign * int(value))

        expected = [tuple(map(int, lot)) for lot in re.findall(r"(-?\d+) @ (-?\d+) ([+-]\d+)", told)]
        assert [(lot.open_units, lot.cost_units, lot.realized_units) for lot in changed] == expected, line
        assert rest.signed_units == int(told.split("left")[1]), line


def ledger() -> SqliteDatabase:
    database = SqliteDatabase(IN_MEMORY)
    upgrade(database, Opening("me", JournalEpoch("E"), "", "", instruments=(BTC,)))
    return database


def fill(seq: int, side: Side, qty_units: int, price_units: int, fee_units: int, symbol: str = "BTCUSDT") -> Entry:
    currency = Currency("BTC" if side is Side.BUY else "USDT")
    order, execution = ClientOrderId(f"O{seq}"), ExecutionId(f"X{seq}")
    return Entry(
        seq,
        Fill(seq, PAPER, order, execution, Symbol(symbol), side, qty_units, price_units, fee_units, currency),
    )


trades = st.tuples(
    st.sampled_from(Side),
    st.integers(1, 10**9),
    st.integers(1, 10**13),
    st.integers(0, 100),  # the fee's part of a bought coin, in per cent: all of it, too
)


@settings(max_examples=60, deadline=None)
@given(st.lists(trades, max_size=30))
def test_open_lots_are_the_position_and_no_unit_of_money_is_lost(script: list[tuple[Side, int, int, int]]) -> None:
    database = ledger()
    values = 0
    for seq, (side, qty, price, fee) in enumerate(script, 1):
        with database.transaction():
            apply_entries(database, [fill(seq, side, qty, price, qty * fee // 100)])
        values += -(-side * qty * price // BTC.value_div)

    held = database.read("SELECT COALESCE(SUM(qty_units), 0) FROM positions")
    assert database.read("SELECT COALESCE(SUM(open_units), 0) FROM lots") == held
    cost, realized = database.read("SELECT COALESCE(SUM(cost_units), 0), COALESCE(SUM(realized_units), 0) FROM lots")[0]
    assert cost - realized == values
    assert database.read(
        "SELECT COUNT(*) FROM lots WHERE open_units = 0 AND (cost_units <> 0 OR closed_seq IS NULL)"
    ) == [(0,)]
    sides = database.read("SELECT COUNT(DISTINCT open_units > 0) FROM lots WHERE open_units <> 0")
    assert sides[0][0] <= 1, "no lot is open on one side while another is on the other"


def test_one_sale_closes_more_lots_than_are_read_at_once() -> None:
    database, count = ledger(), 2 * LOTS_READ_MAX + 3
    with database.transaction():
        apply_entries(database, [fill(seq, Side.BUY, 10, 10**8, 0) for seq in range(1, count + 1)])
        apply_entries(database, [fill(count + 1, Side.SELL, 10 * count + 5, 10**8, 0)])

    assert database.read("SELECT open_units FROM lots WHERE open_units <> 0") == [(-5,)]
    assert database.read("SELECT COUNT(*) FROM lots WHERE closed_seq = ?", (count + 1,)) == [(count,)]


def test_what_nobody_priced_has_no_profit_rather_than_a_made_up_one() -> None:
    database = ledger()
    moved_in = Transfer(1, PAPER, Currency("BTC"), 10, symbol=BTC.symbol)
    with database.transaction():
        apply_entries(database, [Entry(1, moved_in), fill(2, Side.SELL, 4, 10**8, 0)])
        apply_entries(database, [fill(3, Side.BUY, 7, 10**8, 0, symbol="XYZUSDT")])

    told = "SELECT symbol, open_units, cost_units, realized_units FROM lots ORDER BY symbol"
    assert database.read(told) == [("BTCUSDT", 6, None, None), ("XYZUSDT", 7, None, None)]


def test_tables_are_refilled_from_rows_alone() -> None:
    database = ledger()
    with database.transaction():
        refill(database)
    assert database.read("SELECT COUNT(*) FROM lots") == [(0,)]


AAPL = us_equity("AAPL")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.integers(-30, 30).filter(bool), st.integers(1, 900)),
        st.tuples(st.just("split"), st.integers(1, 12), st.integers(1, 12)),
        st.tuples(st.just("reverse"), st.integers(1, 12), st.integers(1, 12)),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_lots_and_positions_follow_splits_and_say_what_the_machine_says(told: list[tuple[str, int, int]]) -> None:
    """Odd quantities, splits that do not divide, fractions paid out: the same shares, the same money."""
    database = SqliteDatabase(IN_MEMORY)
    upgrade(database, Opening("me", JournalEpoch("E"), "", "", instruments=(AAPL,)))
    account = Account(PAPER, AAPL.venue, Currency("USD"), "XNYS", RiskLimits())
    machine = Machine([account], [(PAPER, AAPL)], JournalEpoch("E"))
    for seq, (verb, one, other) in enumerate(told, 1):
        side = Side.BUY if one > 0 else Side.SELL
        qty, price = abs(one) * 10**9 + other, other * 10_000 + abs(one)
        entry = fill(seq, side, qty, price, 0, "AAPL")
        fact: Fact = replace(entry.fact, fee_currency=Currency("USD"))  # type: ignore[type-var]
        if verb != "trade":
            whole = 10**9 if verb == "reverse" else 0
            fact = Split(seq, PAPER, AAPL.symbol, one, other, whole, 1_234_567 * int(whole > 0))
        machine.step(fact)
        apply_entries(database, [Entry(seq, fact)])

    view = machine.position(PAPER, AAPL.symbol)
    held = database.read("SELECT COALESCE(SUM(qty_units), 0) FROM positions")[0][0]
    units, cost, realized = database.read("SELECT SUM(open_units), SUM(cost_units), SUM(realized_units) FROM lots")[0]
    assert held == (units or 0) == view.qty_units
    assert (cost or 0) - (realized or 0) == view.cost_units - view.realized_units
