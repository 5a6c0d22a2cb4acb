"""A backtest by hand: bars, a venue, an account, and a list of what is decided after each bar."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from tests.reference.plain.account import Account
from tests.reference.plain.exact import down
from tests.reference.plain.instrument import Bar
from tests.reference.plain.order import Order, Word, meet
from tests.reference.plain.rules import MINUTE_NS, verdict


@dataclass(frozen=True)
class Decision:
    """`kind` is cancel, weight, quantity or order. `amount` is millionths, a quantity, or the order's place so far."""

    kind: str
    symbol: str = ""
    amount: Decimal = Decimal(0)
    side: int = 0
    type: str = "market"
    until: str = "day"
    limit: Decimal = Decimal(0)
    stop: Decimal = Decimal(0)
    post_only: bool = False


@dataclass
class Told:
    """What happened, in order."""

    trades: list[tuple[int, str, int, Decimal, Decimal]] = field(default_factory=list)
    equity: list[Decimal] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    cancels: int = 0
    expired: int = 0
    trips: int = 0


class World:
    """Runs one account through its bars. Words between machine and venue wait in `letters` until they are carried."""

    def __init__(self, account: Account, part: Decimal, sessions: list[tuple[int, int]]) -> None:
        self.account, self.part, self.sessions = account, part, sorted(sessions)
        self.closes = [close_ns for _, close_ns in self.sessions]
        self.opened: set[tuple[str, int]] = set()  # symbols whose opening print has been, by session
        self.venue: dict[str, list[Order]] = {symbol: [] for symbol in account.holdings}
        self.asked: list[Order | None] = []
        self.letters: list[tuple[str, Order]] = []
        self.told = Told()

    def live(self, bars: list[Bar], decisions: list[Decision]) -> None:
        """One span of time: prints meet orders, the session may close, bars are heard, strategies decide."""
        end_ns, start_ns = bars[0].end_ns, bars[0].start_ns
        closes_now = False
        while self.closes and self.closes[0] <= end_ns:
            close_ns = self.closes.pop(0)
            if close_ns > start_ns:
                closes_now = True
            else:
                self.account.live_to(close_ns)
                self._expire()
        prints = [bar.prints(self.account.holdings[bar.symbol].thing, self.part) for bar in bars]
        for index in range(4):
            words: list[Word] = []
            for bar, several in zip(bars, prints, strict=True):
                opening, closing = self._auction(bar, index)
                words += meet(self.venue[bar.symbol], *several[index], index == 0, opening, closing)
                ended = [word.order for word in words if word.end]
                at_venue = self.venue[bar.symbol]
                self.venue[bar.symbol] = [o for o in at_venue if o.traded < o.qty and o not in ended]
            for word in words:
                if word.end:
                    self._hear_end(word)
                else:
                    self._hear_trade(word)
            self._carry()
        if closes_now:
            self.account.live_to(end_ns)
            self._expire()
        for bar in bars:
            self._hear_bar(bar)
        self.told.equity.append(self.account.equity)
        for decision in decisions:
            self._decide(decision, end_ns)
        for symbol in dict.fromkeys(d.symbol for d in decisions if d.kind in ("weight", "quantity")):
            self.account.cool()
            self._resize(symbol, "target")
        self._carry()

    # -------------------------------------------------------------- what is heard

    def _auction(self, bar: Bar, index: int) -> tuple[bool, bool]:
        """Whether a print is the first of its instrument in a session, or the last of the session."""
        for open_ns, close_ns in self.sessions:
            if open_ns <= bar.start_ns and bar.end_ns <= close_ns:
                first = (bar.symbol, open_ns) not in self.opened
                if index == 3:
                    self.opened.add((bar.symbol, open_ns))
                return first and index == 0, index == 3 and bar.end_ns == close_ns
        return False, False

    def _hear_end(self, word: Word) -> None:
        self.account.live_to(word.at_ns)
        if word.end == "canceled":
            self.told.cancels += 1
        else:
            self.told.expired += 1
        due = self._end(word.order)
        self.account.cool()
        if due:
            self._follow(word.order.symbol)

    def _hear_trade(self, trade: Word) -> None:
        account, order = self.account, trade.order
        held = account.holdings[order.symbol]
        account.live_to(trade.at_ns)
        order.filled += trade.qty
        cash, closed = held.post(order.side, trade.qty, trade.price)
        account.cash += cash
        self.told.trades.append((trade.at_ns, order.symbol, order.side, trade.qty, trade.price))
        if held.is_flat:
            held.exiting = False
        if closed:
            account.losses_in_row = account.losses_in_row + 1 if held.trade_result < 0 else 0
            held.trade_result = Decimal(0)
        due = self._end(order) if order.left == 0 else False
        account.cool()
        self._trip()
        if due:
            self._follow(order.symbol)

    def _end(self, order: Order, follow: bool = True) -> bool:
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
            self._resize(symbol, "stop" if exiting else "target")

    def _hear_bar(self, bar: Bar) -> None:
        self.account.mark(bar.symbol, bar.start_ns, bar.end_ns, bar.close)
        self._trip()
        held = self.account.holdings[bar.symbol]
        under_way = held.exiting and self.account.works(bar.symbol)
        if self.account.stop_is_hit(bar.symbol) and not under_way:
            if self.account.works(bar.symbol):
                for order in [order for order in self.account.working if order.symbol == bar.symbol]:
                    self._take_back(order, "stop")
            else:
                self._ask(bar.symbol, held.thing.in_lots(-held.qty), why="stop")

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
                self._take_back(order, "breaker")

    # ------------------------------------------------------------ what is decided

    def _decide(self, decision: Decision, end_ns: int) -> None:
        account = self.account
        account.live_to(end_ns)
        account.cool()
        symbol = decision.symbol
        if decision.kind == "cancel":
            order = self.asked[int(decision.amount)]
            if order in account.working:
                self._take_back(order, "request")
        elif decision.kind == "order":
            self.asked.append(
                self._ask(
                    symbol,
                    decision.side * decision.amount,
                    decision.type,
                    decision.until,
                    decision.limit,
                    decision.stop,
                    "request",
                    decision.post_only,
                )
            )
        else:
            by_weight = decision.kind == "weight"
            wish = account.wish_weight(symbol, decision.amount) if by_weight else decision.amount
            account.wishes[symbol] = wish
            if account.holdings[symbol].stopped_side * wish <= 0:
                account.holdings[symbol].stopped_side = 0

    def _resize(self, symbol: str, why: str) -> None:
        account = self.account
        missing = account.missing(symbol)
        if missing == 0:
            return
        side = 1 if missing > 0 else -1
        against = [order for order in account.working if order.symbol == symbol and order.side == -side]
        if against:
            for order in against:
                self._take_back(order, "stop" if why == "stop" else "resize")
            return
        thing = account.holdings[symbol].thing
        held = account.holdings[symbol].qty + account.opens(symbol, 1) - account.opens(symbol, -1)
        if held * side < 0 and abs(missing) > abs(held) and thing.in_lots(-held) != 0:
            self._ask(symbol, thing.in_lots(-held), why="part")
            return
        self._ask(symbol, missing, why=why)

    def _ask(
        self,
        symbol: str,
        signed: Decimal,
        kind: str = "market",
        until: str = "day",
        limit: Decimal = Decimal(0),
        stop: Decimal = Decimal(0),
        why: str = "target",
        post_only: bool = False,
    ) -> Order | None:
        account = self.account
        order = Order(symbol, 1 if signed > 0 else -1, kind, until, abs(signed), limit, stop, why, post_only)
        refused = verdict(account, order)
        if refused is not None:
            self.told.refused[refused] += 1
            return None
        minute = account.now_ns // MINUTE_NS
        account.approved_in_minute = account.approved_in_minute + 1 if account.minute == minute else 1
        account.minute = minute
        held = account.holdings[symbol]
        if why == "target":
            held.resize_waits = False
        elif why == "part":
            held.resize_waits = True
        elif why == "stop":
            held.exiting, held.stopped_side = True, -order.side
        account.working.append(order)
        self.letters.append(("send", order))
        return order

    def _take_back(self, order: Order, why: str) -> None:
        if order.canceling:
            return
        order.canceling = True
        held = self.account.holdings[order.symbol]
        if why == "resize":
            held.resize_waits = True
        elif why == "stop":
            held.resize_waits = held.exiting = True
            held.stopped_side = 1 if held.qty > 0 else -1
        self.letters.append(("cancel", order))

    # -------------------------------------------------------------- what is carried

    def _carry(self) -> None:
        """Bring every word to the venue, and the venue's words back, until nothing is left to say."""
        while self.letters:
            kind, order = self.letters.pop(0)
            at_venue = self.venue[order.symbol]
            if kind == "send":
                self.told.orders += 1
                if self._is_turned_away(order):
                    self._end(order, follow=False)
                else:
                    at_venue.append(order)
                self.account.cool()
            elif order in at_venue:
                self.told.cancels += 1
                self._withdraw(order)

    def _is_turned_away(self, order: Order) -> bool:
        """Post-only that would take the derived quote, the newest price on the tick grid and one tick above.

        And, where the venue wants stops to wait, a stop whose price has come already.
        """
        held = self.account.holdings[order.symbol]
        if held.thing.counts_shares and any(order.could_trade(other) for other in self.venue[order.symbol]):
            return True
        if held.thing.counts_shares and held.qty * order.side < 0:  # at Alpaca no order crosses zero
            bound = sum((o.qty - o.traded for o in self.venue[order.symbol] if o.side == order.side), Decimal(0))
            if order.qty > abs(held.qty) - bound:
                return True
        if held.last == 0:
            return False
        if not order.post_only:
            waits = held.thing.stops_wait and order.stop > 0
            return waits and (held.last - order.stop) * order.side >= 0
        bid = max(down(held.last, held.thing.tick), held.thing.tick)
        return order.limit >= bid + held.thing.tick if order.side > 0 else order.limit <= bid

    def _withdraw(self, order: Order) -> None:
        self.venue[order.symbol].remove(order)
        due = self._end(order)
        self.account.cool()
        if due:
            self._follow(order.symbol)

    def _expire(self) -> None:
        """The session closes: orders for the day end, one by one, and what follows from each is carried at once.

        What follows is for the next session and does not end with this one.
        """
        for order in [order for order in self.account.working if order.until in ("day", "cls")]:
            if order in self.venue[order.symbol]:
                self.told.expired += 1
                self._withdraw(order)
                self._carry()
