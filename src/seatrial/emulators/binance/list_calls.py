"""What an account may do with order lists."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.emulators.binance import engine_refusals, refusals
from seatrial.emulators.binance.desk import Call, Desk, Serve
from seatrial.emulators.binance.intake import IGNORED, read_rules
from seatrial.emulators.binance.list_intake import (
    ListDraft,
    Listings,
    read_oco,
    read_old_oco,
    read_oto,
    read_otoco,
)
from seatrial.emulators.binance.order_calls import CLIENT_ID_LOOSE, recorded, told_cancelled
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.order_shapes import listed, placed
from seatrial.emulators.binance.orders import Json
from seatrial.emulators.binance.parameters import CLIENT_ID, Parameters, span_of
from seatrial.emulators.binance.rows import LIMIT_DEFAULT, LIMIT_MAX, newest_or_from
from seatrial.emulators.binance.spot_lists import SpotLists

Read = Callable[[Parameters, Listings], ListDraft]


def _placing(read: Read) -> Serve:
    """The call that places the kind of list which `read` reads."""

    def serve(desk: Desk, call: Call) -> Json:
        def place() -> Json:
            draft = read(call.parameters, desk.markets.rules)
            group = SpotLists(desk.spot).place(call.account, draft)
            reports = [placed(order, draft.form, call.unit) for order in call.account.members(group)]
            for report in reports:
                report.pop("fills", None)
            return _told(call, group) | {"orderReports": reports}

        return recorded(desk, call, place)

    return serve


oco_place = _placing(read_oco)
old_oco_place = _placing(read_old_oco)
oto_place = _placing(read_oto)
otoco_place = _placing(read_otoco)


def list_cancel(desk: Desk, call: Call) -> Json:
    """Take a list back."""
    symbol = read_rules(call.parameters, desk.markets.rules).symbol
    list_id, client_id = _list_ids(call.parameters, "listClientOrderId")
    cancel_id = call.parameters.optional("newClientOrderId", CLIENT_ID)
    call.parameters.finish(*IGNORED)
    done = SpotLists(desk.spot).cancel(call.account, symbol, list_id, client_id, cancel_id)
    if not done:
        raise engine_refusals.unknown_order()
    (told,) = told_cancelled(call.account, done, call.unit)
    return told


def list_query(desk: Desk, call: Call) -> Json:
    """One list, by either id."""
    list_id, client_id = _list_ids(call.parameters, "origClientOrderId")
    call.parameters.finish(*IGNORED)
    group = call.account.find_list(list_id, client_id)
    if group is None:
        raise engine_refusals.no_such_list()
    return _told(call, group)


def open_lists(desk: Desk, call: Call) -> list[Json]:
    """Lists with open orders."""
    call.parameters.finish(*IGNORED)
    return [_told(call, one) for one in call.account.open_lists()]


def all_lists(desk: Desk, call: Call) -> list[Json]:
    """Lists of whatever status."""
    from_id = call.parameters.integer("fromId")
    span = span_of(call.parameters)
    count = call.parameters.limit(LIMIT_DEFAULT, LIMIT_MAX)
    call.parameters.finish(*IGNORED)
    if from_id is not None and span.bounded:
        raise refusals.bad_combination()
    rows = [
        group
        for group in call.account.past.lists(newest_first=False)
        if (from_id is None or group.list_id >= from_id) and span.holds(group.created_ns)
    ]
    chosen = newest_or_from(rows, count, forward=from_id is not None or span.start_ns is not None)
    return [_told(call, group) for group in chosen]


def _told(call: Call, group: OrderList) -> Json:
    return listed(group, call.account.members(group), call.unit)


def _list_ids(parameters: Parameters, client_name: str) -> tuple[int | None, str | None]:
    list_id, client_id = parameters.integer("orderListId"), parameters.optional(client_name, CLIENT_ID_LOOSE)
    if list_id is None and client_id is None:
        raise refusals.missing_both("orderListId", client_name)
    return list_id, client_id
