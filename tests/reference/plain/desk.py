"""What the account decides: which orders leave, which are taken back, and what each word of the venue leads to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tests.reference.plain import exits, requests
from tests.reference.plain.account import Account
from tests.reference.plain.instrument import Bar
from tests.reference.plain.money import Fact, book
from tests.reference.plain.order import Order, Word
from tests.reference.plain.parked import Parked
from tests.reference.plain.rules import verdict
from tests.reference.plain.told import Told

ZERO = Decimal(0)


@dataclass(frozen=True)
class Decision:
    """`kind` is cancel, weight, quantity, order or oco. `amount` is millionths, a quantity, or an order's place.

    Prices are 0 where an order has none; `notional` is cash instead of an amount. An OCO of no amount is for all there
    is, and its side is what closes that.
    """

    kind: str
    symbol: str = ""
    amount: Decimal = ZERO
    side: int = 0
    type: str = "market"
    until: str = "day"
    limit: Decimal = ZERO
    stop: Decimal = ZERO
    post_only: bool = False
    reduce_only: bool = False
    notional: Decimal = ZERO
    expires_ns: int = 0
    trail: Decimal = ZERO
    trail_part: Decimal = ZERO
    take_profit: Decimal = ZERO
    stop_loss: Decimal = ZERO
    stop_loss_limit: Decimal = ZERO


class Desk:
    """One account's. What it has to say to the venue waits in `letters`."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.told = Told()
        self.letters: list[tuple[str, Order]] = []
        self.asked: list[Order | Parked | None] = []

    # -------------------------------------------------------------- what is heard

    def hear_trade(self, trade: Word) -> None:
        """An order traded."""
        account, order = self.account, trade.order
        account.live_to(trade.at_ns)
        held = account.holdings[order.symbol]
        fee, taken_from = account.fee_on(held.thing, order.side, trade.qty, trade.price)
        cash, closed = held.post(
            order.side, trade.qty, trade.price, ZERO if taken_from == "purse" else fee, taken_from == "coin"
        )
        account.cash += cash
        if taken_from == "purse":
            before = account.purse_worth
            account.purse -= fee
            held.fees += before - account.purse_worth
            held.trade_result -= before - account.purse_worth
        if account.settles_in and order.side < 0:
            account.unsettled[account.settles_in - 1] += cash
        self.told.trades.append((trade.at_ns, order.symbol, order.side, trade.qty, trade.price))
        if held.is_flat:
            held.exiting = False
        if closed:
            account.judge(held)
        received = trade.qty - fee if taken_from == "coin" else trade.qty
        for parked in account.parked:
            if parked.parent is order and parked.role != "trailing":
                parked.cover(received, trade.price, account.now_ns)
        if order.filled == 0:
            account.pace.executed(order.symbol, account.now_ns)
        order.filled += trade.qty
        exits.note_fill(account, order, trade.qty)
        due = self.end(order) if order.left == 0 else False
        account.cool()
        self._trip()
        exits.trim(self, order.symbol)
        if due:
            self._follow(order.symbol)
        exits.tend(self, order.symbol, placing=True)

    def hear_end(self, order: Order, word: str) -> None:
        """The venue's last word on an order: canceled, expired or rejected. What waited follows, not on a rejection."""
        left = order.left
        due = self.end(order, follow=word != "rejected")
        if left:
            exits.note_end(self.account, order, word)
        self.account.cool()
        if due:
            self._follow(order.symbol)
        exits.tend(self, None, placing=False)

    def hear_working(self) -> None:
        """The venue has an order."""
        self.account.cool()
        exits.tend(self, None, placing=False)

    def end(self, order: Order, follow: bool = True) -> bool:
        """The order works no more; answers whether what waited for that is due now."""
        self.account.working.remove(order)
        held = self.account.holdings[order.symbol]
        if not held.resize_waits or self.account.works(order.symbol):
            return False
        held.resize_waits = False
        return follow

    def _follow(self, symbol: str) -> None:
        exiting = self.account.holdings[symbol].exiting
        if exiting or symbol in self.account.wishes:
            self.resize(symbol, "stop" if exiting else "target")

    def hear_bar(self, bar: Bar) -> None:
        """A bar has ended: the breaker, the position's own stop, what is out of time, what is parked."""
        account, symbol = self.account, bar.symbol
        account.mark(bar)
        self._trip()
        held = account.holdings[symbol]
        under_way = held.exiting and account.works(symbol)
        if account.stop_is_hit(symbol) and not under_way:
            exits.end_all(account, symbol)
            if account.works(symbol):
                for order in [order for order in account.working if order.symbol == symbol]:
                    self.take_back(order, "stop")
            else:
                self.ask(Order.market(symbol, held.thing.in_lots(-held.qty), "stop"))
        for order in account.working:
            if order.symbol == symbol and 0 < order.expires_ns <= held.last_at:
                self.take_back(order, "overdue")
        exits.tend(self, symbol, placing=True)

    def hear_money(self, fact: Fact) -> None:
        """Money moved without an order. A split takes everything back that works, and what is parked to open."""
        book(self.account, fact)
        if fact.kind != "split":
            return
        for order in self.account.working:
            if order.symbol == fact.symbol:
                self.take_back(order, "corporate")
        for side in (1, -1):
            exits.drop_side(self, fact.symbol, side)

    def _trip(self) -> None:
        account = self.account
        if account.must_trip() is None:
            return
        account.breaker = "tripped"
        account.cools_until_ns = account.now_ns + account.limits.cooldown_ns
        self.told.trips += 1
        for order in list(account.working):
            held = account.holdings[order.symbol].qty
            if order.why != "stop" and (held * order.side >= 0 or order.left > abs(held)):
                self.take_back(order, "breaker")
        exits.drop_entries(account)

    # ------------------------------------------------------------ what is decided

    def decide(self, decision: Decision, end_ns: int) -> None:
        """One decision of a strategy."""
        account = self.account
        account.live_to(end_ns)
        account.cool()
        symbol = decision.symbol
        if decision.kind == "cancel":
            self._cancel(self.asked[int(decision.amount)])
        elif decision.kind == "oco" and account.holdings[symbol].qty == 0:
            self.asked.append(None)  # a strategy cannot say that
        elif decision.kind in ("order", "oco"):
            self.asked.append(requests.answer(self, decision))
            exits.tend(self, symbol, placing=True)
        else:
            by_weight = decision.kind == "weight"
            wish = account.wish_weight(symbol, decision.amount) if by_weight else decision.amount
            account.wishes[symbol] = wish
            if account.holdings[symbol].stopped_side * wish <= 0:
                account.holdings[symbol].stopped_side = 0

    def _cancel(self, asked: Order | Parked | None) -> None:
        """Exits go together. Those of an entry that works stay for what it has filled."""
        if asked in self.account.working:
            self.take_back(asked, "request")
        elif asked is not None:
            still_parked = isinstance(asked, Parked) and asked in self.account.parked
            exits.end_group(self, asked.group if still_parked else asked, "request")

    def resize(self, symbol: str, why: str) -> None:
        """Bring what is held to what is wished, from where exits and working orders will have brought it."""
        account = self.account
        if exits.give_way(self, symbol):
            return
        missing = account.missing(symbol)
        if missing == 0:
            return
        side = 1 if missing > 0 else -1
        if account.opens(symbol, -side) > 0:
            for order in account.working:
                if order.symbol == symbol and order.side == -side:
                    self.take_back(order, "stop" if why == "stop" else "resize")
            return
        thing = account.holdings[symbol].thing
        held = account.holdings[symbol].qty + account.opens(symbol, 1) - account.opens(symbol, -1)
        if held * side < 0 and abs(missing) > abs(held) and thing.in_lots(-held) != 0:
            self.ask(Order.market(symbol, thing.in_lots(-held), "part"))
            return
        self.ask(Order.market(symbol, missing, why))

    def ask(self, order: Order) -> Order | None:
        """Put an order before risk; a refusal is counted."""
        refused = self.verdict(order)
        if refused is not None:
            self.told.refused[refused] += 1
            return None
        self.send(order)
        return order

    def verdict(self, order: Order) -> str | None:
        """Risk's. What a parked order holds back for the one it sends is not counted twice."""
        back = order.qty if order.parent in self.account.parked and order.parent.may_open else ZERO
        if back:
            order.parent.live -= back
        try:
            return verdict(self.account, order)
        finally:
            if back:
                order.parent.live += back

    def send(self, order: Order) -> None:
        """An approved order leaves."""
        account = self.account
        account.pace.order_left(order, account.now_ns)
        held = account.holdings[order.symbol]
        if order.why == "target":
            held.resize_waits = False
        elif order.why == "part":
            held.resize_waits = True
        elif order.why == "stop":
            held.exiting, held.stopped_side = True, -order.side
        if order.parent in account.parked:
            order.parent.tried_at = held.last_at
        account.working.append(order)
        self.letters.append(("send", order))

    def take_back(self, order: Order, why: str) -> bool:
        """Once. Answers whether a cancel leaves."""
        if order.canceling:
            return False
        order.canceling = True
        self.account.pace.cancel_left(self.account.now_ns)
        held = self.account.holdings[order.symbol]
        if why == "resize" or (why == "corporate" and order.why != "request"):
            held.resize_waits = True
        elif why == "stop":
            held.resize_waits = held.exiting = True
            held.stopped_side = 1 if held.qty > 0 else -1
        self.letters.append(("cancel", order))
        return True
