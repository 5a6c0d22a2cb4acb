"""What must hold of a history: legal states, sums of fills, one order for one id, answers that are true.

| rule | says |
|---|---|
| `states` | each state of an order may follow the one before, and nothing follows its end |
| `fills` | executions add up to what is filled, none comes twice, none goes beyond the quantity |
| `ids` | a client's id is accepted once (Alpaca), or once among open orders (Binance) |
| `answers` | an order that was answered as accepted was accepted |
| `numbers` | operations count without gaps |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from seatrial.emulators.checking import states
from seatrial.emulators.checking.changes import ZERO, Change, changes_of
from seatrial.emulators.history import Operation

PLACING = ("POST /v2/orders", "POST /api/v3/order", "WS /ws-api/v3/order.place")
ANSWERED_WELL = range(200, 300)


class Broken(NamedTuple):
    """One thing that does not hold, at operation `seq`."""

    rule: str
    seq: int
    account: str
    client_order_id: str
    what: str


@dataclass(slots=True)
class OrderStory:
    """An order as its events tell it."""

    first: Change
    newest: Change
    executed: Decimal = ZERO
    execution_ids: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether the venue still has it working, or waiting."""
        return not states.ended(self.newest.venue, self.newest.status)


@dataclass(slots=True)
class Report:
    """What a history holds, and what of it is broken."""

    operations: int
    faults: int
    orders: dict[tuple[str, str], OrderStory]
    broken: list[Broken]

    @property
    def executions(self) -> int:
        """How many there were."""
        return sum(len(story.execution_ids) for story in self.orders.values())

    @property
    def open_orders(self) -> list[OrderStory]:
        """Those that have not ended."""
        return [story for story in self.orders.values() if story.is_open]


def check_history(operations: Iterable[Operation]) -> Report:
    """Read a venue's history, from its beginning or from wherever it begins.

    An order that was not accepted within it comes from before, or belongs to another one, such as a leg that
    waits: it may be met in any state.

    Raises:
        DataFault: an event cannot be read.
    """
    rows = list(operations)
    orders: dict[tuple[str, str], OrderStory] = {}
    accepted = {(row.account, row.client_order_id) for row in rows if row.op == "accepted"}
    broken = [*_numbers(rows), *_answers(rows, accepted)]
    holders: dict[tuple[str, str], OrderStory] = {}
    for change in changes_of(rows):
        key = (change.account, change.order_id)
        story = orders.get(key)
        if story is None:
            story = orders[key] = OrderStory(change, change)
            is_new = (change.account, change.client_order_id) in accepted
            broken += _first(change, holders, is_new=is_new)
            story.executed = ZERO if is_new else change.filled - change.last
            holders[change.account, change.client_order_id] = story
        else:
            broken += _next(story.newest, change)
        broken += _executed(story, change)
        story.newest = change
    return Report(len(rows), sum(row.op == "fault" for row in rows), orders, sorted(broken, key=lambda one: one.seq))


def _broken(rule: str, change: Change, what: str) -> Broken:
    return Broken(rule, change.seq, change.account, change.client_order_id, what)


def _first(change: Change, holders: dict[tuple[str, str], OrderStory], *, is_new: bool) -> list[Broken]:
    found = []
    if is_new and not states.may_begin(change.venue, change.status):
        found.append(
            _broken("states", change, f"the first that is heard of order {change.order_id} is {change.status}")
        )
    holder = holders.get((change.account, change.client_order_id))
    if holder is not None and not states.may_ask_twice(change.venue, holder.newest.status):
        what = f"order {change.order_id} has the id of order {holder.first.order_id}, which is {holder.newest.status}"
        found.append(_broken("ids", change, what))
    return found


def _next(before: Change, change: Change) -> list[Broken]:
    if states.may_follow(change.venue, before.status, change.status, change.event):
        return []
    return [_broken("states", change, f"{change.status} follows {before.status} (operation {before.seq})")]


def _executed(story: OrderStory, change: Change) -> list[Broken]:
    found = []
    if change.execution_id:
        if change.execution_id in story.execution_ids:
            found.append(_broken("fills", change, f"execution {change.execution_id} comes twice"))
        story.execution_ids.add(change.execution_id)
    story.executed += change.last
    if story.executed != change.filled:
        found.append(_broken("fills", change, f"executions add up to {story.executed}, filled is {change.filled}"))
    if change.qty is not None and change.filled > change.qty:
        found.append(_broken("fills", change, f"filled is {change.filled} of {change.qty}"))
    if change.status in ("filled", "FILLED") and change.qty is not None and change.filled != change.qty:
        found.append(_broken("fills", change, f"it is called filled with {change.filled} of {change.qty}"))
    return found


def _numbers(rows: Sequence[Operation]) -> list[Broken]:
    return [
        Broken("numbers", after.seq, "", "", f"operation {after.seq} follows {before.seq}")
        for before, after in pairwise(rows)
        if after.seq != before.seq + 1 and after.seq != 1  # a venue that was started again counts from one
    ]


def _answers(rows: Sequence[Operation], accepted: set[tuple[str, str]]) -> list[Broken]:
    asked = {row.request: row for row in rows if row.op == "request" and row.what in PLACING}
    found = []
    for row in rows:
        request = asked.get(row.request) if row.op == "answer" else None
        if request is None or row.status not in ANSWERED_WELL or not request.client_order_id:
            continue
        if (request.account, request.client_order_id) not in accepted:
            what = f"{request.what} was answered {row.status} and never accepted"
            found.append(Broken("answers", row.seq, request.account, request.client_order_id, what))
    return found
