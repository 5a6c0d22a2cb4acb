"""Money that moves without an order: docs/concepts/money.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor

from tests.reference.plain.account import DAY_NS, Account
from tests.reference.plain.exact import CENT, MILLION, down, up
from tests.reference.plain.holding import Holding

ZERO = Decimal(0)
YEAR_DAYS = 360


@dataclass(frozen=True)
class Fact:
    """`kind` is interest, borrow, day, rate, dividend or split; what else it says depends on that."""

    at_ns: int
    kind: str
    symbol: str = ""
    days: int = 0
    debit: Decimal = ZERO  # millionths a year
    credit: Decimal = ZERO
    amount: Decimal = ZERO  # per share, or the rate, or what whole shares are paid out at
    pay_ns: int = 0
    settles_in: int = 0
    new: int = 1
    old: int = 1
    whole: Decimal = ZERO


ORDER = ("interest", "borrow", "day", "rate", "dividend", "split")


@dataclass(frozen=True)
class Terms:
    """What is charged and settled where a day begins, and whatever else is told at its time."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO
    borrow: dict[str, Decimal] = field(default_factory=dict)
    settles_in: int = 0
    facts: list[Fact] = field(default_factory=list)

    def all_facts(self, starts_ns: list[int], day_turns_ns: int) -> list[Fact]:
        """In the order in which they are told: by time, then charges, what settles, rates, dividends, splits."""
        told, before = list(self.facts), None
        for day in sorted({(start + day_turns_ns) // DAY_NS for start in starts_ns}):
            at = day * DAY_NS - day_turns_ns
            if before is not None and (self.debit or self.credit):
                told.append(Fact(at, "interest", days=day - before, debit=self.debit, credit=self.credit))
            for symbol, part in self.borrow.items():
                if before is not None:
                    told.append(Fact(at, "borrow", symbol, days=day - before, debit=part))
            if self.settles_in:
                told.append(Fact(at, "day", settles_in=self.settles_in))
            before = day
        return sorted(told, key=lambda fact: (fact.at_ns, ORDER.index(fact.kind)))


def book(account: Account, fact: Fact) -> None:
    """Let it be so."""
    account.live_to(fact.at_ns)
    {
        "interest": _interest,
        "borrow": _borrow,
        "day": _day,
        "rate": _rate,
        "dividend": _dividend,
        "split": _split,
    }[fact.kind](account, fact)
    account.cool()


def _interest(account: Account, fact: Fact) -> None:
    shorts = (held for held in account.holdings.values() if held.qty < 0)
    free = account.cash - sum((up(-held.qty * held.last, CENT) for held in shorts), ZERO)
    good = free - sum(account.unsettled)
    if free < 0:
        account.cash -= up(-free * fact.debit * fact.days / (MILLION * YEAR_DAYS), CENT)
    elif good > 0:
        account.cash += down(good * fact.credit * fact.days / (MILLION * YEAR_DAYS), CENT)


def _borrow(account: Account, fact: Fact) -> None:
    held = account.holdings[fact.symbol]
    if held.qty < 0:
        fee = up(up(-held.qty * held.last, CENT) * fact.debit * fact.days / (MILLION * YEAR_DAYS), CENT)
        account.cash -= fee
        held.borrow_fees += fee


def _day(account: Account, fact: Fact) -> None:
    account.unsettled = [*account.unsettled[1:], ZERO]
    account.settles_in = fact.settles_in
    for pay_ns, units in [due for due in account.dues if due[0] <= fact.at_ns]:
        account.dues.remove((pay_ns, units))
        account.cash += units


def _rate(account: Account, fact: Fact) -> None:
    before, first = account.equity, account.purse_rate == 0
    account.purse_rate = fact.amount
    if first:
        account.shift(account.equity - before)


def _dividend(account: Account, fact: Fact) -> None:
    held = account.holdings[fact.symbol]
    owed = down(held.qty * fact.amount, CENT)  # a short's is rounded against it: up, and it is below zero
    held.dividends += owed
    if held.qty == 0:
        return
    if fact.pay_ns <= fact.at_ns:
        account.cash += owed
    else:
        account.dues.append((fact.pay_ns, owed))


def _split(account: Account, fact: Fact) -> None:
    held, new, old = account.holdings[fact.symbol], fact.new, fact.old
    thing, before = held.thing, account.equity
    held.last, held.extreme = thing.price_after(held.last, new, old), thing.price_after(held.extreme, new, old)
    if fact.symbol in account.wishes:
        account.wishes[fact.symbol] = thing.in_lots(thing.qty_after(account.wishes[fact.symbol], new, old))
    if held.qty != 0:
        _split_holding(account, held, fact)
    account.shift(account.equity - before)
    for parked in account.parked:
        if parked.symbol == fact.symbol and not parked.may_open:
            parked.qty, parked.filled, parked.live = (
                thing.qty_after(qty, new, old) for qty in (parked.qty, parked.filled, parked.live)
            )
            parked.qty = thing.in_lots(parked.qty)
            parked.limit, parked.stop = (
                down(thing.price_after(price, new, old) + thing.tick / 2, thing.tick)
                for price in (parked.limit, parked.stop)
            )
            parked.extreme, parked.trail = (
                thing.price_after(price, new, old) for price in (parked.extreme, parked.trail)
            )


def _split_holding(account: Account, held: Holding, fact: Fact) -> None:
    thing, side, was_held = held.thing, 1 if held.qty > 0 else -1, not held.is_flat
    exact = Fraction(abs(held.qty)) * fact.new / fact.old
    held.qty = thing.qty_after(held.qty, fact.new, fact.old)
    if fact.whole:
        # a long's are rounded down; those of a short are bought in, and rounded up
        paid = floor(side * (exact % Fraction(fact.whole)) * Fraction(fact.amount) / Fraction(CENT)) * CENT
        fraction = abs(held.qty) % fact.whole
        gained = paid
        if fraction:
            gained = held.move(-side * fraction, -paid, fact.amount)
        else:
            held.realized += paid
        held.trade_result += gained
        account.cash += paid
    if held.qty == 0 and held.cost != 0:
        held.realized -= held.cost
        held.trade_result -= held.cost
        held.cost = ZERO
    if was_held and held.is_flat:
        held.exiting = False
        account.judge(held)
