"""What parked orders lead to: docs/concepts/orders.md, "Rules" and "What happens to them"."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.reference.plain.account import Account
from tests.reference.plain.order import Order
from tests.reference.plain.parked import Parked

if TYPE_CHECKING:
    from tests.reference.plain.desk import Desk

ZERO = Decimal(0)
PROFITS_AT_ONCE = 2  # take-profits of one exit while its entry fills; one more once that is over


def note_fill(account: Account, child: Order, qty: Decimal) -> None:
    """What a parked order sent was filled: so much of it, and of the exit beside it, is done."""
    parent = child.parent
    if parent in account.parked:
        parent.filled += qty
        for parked in account.parked:
            if parked.group is parent.group:
                parked.live = max(parked.live - qty, ZERO)


def note_end(account: Account, child: Order, word: str) -> None:
    """What a parked order sent ended with something open. Entries are over, and rejected take-profits."""
    parent = child.parent
    if parent not in account.parked:
        return
    opens = account.holdings[parent.symbol].qty * parent.side >= 0
    if (parent.role == "profit" and word == "rejected") or (parent.role == "trailing" and opens):
        parent.ending = word


def tend(desk: Desk, symbol: str | None, placing: bool) -> None:
    """Do what the parked orders of an instrument, or all, call for. On a mere report no take-profit is sent."""
    parked, at = desk.account.parked, 0
    while at < len(parked):
        before = len(parked)
        if symbol in (None, parked[at].symbol):
            _tend_one(desk, parked[at], placing)
        at = at + 1 if len(parked) == before else 0


def _tend_one(desk: Desk, parked: Parked, placing: bool) -> None:
    account, thing = desk.account, parked.thing
    if account.sent(parked) == 0:
        if parked.ending:
            account.parked.remove(parked)
            return
        held = account.holdings[parked.symbol].qty
        nothing_held = not parked.may_open and -held * parked.side < thing.lot
        if parked.group not in account.working and (parked.live < thing.lot or nothing_held):
            account.parked.remove(parked)
            return
    if parked.live == 0:
        return
    if parked.role == "profit":
        if placing:
            _offer(desk, parked)
    elif parked.triggered and account.sent(parked) == 0:
        _trigger(desk, parked)


def _offer(desk: Desk, parked: Parked) -> None:
    account = desk.account
    if any(other.triggered for other in account.parked if other.group is parked.group):
        return
    offered = sum(order.parent is parked for order in account.working)
    if offered < PROFITS_AT_ONCE + (parked.group not in account.working):
        _exit(desk, parked, parked.live - account.sent(parked))


def _trigger(desk: Desk, parked: Parked) -> None:
    """The rest of the entry and the take-profit are out of the way first."""
    account = desk.account
    if parked.group in account.working:
        desk.take_back(parked.group, "one cancels the other")
    others = [other for other in account.parked if other is not parked and other.group is parked.group]
    for other in others:
        take_back_sent(desk, other, "one cancels the other")
    if any(account.sent(other) > 0 for other in others):
        return
    if parked.tried_at >= account.holdings[parked.symbol].last_at:
        return
    if parked.may_open:
        if desk.ask(_child(parked, parked.live)) is None:
            account.parked.remove(parked)
    else:
        _exit(desk, parked, parked.live)


def _exit(desk: Desk, parked: Parked, qty: Decimal) -> None:
    """For at most what is held and not being closed already; in silence where risk would refuse it."""
    qty = min(parked.thing.in_lots(qty), desk.account.closable(parked.symbol, parked.side))
    if qty > 0:
        child = _child(parked, qty)
        if desk.verdict(child) is None:
            desk.send(child)


def _child(parked: Parked, qty: Decimal) -> Order:
    child = Order.market(parked.symbol, parked.side * qty, "child")
    if parked.limit:
        child.kind, child.until, child.limit = "limit", "gtc", parked.limit
    child.parent, child.reduce_only = parked, parked.reduce_only
    return child


def trim(desk: Desk, symbol: str) -> None:
    """Reduce-only orders for more than is held are taken back, newest first."""
    held = desk.account.holdings[symbol].qty
    against = [o for o in desk.account.working if o.symbol == symbol and (held == 0 or held * o.side < 0)]
    over = sum((order.left for order in against), ZERO) - abs(held)
    for order in reversed(against):
        if over > 0 and order.reduce_only:
            over -= order.left
            desk.take_back(order, "too much")


# ------------------------------------------------------------------ before their time


def take_back_sent(desk: Desk, parked: Parked, why: str) -> bool:
    """What it has sent; answers whether a cancel leaves."""
    cancels = [desk.take_back(order, why) for order in desk.account.working if order.parent is parked]
    return any(cancels)


def end_group(desk: Desk, group: Order | Parked, why: str) -> None:
    """All exits of one entry or OCO, or a trailing stop, and what they have sent."""
    for parked in [each for each in desk.account.parked if each.group is group]:
        take_back_sent(desk, parked, why)
        desk.account.parked.remove(parked)


def end_all(account: Account, symbol: str) -> None:
    """The position's own stop closes everything."""
    account.parked[:] = [parked for parked in account.parked if parked.symbol != symbol]


def give_way(desk: Desk, symbol: str) -> bool:
    """A target contradicts: exits where less is wanted than held, entries the other way. Whether a cancel leaves."""
    account = desk.account
    held, wanted, leaves = account.holdings[symbol].qty, account.wanted(symbol), False
    if held * wanted < 0 or abs(wanted) < abs(held):
        for parked in [each for each in account.parked if each.symbol == symbol and each.live > 0]:
            leaves |= take_back_sent(desk, parked, "resize")
            account.parked.remove(parked)
    missing = account.missing(symbol)
    if missing != 0:
        leaves |= drop_side(desk, symbol, -1 if missing > 0 else 1)
    return leaves


def drop_side(desk: Desk, symbol: str, side: int) -> bool:
    """Parked entries of one side end, and what they have sent; answers whether a cancel leaves."""
    leaves = False
    for parked in [p for p in desk.account.parked if p.symbol == symbol and p.side == side and p.may_open]:
        leaves |= take_back_sent(desk, parked, "resize")
        desk.account.parked.remove(parked)
    return leaves


def drop_entries(account: Account) -> None:
    """A tripped breaker ends what is parked and would open or enlarge a position."""
    for parked in list(account.parked):
        held = account.holdings[parked.symbol].qty
        if parked.may_open and (held * parked.side >= 0 or parked.live > abs(held)):
            account.parked.remove(parked)
