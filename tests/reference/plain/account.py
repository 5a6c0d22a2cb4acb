"""One account: its money, its holdings, its working orders, its losses."""

from datetime import UTC, datetime
from decimal import Decimal

from tests.reference.plain.exact import CENT, MILLION, down, toward_zero, up
from tests.reference.plain.holding import Holding
from tests.reference.plain.instrument import Bar, Thing
from tests.reference.plain.limits import Limits
from tests.reference.plain.order import Order
from tests.reference.plain.pace import Pace
from tests.reference.plain.parked import Parked

ZERO = Decimal(0)
DAY_NS = 86_400 * 10**9


class Account:
    """`on_margin` means that equity, not cash, is what can be spent. The risk day turns at `day_turns_ns` after UTC.

    The purse is cash in another coin; `fee_part` millionths of each commission are taken from it while it can pay.
    """

    def __init__(
        self,
        things: list[Thing],
        limits: Limits,
        cash: Decimal,
        *,
        on_margin: bool,
        day_turns_ns: int,
        purse: Decimal = ZERO,
        fee_part: Decimal = ZERO,
        spends_unsettled: bool = False,
    ) -> None:
        self.limits, self.cash, self.on_margin, self.day_turns_ns = limits, cash, on_margin, day_turns_ns
        self.purse, self.fee_part, self.spends_unsettled = purse, fee_part, spends_unsettled
        self.purse_rate = ZERO
        self.unsettled = [ZERO, ZERO, ZERO]  # proceeds that are good in one, two, three business days
        self.settles_in = 0
        self.dues: list[tuple[int, Decimal]] = []  # dividends owed, and when they are paid
        self.peak = cash
        self.holdings = {thing.symbol: Holding(thing) for thing in things}
        self.working: list[Order] = []
        self.parked: list[Parked] = []
        self.pace = Pace(limits)
        self.wishes: dict[str, Decimal] = {}
        self.now_ns = 0
        self.day: int | None = None
        self.baselines = [ZERO, ZERO, ZERO]  # equity when the day, the week and the month began
        self.losses_in_row = 0
        self.breaker = "normal"
        self.cools_until_ns = 0

    @property
    def equity(self) -> Decimal:
        """Cash, every holding at its last price, what is owed, and the purse at its rate."""
        owed = sum((units for _, units in self.dues), ZERO)
        return self.cash + sum((held.worth for held in self.holdings.values()), ZERO) + owed + self.purse_worth

    @property
    def purse_worth(self) -> Decimal:
        """In the account's own money; nothing without a rate."""
        return toward_zero(self.purse * self.purse_rate, CENT)

    @property
    def spendable(self) -> Decimal:
        """What a cash account buys with."""
        return self.cash if self.spends_unsettled else self.cash - sum(self.unsettled)

    def sent(self, parked: Parked) -> Decimal:
        """What is open of the orders that a parked one has sent."""
        return sum((order.left for order in self.working if order.parent is parked), ZERO)

    def opens(self, symbol: str, side: int) -> Decimal:
        """How much works on one side; what is parked and may open counts until the order it sends takes its place."""
        works = sum((o.left for o in self.working if o.symbol == symbol and o.side == side), ZERO)
        waits = (p for p in self.parked if p.symbol == symbol and p.side == side and p.may_open)
        return works + sum((p.live - self.sent(p) for p in waits), ZERO)

    def works(self, symbol: str) -> bool:
        """Whether anything works."""
        return self.opens(symbol, 1) != 0 or self.opens(symbol, -1) != 0

    def closable(self, symbol: str, side: int) -> Decimal:
        """How much of what is held an order of this side can take off, beside what works."""
        held = self.holdings[symbol]
        return held.thing.in_lots(max(-held.qty * side - self.opens(symbol, side), ZERO))

    def fee_on(self, thing: Thing, side: int, qty: Decimal, price: Decimal) -> tuple[Decimal, str]:
        """The commission of a trade, and whether it is taken from cash, coin or purse."""
        sold = side < 0 and thing.sale_part + thing.sale_per_share > 0
        if self.fee_part and thing.fee and not sold and self.purse_rate:
            due = down(thing.value(side, qty, price) * thing.fee * self.fee_part / (MILLION * MILLION), CENT)
            fee = down(due / self.purse_rate, CENT)
            if fee <= self.purse:
                return fee, "purse"
        fee, in_coin = thing.fee_on(side, qty, price)
        return fee, "coin" if in_coin else "cash"

    def judge(self, held: Holding) -> None:
        """A trade is over: won or lost."""
        self.losses_in_row = self.losses_in_row + 1 if held.trade_result < 0 else 0
        held.trade_result = ZERO

    def shift(self, worth: Decimal) -> None:
        """Equity changed by what is no result: what it is measured from moves along, the peak in proportion."""
        self.baselines = [baseline + worth for baseline in self.baselines]
        after = self.equity
        before = after - worth
        if before <= 0 or after <= 0 or self.peak // before >= 1_000:
            self.peak = max(after, ZERO)
        else:
            self.peak = up(max(self.peak, before) * after / before, CENT)

    @property
    def floor(self) -> Decimal | None:
        """The equity at which the drawdown reaches its limit."""
        if self.limits.drawdown is None or self.peak <= 0:
            return None
        return self.peak - down(self.peak * self.limits.drawdown / MILLION, CENT)

    @property
    def is_drawn_down(self) -> bool:
        """Whether it has."""
        return self.floor is not None and self.equity <= self.floor

    def worst(self, symbol: str) -> Decimal:
        """The largest magnitude the position can reach when one side fills and the other does not."""
        held = self.holdings[symbol].qty
        return max(abs(held + self.opens(symbol, 1)), abs(held - self.opens(symbol, -1)))

    def gross(self) -> Decimal:
        """All worst cases at their last prices."""
        return sum((h.thing.worth(self.worst(s), h.last) for s, h in self.holdings.items()), ZERO)

    def net(self, side: int) -> Decimal:
        """Long less short at last prices if everything that works on one side fills."""
        total = ZERO
        for symbol, held in self.holdings.items():
            total += held.thing.worth(held.qty + side * self.opens(symbol, side), held.last)
        return total

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
        """Time never goes back; where it goes on, an instant is over and its equity may be a peak."""
        if at_ns > self.now_ns:
            self.peak = max(self.peak, self.equity)
            self.now_ns = at_ns

    def cool(self) -> None:
        """Close a breaker whose cooldown is over, where it may close by itself. No time lifts a drawdown."""
        over = self.now_ns >= self.cools_until_ns and not self.is_drawn_down
        if self.breaker == "tripped" and self.limits.auto_resume and over:
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

    def mark(self, bar: Bar) -> None:
        """A bar's close is the last price; a late bar's is not. What is parked hears it."""
        self.live_to(bar.end_ns)
        self.turn_day(bar.start_ns)
        held = self.holdings[bar.symbol]
        if bar.end_ns >= held.last_at:
            if held.qty > 0:
                held.extreme = max(held.extreme, bar.close)
            elif held.qty < 0:
                held.extreme = min(held.extreme, bar.close)
            held.last, held.last_at = bar.close, bar.end_ns
            for parked in self.parked:
                if parked.symbol == bar.symbol:
                    parked.hear(bar)
        self.cool()

    def must_trip(self) -> str | None:
        """Why the breaker opens now, if it does."""
        if not self.limits.breaker or self.breaker != "normal" or self.day is None:
            return None
        if self.losses_in_row >= self.limits.breaker_losses:
            return "consecutive_losses"
        if self.losses()[0] >= self.limits.breaker_loss:
            return "daily_loss"
        return "drawdown" if self.is_drawn_down else None

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

    def wanted(self, symbol: str) -> Decimal:
        """What to hold after stop-losses had their say."""
        held, wish = self.holdings[symbol], self.wishes.get(symbol, ZERO)
        return ZERO if held.exiting or held.stopped_side * wish > 0 else wish

    def missing(self, symbol: str) -> Decimal:
        """Wanted, less held, less what works."""
        held = self.holdings[symbol]
        return held.thing.in_lots(self.wanted(symbol) - held.qty - self.opens(symbol, 1) + self.opens(symbol, -1))


def _date(day: int) -> datetime:
    return datetime.fromtimestamp(day * 86_400, UTC)
