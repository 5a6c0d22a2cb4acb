"""How a Binance spot account stands."""

from __future__ import annotations

from seatrial.domain.ids import Symbol
from seatrial.domain.time import MILLISECOND_NS
from seatrial.venues.binance.door import BinanceDoor
from seatrial.venues.binance.records import AccountRecord, ExchangeRecord
from seatrial.venues.standing import Standing


async def standing(door: BinanceDoor, symbol: Symbol) -> Standing:
    """GET account, time, and exchangeInfo of one symbol for the types of orders."""
    account = await door.ask("/account", AccountRecord, {}, weight=20)
    info = await door.ask_publicly("/exchangeInfo", ExchangeRecord, {"symbol": str(symbol)}, weight=20)
    await door.time.now_ms()
    restraints = [] if account.can_trade else ["the key, or the account, may not trade"]
    if account.permissions and "SPOT" not in account.permissions:
        restraints.append(f"the account has {', '.join(account.permissions)} and not SPOT")
    return Standing(
        account_ref=str(account.uid),
        can_trade=not restraints,
        restraints=tuple(restraints),
        clock_ahead_ms=door.time.offset_ns // MILLISECOND_NS,
        order_types=tuple(info.symbols[0].order_types) if info.symbols else (),
    )
