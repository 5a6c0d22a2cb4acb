"""Rules of the venue that had their time. Today's are the default; a date in the past brings back those of then.

Pattern day trading ended on 2026-07-06: until that day an account under 25,000 dollars was refused a fourth day trade
in five sessions, and the account's body carried the count (Alpaca changelog of that day, `venues.md` 0.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from seatrial.domain.faults import BadSetting
from seatrial.domain.orders import Side
from seatrial.domain.time import parse_rfc3339
from seatrial.emulators.alpaca.account import Account, Standing
from seatrial.emulators.alpaca.amounts import ZERO, text
from seatrial.emulators.alpaca.fills import Fill
from seatrial.emulators.alpaca.new_york import new_york
from seatrial.emulators.alpaca.orders import Ticket
from seatrial.emulators.alpaca.refusals import forbidden

DAY_TRADING_ENDED = "2026-07-06"
DAY_TRADES_MAX = 3
DAYS_COUNTED = 5
EQUITY_LEAST = Decimal(25_000)
DAY_TRADING_MULTIPLIER = 4


class Era:
    """The rules of one day.

    Args:
        date: `YYYY-MM-DD`; None for today's rules.

    Raises:
        BadSetting: it is no date.
    """

    def __init__(self, date: str | None) -> None:
        self.counts_day_trades = date is not None and _checked(date) < DAY_TRADING_ENDED

    def check(self, ticket: Ticket, account: Account, standing: Standing, fills: Sequence[Fill], now_ns: int) -> None:
        """Refuse the order that could become one day trade too many.

        Raises:
            Refusal: 403, by the rules of that time.
        """
        if not self.counts_day_trades or standing.equity >= EQUITY_LEAST:
            return
        closes = account.held_units(ticket.symbol) * ticket.side < 0
        if closes and _opened_today(fills, account, ticket, now_ns) and len(day_trades(fills)) >= DAY_TRADES_MAX:
            raise forbidden("trade denied due to pattern day trading protection")

    def account_members(self, standing: Standing, fills: Sequence[Fill], last_equity: Decimal) -> dict[str, object]:
        """What the account's body has on top in this era."""
        if not self.counts_day_trades:
            return {}
        trades = len(day_trades(fills))
        pattern = trades > DAY_TRADES_MAX
        power = max(ZERO, DAY_TRADING_MULTIPLIER * (last_equity - standing.maintenance_margin)) if pattern else ZERO
        return {
            "pattern_day_trader": pattern,
            "daytrade_count": trades,
            "daytrading_buying_power": text(power),
        }

    def settings_members(self) -> dict[str, object]:
        """What the account's configurations have on top in this era."""
        return {"dtbp_check": "entry", "pdt_check": "entry"} if self.counts_day_trades else {}


def day_trades(fills: Sequence[Fill]) -> list[tuple[str, int]]:
    """`(day, order number)` of every closing of a position on the day it was opened, of the last five days traded."""
    days = sorted({_day(fill.at_ns) for fill in fills})[-DAYS_COUNTED:]
    found: dict[tuple[str, int], None] = {}
    opened: set[tuple[str, str]] = set()
    for fill in fills:
        day, place = _day(fill.at_ns), (_day(fill.at_ns), fill.symbol)
        before_units = fill.position_units - fill.side * fill.qty_units
        if before_units * fill.side < 0:
            if place in opened and day in days:
                found[day, fill.order_number] = None
        else:
            opened.add(place)
    return list(found)


def _opened_today(fills: Sequence[Fill], account: Account, ticket: Ticket, now_ns: int) -> bool:
    today, side = _day(now_ns), Side.BUY if account.held_units(ticket.symbol) > 0 else Side.SELL
    return any(fill.symbol == ticket.symbol and fill.side == side and _day(fill.at_ns) == today for fill in fills)


def _day(at_ns: int) -> str:
    return new_york(at_ns).date().isoformat()


def _checked(date: str) -> str:
    try:
        parse_rfc3339(f"{date}T00:00:00Z")
    except ValueError:
        raise BadSetting(f"rules_of: accepted is a date YYYY-MM-DD, was {date!r}") from None
    return date
