"""What a client believes, held against what a venue's history says.

A view is JSON that a bot, or a script beside it, writes at the end of a drill:

    {"account": "local",
     "open_orders": ["id-3"],
     "executed": {"id-1": "10", "id-2": "0.5"},
     "intents": [{"name": "buy AAPL", "quantity": "10", "client_order_ids": ["id-1", "id-9"]}]}

Each part may be left out; then nothing is said of it.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from seatrial.domain.faults import DataFault
from seatrial.emulators.checking.changes import ZERO
from seatrial.emulators.checking.rules import Broken, OrderStory, Report


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something a client wanted once, and every id under which it asked for it."""

    name: str
    quantity: Decimal
    client_order_ids: list[str]


class ClientView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client believes of one account. `executed` is by client order id; orders without any may be left out."""

    account: str = "local"
    open_orders: list[str] | None = None
    executed: dict[str, Decimal] | None = None
    intents: list[Intent] = []


def parse_view(document: bytes) -> ClientView:
    """A view as it was written.

    Raises:
        DataFault: it is not one; names the field.
    """
    try:
        return msgspec.json.decode(document, type=ClientView)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise DataFault(f"not a client's view: {fault}") from fault


def check_view(report: Report, view: ClientView) -> list[Broken]:
    """Where the two disagree: `view` for open orders and fills, `exposure` for an intent executed too often."""
    stories: dict[str, list[OrderStory]] = {}
    for story in report.orders.values():
        if story.first.account == view.account:
            stories.setdefault(story.first.client_order_id, []).append(story)
    executed = {name: sum((story.executed for story in each), ZERO) for name, each in stories.items()}
    return [*_open(stories, view), *_fills(executed, view), *_exposure(executed, view)]


def _open(stories: dict[str, list[OrderStory]], view: ClientView) -> list[Broken]:
    if view.open_orders is None:
        return []
    theirs = {name for name, each in stories.items() if any(story.is_open for story in each)}
    ours = set(view.open_orders)
    unknown = [_broken("view", view, name, "open at the venue, not for the client") for name in sorted(theirs - ours)]
    return unknown + [
        _broken("view", view, name, "open for the client, not at the venue") for name in sorted(ours - theirs)
    ]


def _fills(executed: dict[str, Decimal], view: ClientView) -> list[Broken]:
    if view.executed is None:
        return []
    names = sorted(executed.keys() | view.executed.keys())
    return [
        _broken("view", view, name, f"the venue executed {executed.get(name, ZERO)}, the client knows of {known}")
        for name in names
        if executed.get(name, ZERO) != (known := view.executed.get(name, ZERO))
    ]


def _exposure(executed: dict[str, Decimal], view: ClientView) -> list[Broken]:
    found = []
    for intent in view.intents:
        total = sum((executed.get(name, ZERO) for name in intent.client_order_ids), ZERO)
        if total > intent.quantity:
            what = f"{intent.name}: {total} executed, {intent.quantity} wanted"
            found.append(_broken("exposure", view, " ".join(intent.client_order_ids), what))
    return found


def _broken(rule: str, view: ClientView, client_order_id: str, what: str) -> Broken:
    return Broken(rule, 0, view.account, client_order_id, what)
