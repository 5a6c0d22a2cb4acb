"""How often: messages by minute and second, orders alike, orders of one symbol that executed."""

from collections import defaultdict, deque

from tests.reference.plain.limits import Limits
from tests.reference.plain.order import Order

SECOND_NS = 10**9
MINUTE_NS = 60 * SECOND_NS
REMEMBERED = 8  # orders of a symbol that are looked at for likeness


class Pace:
    """Counts windows that begin where time is a multiple of them; likeness is looked for back from now."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sent: dict[tuple[str, int], int] = defaultdict(int)
        self._alike: dict[str, deque[tuple[object, int]]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._executed: dict[tuple[str, int], int] = defaultdict(int)

    def order_left(self, order: Order, now_ns: int) -> None:
        """An order was approved."""
        for word in ("order", "message"):
            self._count(word, now_ns)
        if self._limits.duplicates is not None:
            self._alike[order.symbol].append((_likeness(order), now_ns))

    def cancel_left(self, now_ns: int) -> None:
        """A cancel is a message, and no order."""
        self._count("message", now_ns)

    def executed(self, symbol: str, now_ns: int) -> None:
        """An order traded for the first time."""
        self._executed[symbol, now_ns // self._limits.execution_window_ns] += 1

    def _count(self, word: str, now_ns: int) -> None:
        self._sent[f"{word}s of a second", now_ns // SECOND_NS] += 1
        self._sent[f"{word}s of a minute", now_ns // MINUTE_NS] += 1

    def verdict(self, order: Order, now_ns: int) -> str | None:
        """The first rule of pace that one more order would break."""
        limits = self._limits
        for name, window, width, most in (
            ("ORDER_RATE_SECOND", "orders of a second", SECOND_NS, limits.orders_per_second),
            ("ORDER_RATE", "orders of a minute", MINUTE_NS, limits.orders_per_minute),
            ("MESSAGE_RATE_SECOND", "messages of a second", SECOND_NS, limits.messages_per_second),
            ("MESSAGE_RATE", "messages of a minute", MINUTE_NS, limits.messages_per_minute),
        ):
            if most is not None and self._sent[window, now_ns // width] + 1 > most:
                return name
        if limits.duplicates is not None:
            like = _likeness(order)
            recent = [at for each, at in self._alike[order.symbol] if each == like]
            if sum(now_ns - at < limits.duplicate_window_ns for at in recent) + 1 > limits.duplicates:
                return "DUPLICATE_ORDER"
        window_now = now_ns // limits.execution_window_ns
        if limits.executions is not None and self._executed[order.symbol, window_now] + 1 > limits.executions:
            return "REPEATED_EXECUTION"
        return None


def _likeness(order: Order) -> object:
    return order.side, order.qty, order.limit, order.stop
