"""Corporate actions as facts of an account, for a driver to insert when they take effect."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.domain.ids import AccountId
from seatrial.domain.money_facts import CashDividend, Split
from seatrial.market.corporate_actions import CorporateAction


def action_facts(actions: Sequence[CorporateAction], account: AccountId) -> list[Split | CashDividend]:
    """One fact an action, at the open of its ex-date. A dividend is told per share of before a split of the same day,
    so it comes first. Fractions of shares are kept: a source of prices tells nothing of cash in lieu."""
    ordered = sorted(actions, key=lambda each: (each.ex_ns, each.symbol, each.is_split))
    return [_fact(action, account) for action in ordered]


def _fact(action: CorporateAction, account: AccountId) -> Split | CashDividend:
    if not action.is_split:
        return CashDividend(action.ex_ns, account, action.symbol, action.cash_units)
    return Split(
        at_ns=action.ex_ns,
        account=account,
        symbol=action.symbol,
        new_shares=action.ratio.numerator,
        old_shares=action.ratio.denominator,
    )
