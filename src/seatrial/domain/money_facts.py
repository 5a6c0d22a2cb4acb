"""Facts that move money or shares without an order of ours: corporate actions, interest, settlement, exchange rates.

Each says what its source said and nothing more; what it comes to on what is held is the ledger's
(`core.corporate`, `core.carry`, `core.purses`). Nothing of one is known before its `at_ns`.
"""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.money import Currency

SHARES_MAX = 1_000_000  # a split of more than a million for one is a typing error
WHOLE_UNITS_MAX = 10**12
LIEU_PRICE_UNITS_MAX = 10**14
PER_SHARE_UNITS_MAX = 10**14  # a million of any currency for each share
RATE_PPM_MAX = 10_000_000  # 1,000 % a year
DAYS_MAX = 3_660
SETTLES_IN_MAX = 3
FX_RATE_UNITS_MAX = 10**17


@dataclass(frozen=True, slots=True)
class Split:
    """From now on `old_shares` are `new_shares`: 4 for 1 is (4, 1), a reverse split of 1 for 10 is (1, 10).

    Attributes:
        whole_units: what is left of a multiple of this is paid out in cash, a whole share for most; 0 keeps fractions.
        lieu_price_units: the price per new share it is paid out at.
    """

    at_ns: int  # the start of the ex-date
    account: AccountId
    symbol: Symbol
    new_shares: int
    old_shares: int
    whole_units: int = 0
    lieu_price_units: int = 0


@dataclass(frozen=True, slots=True)
class CashDividend:
    """Who holds a share as this is told is owed `per_share_units` cash units for it; who is short owes them.

    Paid at once where `pay_at_ns` is 0, else with the first `BusinessDay` of the account at or after it.
    """

    at_ns: int  # the start of the ex-date
    account: AccountId
    symbol: Symbol
    per_share_units: int
    pay_at_ns: int = 0


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """A day of settlement begins: what was to be good by today is, and what is owed until today is paid.

    Attributes:
        settles_in: business days until the proceeds of a sale made from now on are good; 0 is at once.
    """

    at_ns: int
    account: AccountId
    settles_in: int = 0


@dataclass(frozen=True, slots=True)
class Interest:
    """Calendar days have ended: cash that was borrowed costs, cash that is free may earn. Yearly rates, actual/360."""

    at_ns: int
    account: AccountId
    days: int
    debit_ppm: int
    credit_ppm: int = 0


@dataclass(frozen=True, slots=True)
class BorrowFee:
    """Calendar days have ended: a short position costs this yearly rate of its value, actual/360."""

    at_ns: int
    account: AccountId
    symbol: Symbol
    days: int
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class FxRate:
    """One unit of `currency` is worth `rate_units` cash units of `quote`, the account's own currency, as of `at_ns`."""

    at_ns: int
    account: AccountId
    currency: Currency
    quote: Currency
    rate_units: int


def refuse_unreasonable(fact: Split | CashDividend | BusinessDay | Interest | BorrowFee | FxRate) -> None:
    """Refuse what no source can have meant; within these bounds the ledger is exact.

    Raises:
        RequestFault: a number out of bounds, or a rate of a currency in itself.
    """
    match fact:
        case Split():
            _within("new_shares", fact.new_shares, 1, SHARES_MAX)
            _within("old_shares", fact.old_shares, 1, SHARES_MAX)
            _within("whole_units", fact.whole_units, 0, WHOLE_UNITS_MAX)
            _within("lieu_price_units", fact.lieu_price_units, int(fact.whole_units > 0), LIEU_PRICE_UNITS_MAX)
        case CashDividend():
            _within("per_share_units", fact.per_share_units, 1, PER_SHARE_UNITS_MAX)
            _within("pay_at_ns", fact.pay_at_ns, 0, 2**62)
        case BusinessDay():
            _within("settles_in", fact.settles_in, 0, SETTLES_IN_MAX)
        case Interest():
            _within("days", fact.days, 1, DAYS_MAX)
            _within("debit_ppm", fact.debit_ppm, 0, RATE_PPM_MAX)
            _within("credit_ppm", fact.credit_ppm, 0, RATE_PPM_MAX)
        case BorrowFee():
            _within("days", fact.days, 1, DAYS_MAX)
            _within("rate_ppm", fact.rate_ppm, 0, RATE_PPM_MAX)
        case FxRate():
            _within("rate_units", fact.rate_units, 1, FX_RATE_UNITS_MAX)
            if fact.currency == fact.quote:
                raise RequestFault("currency", f"another one than {fact.quote}", fact.currency)


def _within(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise RequestFault(field, f"a whole number of {least} .. {most}", value)
