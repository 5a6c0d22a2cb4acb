"""Splits and dividends of an account's symbols, from Alpaca's list of corporate actions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from seatrial.domain.faults import VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.money_facts import SHARES_MAX
from seatrial.domain.time import DAY_NS, parse_rfc3339, rfc3339
from seatrial.venues.actions import VenueAction
from seatrial.venues.alpaca.door import AlpacaDoor
from seatrial.venues.alpaca.past import ACTION_TYPES, ACTIONS_PER_PAGE_MAX
from seatrial.venues.alpaca.past_records import ActionsPage, ActionsRecord, SplitRow


async def actions_between(
    door: AlpacaDoor, symbols: Sequence[Symbol], first_day: int, last_day: int
) -> list[VenueAction]:
    """All pages of an ex-date in these days, oldest first; of one day dividends before splits.

    Raises:
        VenueUnavailable, VenueUnreadable, VenueRefused: there is no trustworthy answer.
    """
    params = {
        "symbols": ",".join(sorted(symbols)),
        "types": ACTION_TYPES,
        "start": _text(first_day),
        "end": _text(last_day),
        "limit": str(ACTIONS_PER_PAGE_MAX),
        "sort": "asc",
    }
    found: list[VenueAction] = []
    cash: dict[tuple[Symbol, int], Fraction] = {}
    while True:
        page = await door.ask_actions(ActionsPage, params)
        record = page.corporate_actions
        found += [_split(row) for row in (*record.forward_splits, *record.reverse_splits)]
        _add_dividends(cash, record)
        if not page.next_page_token:
            break
        params["page_token"] = page.next_page_token
    found += [
        VenueAction(symbol, day, cash_units=round(rate * CASH_SCALE)) for (symbol, day), rate in cash.items() if rate
    ]
    wanted = [action for action in set(found) if action.symbol in symbols]
    return sorted(wanted, key=lambda each: (each.ex_day, each.symbol, not each.cash_units))


def _add_dividends(cash: dict[tuple[Symbol, int], Fraction], record: ActionsRecord) -> None:
    """A regular and a special one of one day are paid together."""
    for row in record.cash_dividends:
        key = Symbol(row.symbol), _day(row.ex_date)
        cash[key] = cash.get(key, Fraction(0)) + Fraction(row.rate)


def _split(row: SplitRow) -> VenueAction:
    if not (row.new_rate > 0 and row.old_rate > 0):
        raise VenueUnreadable(f"split of {row.symbol}: rates {row.new_rate} for {row.old_rate}")
    ratio = Fraction(row.new_rate) / Fraction(row.old_rate)
    if max(ratio.numerator, ratio.denominator) > SHARES_MAX:
        raise VenueUnreadable(f"split of {row.symbol}: {row.new_rate} for {row.old_rate} is no ratio of shares")
    return VenueAction(Symbol(row.symbol), _day(row.ex_date), ratio.numerator, ratio.denominator)


def _day(text: str) -> int:
    try:
        return parse_rfc3339(f"{text}T00:00:00Z") // DAY_NS
    except ValueError:
        raise VenueUnreadable(f"ex_date {text!r} is no date") from None


def _text(day: int) -> str:
    return rfc3339(day * DAY_NS)[:10]
