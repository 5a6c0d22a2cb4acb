"""How an Alpaca account stands."""

from __future__ import annotations

from seatrial.domain.time import MILLISECOND_NS, Clock
from seatrial.venues.alpaca.door import AlpacaDoor
from seatrial.venues.alpaca.records import AccountRecord, ClockRecord
from seatrial.venues.alpaca.wire import venue_clock
from seatrial.venues.standing import Standing

ORDER_TYPES = ("market", "limit", "stop", "stop_limit", "trailing_stop")  # Alpaca takes them of every account


async def standing(door: AlpacaDoor, clock: Clock) -> Standing:
    """GET /v2/account and /v2/clock."""
    account = await door.ask("/account", AccountRecord)
    asked_ns = clock.now_ns()
    told = venue_clock(await door.ask("/clock", ClockRecord))
    between_ns = (asked_ns + clock.now_ns()) // 2
    blocked = {
        f"the account is {account.status}, not ACTIVE": account.status != "ACTIVE",
        "the account is blocked": account.account_blocked,
        "trading is blocked": account.trading_blocked,
        "you have suspended trading": account.trade_suspended_by_user,
    }
    restraints = tuple(why for why, holds in blocked.items() if holds)
    return Standing(
        account_ref=account.id,
        can_trade=not restraints,
        restraints=restraints or (() if account.shorting_enabled else ("it may not sell short",)),
        clock_ahead_ms=(told.now_ns - between_ns) // MILLISECOND_NS,
        order_types=ORDER_TYPES,
    )
