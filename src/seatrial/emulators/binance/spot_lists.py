"""Order lists as the matching engine takes them: a pair locks once, and what waits for another order locks nothing."""

from __future__ import annotations

from decimal import Decimal

from seatrial.emulators.binance import engine_refusals, settlement
from seatrial.emulators.binance.account import Account
from seatrial.emulators.binance.intake import Draft
from seatrial.emulators.binance.list_intake import ListDraft
from seatrial.emulators.binance.numbers import ZERO
from seatrial.emulators.binance.order_lists import OrderList
from seatrial.emulators.binance.orders import Order
from seatrial.emulators.binance.rules import ORDER_LISTS_MAX
from seatrial.emulators.binance.spot import Cancelled, Spot


class SpotLists:
    """Places and takes back lists. Raises `Refusal` where the venue says no."""

    def __init__(self, spot: Spot) -> None:
        self._spot = spot

    def place(self, account: Account, draft: ListDraft) -> OrderList:
        """Take a list. On return it is durable, and what does not wait is working."""
        spot = self._spot
        spot.exchange.catch_up()
        account.meter.check(len(draft.drafts))
        self._check(account, draft)
        self._reserve(account, draft)
        group, orders = self._open(account, draft)
        account.meter.add(len(orders))
        for order in orders:
            spot.clearing.open(account, order)
        spot.clearing.tell_list(account, group)
        for order in orders:
            if order.status == "NEW":
                spot.clearing.enter(account, order)
        spot.exchange.meet_arrivals()
        spot.clearing.commit(spot.exchange.settled_ns)
        return group

    def cancel(
        self, account: Account, symbol: str, list_id: int | None, client_id: str | None, cancel_id: str | None
    ) -> list[Cancelled]:
        """Take a list back; -2011 where none of its orders is open."""
        spot = self._spot
        spot.exchange.catch_up()
        group = account.find_list(list_id, client_id)
        open_orders = [] if group is None else [order for order in account.members(group) if order.open]
        if group is None or group.symbol != symbol or not open_orders:
            raise engine_refusals.unknown_order()
        used = cancel_id or spot.new_id()
        spot.clearing.cancel(account, open_orders[0], used)
        spot.clearing.commit(spot.exchange.settled_ns)
        return [Cancelled(order, used) for order in open_orders if order.status == "CANCELED"]

    # ------------------------------------------------------------------ parts

    def _check(self, account: Account, draft: ListDraft) -> None:
        spot = self._spot
        for one in draft.drafts:
            spot.check_rules(account, one)
        symbol = draft.legs[0].rules.symbol
        if account.open_list_count(symbol) >= ORDER_LISTS_MAX:
            raise engine_refusals.filter_failure("MAX_NUM_ORDER_LISTS")
        if draft.client_id is not None and account.list_id_is_open(draft.client_id):
            raise engine_refusals.duplicate_order()
        ids = [one.client_order_id for one in draft.drafts if one.client_order_id is not None]
        if len(set(ids)) != len(ids):
            raise engine_refusals.duplicate_order()
        if draft.working is not None:
            spot.check_market(account, draft.working)
            return
        upper, lower = draft.legs
        last = spot.markets.pairs[symbol].last_price
        above, below = _price_of(upper), _price_of(lower)
        if last is not None and not (below or last) <= last <= (above or last):
            raise engine_refusals.prices_unrelated()
        if last is not None and last in {above, below}:
            raise engine_refusals.prices_unrelated()
        for one in draft.legs:
            spot.check_market(account, one)

    def _reserve(self, account: Account, draft: ListDraft) -> None:
        first = draft.drafts[0]
        account.wallet.reserve(settlement.reserved_asset_of(first.side, first.rules), self._need(draft))

    def _need(self, draft: ListDraft) -> Decimal:
        """What the list locks: the working order's need, or the larger one of a pair."""
        pair = self._spot.markets.pairs[draft.legs[0].rules.symbol]
        locking = draft.legs if draft.working is None else (draft.working,)
        return max(settlement.reservation_of(one, one.quantity, pair.last_price) for one in locking)

    def _open(self, account: Account, draft: ListDraft) -> tuple[OrderList, list[Order]]:
        spot = self._spot
        list_id = spot.clearing.ledger.next_list_id()
        need = self._need(draft)
        orders = [spot.new_order(account, one, one.quantity, list_id=list_id) for one in draft.drafts]
        orders[0].reserved = need
        if draft.working is not None:
            for order in orders[1:]:
                order.status = "PENDING_NEW"
        group = OrderList(
            account=account.name,
            symbol=orders[0].symbol,
            list_id=list_id,
            client_id=draft.client_id or spot.new_id(),
            contingency=draft.contingency,
            order_ids=tuple(order.order_id for order in orders),
            created_ns=spot.exchange.settled_ns,
            working_id=None if draft.working is None else orders[0].order_id,
        )
        spot.clearing.ledger.listed(group)
        for order in orders:
            account.add(order)
        spot.clearing.linkage.take_in(group)
        return group, orders


def _price_of(draft: Draft) -> Decimal:
    """Where a leg stands: a maker at its price, a trigger at its stop price, a trailing one without it nowhere."""
    return draft.price if draft.type == "LIMIT_MAKER" else draft.stop_price or ZERO
