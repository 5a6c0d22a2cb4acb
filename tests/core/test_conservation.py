"""Conservation: whatever is told in whatever order, every unit that is somewhere came from somewhere.

A second ledger in plain integers follows every fact with the words of `docs/concepts/money.md` and nothing of the core;
the machine must agree with it to the unit, recover to the same state, and come back from a snapshot the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.desk import COINS, INSTRUMENTS, STOCKS, Desk
from tests.core.test_machine import PRICES, WIDE

from seatrial.core.machine import Machine
from seatrial.core.money_views import Insufficient, cash_of, purses_of, worth_of
from seatrial.domain.facts import (
    BorrowFee,
    BusinessDay,
    CashDividend,
    Fact,
    Fill,
    FxRate,
    Interest,
    Split,
    Transfer,
)
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import Side
from seatrial.domain.time import DAY_NS

BNB = Currency("BNB")
QUOTE = {STOCKS: Currency("USD"), COINS: Currency("USDT")}
SHARE = 10**9


def up(number: int, divisor: int) -> int:
    return -(-number // divisor)


@dataclass
class PlainAccount:
    """One account in plain integers. Held, last price and value posted are by symbol."""

    cash: int = 100_000 * CASH_SCALE
    interest: int = 0
    held: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    posted: dict[str, int] = field(default_factory=dict)  # signed value of trades and of fractions paid out
    dividends: dict[str, int] = field(default_factory=dict)
    borrowed: dict[str, int] = field(default_factory=dict)
    owed: list[tuple[int, int]] = field(default_factory=list)  # pay date, units
    unsettled: list[int] = field(default_factory=lambda: [0, 0, 0])
    settles_in: int = 0
    bnb: int = 0
    bnb_rate: int = 0
    bnb_rated_at: int = 0

    def value(self, symbol: str) -> int:
        held, last = self.held.get(symbol, 0), self.last.get(symbol, 0)
        worth = abs(held) * last // INSTRUMENTS[symbol][1].value_div
        return worth if held >= 0 else -worth

    def equity(self) -> int:
        worth = abs(self.bnb) * self.bnb_rate // CASH_SCALE
        owed = sum(units for _, units in self.owed)
        return self.cash + sum(map(self.value, self.held)) + owed + (worth if self.bnb >= 0 else -worth)


def follow(book: PlainAccount, fact: Fact) -> None:
    """What a fact does to the plain ledger."""
    match fact:
        case Fill():
            follow_fill(book, fact)
        case Transfer(symbol=None, currency=currency) if currency == BNB:
            book.bnb += fact.amount_units
        case Transfer(symbol=None):
            book.cash += fact.amount_units
        case Transfer(symbol=symbol):
            assert symbol is not None
            book.held[symbol] = book.held.get(symbol, 0) + fact.amount_units
        case Split():
            follow_split(book, fact)
        case CashDividend(symbol=symbol):
            held = book.held.get(symbol, 0)
            units = held * fact.per_share_units // SHARE  # floor: less for longs, more for shorts
            book.dividends[symbol] = book.dividends.get(symbol, 0) + units
            if fact.pay_at_ns <= fact.at_ns:
                book.cash += units
            else:
                book.owed.append((fact.pay_at_ns, units))
        case BusinessDay():
            book.unsettled = [*book.unsettled[1:], 0]
            book.settles_in = fact.settles_in
            book.cash += sum(units for at_ns, units in book.owed if at_ns <= fact.at_ns)
            book.owed = [(at_ns, units) for at_ns, units in book.owed if at_ns > fact.at_ns]
        case Interest():
            shorts = sum(
                up(-held * book.last.get(symbol, 0), INSTRUMENTS[symbol][1].value_div)
                for symbol, held in book.held.items()
                if held < 0
            )
            free = book.cash - shorts
            if free < 0:
                earned = -up(-free * fact.debit_ppm * fact.days, 360_000_000)
            else:
                earned = max(free - sum(book.unsettled), 0) * fact.credit_ppm * fact.days // 360_000_000
            book.cash += earned
            book.interest += earned
        case BorrowFee(symbol=symbol) if book.held.get(symbol, 0) < 0:
            worth = up(-book.held[symbol] * book.last.get(symbol, 0), INSTRUMENTS[symbol][1].value_div)
            fee = up(worth * fact.rate_ppm * fact.days, 360_000_000)
            book.cash -= fee
            book.borrowed[symbol] = book.borrowed.get(symbol, 0) + fee
        case FxRate() if fact.at_ns >= book.bnb_rated_at:
            book.bnb_rate, book.bnb_rated_at = fact.rate_units, fact.at_ns
        case _:
            pass


def follow_fill(book: PlainAccount, fill: Fill) -> None:
    symbol, inst = str(fill.symbol), INSTRUMENTS[fill.symbol][1]
    value = -(-fill.side * fill.qty_units * fill.price_units // inst.value_div)  # against us both ways
    book.last[symbol] = book.last.get(symbol, 0) or fill.price_units
    book.cash -= value
    book.posted[symbol] = book.posted.get(symbol, 0) + value
    moved = fill.side * fill.qty_units
    proceeds = -value
    if fill.fee_currency == inst.base:
        moved -= fill.fee_units
    elif fill.fee_currency == inst.quote:
        book.cash -= fill.fee_units
        proceeds -= fill.fee_units
    else:
        book.bnb -= fill.fee_units
    book.held[symbol] = book.held.get(symbol, 0) + moved
    if fill.side is Side.SELL and book.settles_in:
        book.unsettled[book.settles_in - 1] += proceeds


def follow_split(book: PlainAccount, split: Split) -> None:
    symbol = str(split.symbol)
    held, last = book.held.get(symbol, 0), book.last.get(symbol, 0)
    side = 1 if held > 0 else -1
    exact = abs(held) * split.new_shares  # in parts of 1 / old_shares
    kept = exact // split.old_shares
    if split.whole_units:
        kept = kept // split.whole_units * split.whole_units
        worth = side * (exact - kept * split.old_shares) * split.lieu_price_units
        paid = worth // (INSTRUMENTS[symbol][1].value_div * split.old_shares)  # floor: against us both ways
        book.cash += paid
        book.posted[symbol] = book.posted.get(symbol, 0) - paid
    book.held[symbol] = side * kept
    if last:
        book.last[symbol] = max((2 * last * split.old_shares + split.new_shares) // (2 * split.new_shares), 1)


# ------------------------------------------------------------------- the script

VERBS = ["bar", "buy", "sell", "split", "dividend", "day", "interest", "borrow", "rate", "cash", "coin", "target"]
moves = st.lists(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(list(INSTRUMENTS)), st.integers(1, 40), st.integers(1, 5_000)),
    max_size=40,
)


def fact_of(desk: Desk, verb: str, symbol: str, number: int, odd: int, count: int) -> Fact | None:
    """A fact that this verb could be, with numbers that do not divide well."""
    account, inst = INSTRUMENTS[symbol]
    at_ns, equity = desk.now_ns, account == STOCKS
    match verb:
        case "buy" | "sell":
            fee_currency = [inst.quote, inst.quote, inst.base if not equity and verb == "buy" else BNB][number % 3]
            return Fill(
                at_ns,
                account,
                ClientOrderId("by-hand"),
                ExecutionId(f"x{count}"),
                inst.symbol,
                Side.BUY if verb == "buy" else Side.SELL,
                number * inst.lot_units + odd * int(equity),
                (PRICES[symbol] + number) * inst.price_scale + odd,
                odd,
                fee_currency,
            )
        case "split" if equity:
            whole = SHARE if odd % 2 else 0
            price = (PRICES[symbol] * 10_000 + odd) * int(whole > 0)
            return Split(at_ns, account, inst.symbol, 1 + number % 7, 1 + odd % 11, whole, price)
        case "dividend" if equity:
            return CashDividend(at_ns, account, inst.symbol, odd * 12_345, at_ns + DAY_NS * (odd % 3))
        case "day":
            return BusinessDay(at_ns + DAY_NS, account, number % 4)
        case "interest":
            return Interest(at_ns, account, number, odd * 10, odd % 7 * 1_000)
        case "borrow":
            return BorrowFee(at_ns, account, inst.symbol, number, odd * 10)
        case "rate":
            return FxRate(at_ns, account, BNB, QUOTE[account], number * CASH_SCALE + odd)
        case "cash":
            currency = BNB if odd % 2 else QUOTE[account]
            return Transfer(at_ns, account, currency, (number - 20) * odd * 1_000_003)
        case "coin":
            return Transfer(at_ns, account, inst.base, (number - 20) * inst.lot_units + odd, inst.symbol)
        case _:
            return None


def live(desk: Desk, script: list[tuple[str, str, int, int]]) -> dict[AccountId, PlainAccount]:
    """Tell the machine and the plain ledger the same."""
    plain = {STOCKS: PlainAccount(), COINS: PlainAccount()}
    for count, (verb, symbol, number, odd) in enumerate(script):
        account, inst = INSTRUMENTS[symbol]
        if verb == "bar":
            desk.bar(symbol, str(PRICES[symbol] + number), minutes=odd % 700 + 1)
            plain[account].last[symbol] = (PRICES[symbol] + number) * inst.price_scale
        elif verb == "target":
            desk.target(symbol, "0.01" if account == COINS else str(number))
        elif (fact := fact_of(desk, verb, symbol, number, odd, count)) is not None:
            desk.tell(fact)
            follow(plain[account], fact)
    return plain


@settings(max_examples=150)
@given(moves)
def test_every_unit_comes_from_somewhere_whatever_is_told_in_whatever_order(
    script: list[tuple[str, str, int, int]],
) -> None:
    desk = Desk(WIDE)
    plain = live(desk, script)

    for account, book in plain.items():
        cash = cash_of(desk.machine, account)
        assert cash.cash_units == book.cash
        assert cash.interest_units == book.interest
        assert cash.due_units == sum(units for _, units in book.owed)
        assert cash.unsettled_units == sum(book.unsettled)
        assert desk.machine.cash(account, BNB) == book.bnb
        assert desk.machine.equity_units(account) == book.equity()
        for view in desk.machine.positions():
            if view.account == account:
                symbol = str(view.symbol)
                assert view.qty_units == book.held.get(symbol, 0)
                assert view.last_price_units == book.last.get(symbol, 0)
                assert view.cost_units + view.cost_moved_units - view.realized_units == book.posted.get(symbol, 0)
                assert view.dividends_units == book.dividends.get(symbol, 0)
                assert view.borrow_fees_units == book.borrowed.get(symbol, 0)
                assert view.qty_units or not view.cost_units


@settings(max_examples=60)
@given(moves)
def test_money_facts_recover_and_come_back_from_a_snapshot_to_the_same_fingerprint(
    script: list[tuple[str, str, int, int]],
) -> None:
    desk = Desk(WIDE)
    live(desk, script)
    machine = desk.machine

    recovered = desk.fresh()
    for fact, effects in desk.told:
        recovered.recover(fact, effects)
    restored = Machine.restore(machine.accounts, machine.instruments, machine.epoch, machine.snapshot())

    assert recovered.state_fingerprint() == machine.state_fingerprint()
    assert restored.state_fingerprint() == machine.state_fingerprint()


@settings(max_examples=60)
@given(moves)
def test_an_account_without_a_rate_has_no_worth_and_says_which_is_missing(
    script: list[tuple[str, str, int, int]],
) -> None:
    desk = Desk(WIDE)
    plain = live(desk, script)

    for account, book in plain.items():
        worth = worth_of(desk.machine, account)
        if book.bnb and not book.bnb_rate:
            assert worth == Insufficient(missing=(BNB,), stale=())
        else:
            assert worth == book.equity()
        for purse in purses_of(desk.machine, account):
            assert (purse.cash_units, purse.rate_units) == (book.bnb, book.bnb_rate)


SPLITS = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=6)


@given(st.integers(-500, 500).filter(bool), SPLITS)
def test_the_fingerprint_contains_every_money_fact(held: int, ratios: list[tuple[int, int]]) -> None:
    desk, same, other = Desk(WIDE), Desk(WIDE), Desk(WIDE)
    account, inst = INSTRUMENTS["AAPL"]
    for one in (desk, same, other):
        one.tell(Transfer(one.now_ns, account, inst.base, held * SHARE, inst.symbol))
        for new, old in ratios:
            one.tell(Split(one.now_ns, account, inst.symbol, new, old))
    other.tell(CashDividend(other.now_ns, account, inst.symbol, 1, other.now_ns + DAY_NS))

    assert desk.machine.state_fingerprint() == same.machine.state_fingerprint()
    assert desk.machine.state_fingerprint() != other.machine.state_fingerprint()
