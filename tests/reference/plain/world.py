"""A backtest by hand: bars, a venue, an account, and a list of what is decided after each bar."""

from decimal import Decimal

from tests.reference.plain.desk import Decision, Desk
from tests.reference.plain.exact import down
from tests.reference.plain.instrument import Bar
from tests.reference.plain.money import Fact
from tests.reference.plain.order import Order, Word, meet


class World:
    """Runs one account's desk through its bars, and is the venue that it trades at."""

    def __init__(self, desk: Desk, part: Decimal, sessions: list[tuple[int, int]], facts: list[Fact]) -> None:
        self.desk, self.account, self.told = desk, desk.account, desk.told
        self.part, self.sessions, self.facts = part, sorted(sessions), list(facts)
        self.closes = [close_ns for _, close_ns in self.sessions]
        self.opened: set[tuple[str, int]] = set()  # symbols whose opening print has been, by session
        self.venue: dict[str, list[Order]] = {symbol: [] for symbol in desk.account.holdings}

    def live(self, bars: list[Bar], decisions: list[Decision]) -> None:
        """One span of time: money moves, orders trade, a session may close, bars are heard, strategies decide."""
        end_ns, start_ns = bars[0].end_ns, bars[0].start_ns
        closes_now = False
        while self.closes and self.closes[0] <= end_ns:
            close_ns = self.closes.pop(0)
            if close_ns > start_ns:
                closes_now = True
            else:
                self.account.live_to(close_ns)
                self._expire()
        while self.facts and self.facts[0].at_ns <= start_ns:
            self.desk.hear_money(self.facts.pop(0))
            self._carry()
        self._print(bars)
        if closes_now:
            self.account.live_to(end_ns)
            self._expire()
        for bar in bars:
            self.desk.hear_bar(bar)
        self.told.equity.append(self.account.equity)
        for decision in decisions:
            self.desk.decide(decision, end_ns)
        for symbol in dict.fromkeys(d.symbol for d in decisions if d.kind in ("weight", "quantity")):
            self.account.cool()
            self.desk.resize(symbol, "target")
        self._carry()

    def _print(self, bars: list[Bar]) -> None:
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
                    self.account.live_to(word.at_ns)
                    self._count(word.end)
                    self.desk.hear_end(word.order, word.end)
                else:
                    self.desk.hear_trade(word)
            self._carry()

    def _auction(self, bar: Bar, index: int) -> tuple[bool, bool]:
        """Whether a print is the first of its instrument in a session, or the last of the session."""
        for open_ns, close_ns in self.sessions:
            if open_ns <= bar.start_ns and bar.end_ns <= close_ns:
                first = (bar.symbol, open_ns) not in self.opened
                if index == 3:
                    self.opened.add((bar.symbol, open_ns))
                return first and index == 0, index == 3 and bar.end_ns == close_ns
        return False, False

    def _count(self, end: str) -> None:
        if end == "canceled":
            self.told.cancels += 1
        else:
            self.told.expired += 1

    def _carry(self) -> None:
        """Bring every word to the venue, and the venue's words back, until nothing is left to say."""
        while self.desk.letters:
            kind, order = self.desk.letters.pop(0)
            at_venue = self.venue[order.symbol]
            if kind == "send":
                self.told.orders += 1
                if self._is_turned_away(order):
                    self.desk.hear_end(order, "rejected")
                else:
                    at_venue.append(order)
                    self.desk.hear_working()
            elif order in at_venue:
                self._withdraw(order, "canceled")

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

    def _withdraw(self, order: Order, end: str) -> None:
        self._count(end)
        self.venue[order.symbol].remove(order)
        self.desk.hear_end(order, end)

    def _expire(self) -> None:
        """The session closes: orders for the day end, one by one, and what follows from each is carried at once.

        What follows is for the next session and does not end with this one.
        """
        for order in [order for order in self.account.working if order.until in ("day", "cls")]:
            if order in self.venue[order.symbol]:
                self._withdraw(order, "expired")
                self._carry()
