"""One account: its money, its holdings, its working orders, its losses."""

from datetime import UTC, datetime
from decimal import Decimal

from tests.reference.plain.exact import CENT, MILLION, down, toward_zero, up
from tests.reference.plain.holding import Holding
from tests.reference.plain.instrument import Thing
from tests.reference.plain.limits import Limits
from tests.reference.plain.order import Order

ZERO = Decimal(0)
DAY_NS = 86_400 * 10**9


class Account:
    """`on_margin` means that equity, not cash, is what can be spent. The risk day turns at `day_turns_ns` after UTC."""

    def __init__(
        self, things: list[Thing], limits: Limits, cash: Decimal, *, on_margin: bool, day_turns_ns: int
    ) -> None:
        self.limits, self.cash, self.on_margin, self.day_turns_ns = limits, cash, on_margin, day_turns_ns
        self.holdings = {thing.symbol: Holding(thing) for thing in things}
        self.working: list[Order] = []
        self.wishes: dict[str, Decimal] = {}
        self.now_ns = 0
        self.day: int | None = None
        self.baselines = [ZERO, ZERO, ZERO]  # equity when the day, the week and the month began
        self.losses_in_row = 0
        self.breaker = "normal"
        self.cools_until_ns = 0
        self.minute, self.approved_in_minute = -1, 0

    @property
    def equity(self) -> Decimal:
        """Cash and every holding at its last price."""
        return self.cash + sum((held.worth for held in self.holdings.values()), ZERO)

    def opens(self, symbol: str, side: int) -> Decimal:
        """How much works on one side."""
        return sum((o.left for o in self.working if o.symbol == symbol and o.side == side), ZERO)

    def works(self, symbol: str) -> bool:
        """Whether anything works."""
        return any(order.symbol == symbol for order in self.working)

    def worst(self, symbol: str) -> Decimal:
        """The largest magnitude the position can reach when one side fills and the other does not."""
        held = self.holdings[symbol].qty
        return max(abs(held + self.opens(symbol, 1)), abs(held - self.opens(symbol, -1)))

    def gross(self) -> Decimal:
        """All worst cases at their last prices."""
        return sum((h.thing.worth(self.worst(s), h.last) for s, h in self.holdings.items()), ZERO)

    def reserved(self) -> Decimal:
        """What working buys may still take."""
        total = ZERO
        for order in self.working:
            if order.side > 0:
                held = self.holdings[order.symbol]
                total += held.thing.worth(order.left, order.limit or order.stop or held.last)
        return total

    def only_reduces(self, symbol: str, side: int, qty: Decimal) -> bool:
        """Whether nothing that can still happen turns it into an entry."""
        held = self.holdings[symbol].qty
        return side * held + qty + self.opens(symbol, side) <= 0

    # ------------------------------------------------------------------- time

    def live_to(self, at_ns: int) -> None:
        """Time never goes back."""
        self.now_ns = max(self.now_ns, at_ns)

    def cool(self) -> None:
        """Close a breaker whose cooldown is over, where it may close by itself."""
        if self.breaker == "tripped" and self.limits.auto_resume and self.now_ns >= self.cools_until_ns:
            self.breaker = "normal"
            self.losses_in_row = 0

    def turn_day(self, start_ns: int) -> None:
        """New baselines where a bar begins a later risk day."""
        day = (start_ns + self.day_turns_ns) // DAY_NS
        if self.day is not None and day <= self.day:
            return
        before, now = self.day, _date(day)
        equity = self.equity
        self.baselines[0] = equity
        if before is None or now.isocalendar()[:2] != _date(before).isocalendar()[:2]:
            self.baselines[1] = equity
        if before is None or (now.year, now.month) != (_date(before).year, _date(before).month):
            self.baselines[2] = equity
        self.day = day

    def losses(self) -> list[Decimal]:
        """Of the day, the week and the month."""
        return [baseline - self.equity for baseline in self.baselines]

    # ------------------------------------------------------------------ prices

    def mark(self, symbol: str, start_ns: int, end_ns: int, close: Decimal) -> None:
        """A bar's close is the last price; a late bar's is not."""
        self.live_to(end_ns)
        self.turn_day(start_ns)
        held = self.holdings[symbol]
        if end_ns >= held.last_at:
            if held.qty > 0:
                held.extreme = max(held.extreme, close)
            elif held.qty < 0:
                held.extreme = min(held.extreme, close)
            held.last, held.last_at = close, end_ns
        self.cool()

    def must_trip(self) -> str | None:
        """Why the breaker opens now, if it does."""
        if not self.limits.breaker or self.breaker != "normal" or self.day is None:
            return None
        if self.losses_in_row >= self.limits.breaker_losses:
            return "consecutive_losses"
        return "daily_loss" if self.losses()[0] >= self.limits.breaker_loss else None

    def stop_is_hit(self, symbol: str) -> bool:
        """Whether the last price is at or beyond the stop-loss or the trailing stop."""
        held, limits = self.holdings[symbol], self.limits
        if held.is_flat:
            return False
        step = held.thing.price_step
        anchors = []
        if limits.stop_loss > 0:
            anchors.append((down(abs(held.cost) / abs(held.qty), step), limits.stop_loss))
        if limits.trailing > 0:
            anchors.append((held.extreme, limits.trailing))
        for anchor, part in anchors:
            if held.qty > 0 and held.last <= down(anchor * (MILLION - part) / MILLION, step):
                return True
            if held.qty < 0 and held.last >= up(anchor * (MILLION + part) / MILLION, step):
                return True
        return False

    # ------------------------------------------------------------------- sizing

    def wish_weight(self, symbol: str, part: Decimal) -> Decimal:
        """How much of it is worth this many millionths of equity; nothing where no price is known."""
        held = self.holdings[symbol]
        if held.last <= 0:
            return ZERO
        worth = toward_zero(part * max(self.equity, ZERO) / MILLION, CENT)
        return held.thing.in_lots(toward_zero(worth / held.last, held.thing.qty_step))

    def missing(self, symbol: str) -> Decimal:
        """Wanted, less held, less what works."""
        held = self.holdings[symbol]
        wanted = self.wishes.get(symbol, ZERO)
        if held.exiting or held.stopped_side * wanted > 0:
            wanted = ZERO
        return held.thing.in_lots(wanted - held.qty - self.opens(symbol, 1) + self.opens(symbol, -1))


def _date(day: int) -> datetime:
    return datetime.fromtimestamp(day * 86_400, UTC)
