"""Money facts as rows: corporate actions, interest, settlement, rates."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.core import records as r
from seatrial.core.purse_rows import PurseRows
from seatrial.domain.facts import MoneyFact
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.money import Currency
from seatrial.domain.money_facts import (
    BorrowFee,
    BusinessDay,
    CashDividend,
    FxRate,
    Interest,
    Split,
    refuse_unreasonable,
)


def encode_money_fact(
    row: r.Int64Array,
    fact: MoneyFact,
    account_index: Mapping[AccountId, int],
    instrument_index: Mapping[tuple[AccountId, Symbol], int],
    currency_of: Mapping[AccountId, Currency],
    purses: PurseRows,
) -> None:
    """Write the columns of a money fact into a blank row.

    Raises:
        KeyError: an account or symbol that the machine was not built with.
        RequestFault: a number out of bounds, or a rate in another currency than the account's.
    """
    refuse_unreasonable(fact)
    match fact:
        case Split(account=account, symbol=symbol):
            row[r.F_KIND] = r.FACT_SPLIT
            row[r.F_INST] = instrument_index[account, symbol]
            row[r.F_NEW], row[r.F_OLD] = fact.new_shares, fact.old_shares
            row[r.F_WHOLE], row[r.F_LIEU] = fact.whole_units, fact.lieu_price_units
        case CashDividend(account=account, symbol=symbol):
            row[r.F_KIND] = r.FACT_DIVIDEND
            row[r.F_INST] = instrument_index[account, symbol]
            row[r.F_PER_SHARE], row[r.F_PAY_AT] = fact.per_share_units, fact.pay_at_ns
        case BusinessDay(account=account):
            row[r.F_KIND] = r.FACT_BUSINESS_DAY
            row[r.F_ACCOUNT], row[r.F_SETTLES_IN] = account_index[account], fact.settles_in
        case Interest(account=account):
            row[r.F_KIND] = r.FACT_INTEREST
            row[r.F_ACCOUNT], row[r.F_DAYS] = account_index[account], fact.days
            row[r.F_DEBIT_PPM], row[r.F_CREDIT_PPM] = fact.debit_ppm, fact.credit_ppm
        case BorrowFee(account=account, symbol=symbol):
            row[r.F_KIND] = r.FACT_BORROW_FEE
            row[r.F_INST] = instrument_index[account, symbol]
            row[r.F_DAYS], row[r.F_DEBIT_PPM] = fact.days, fact.rate_ppm
        case FxRate(account=account, currency=currency):
            if fact.quote != currency_of[account]:
                raise RequestFault("quote", f"the currency of {account}, {currency_of[account]}", fact.quote)
            row[r.F_KIND] = r.FACT_FX_RATE
            row[r.F_PURSE], row[r.F_RATE] = purses.row_of(account, currency) + 1, fact.rate_units
