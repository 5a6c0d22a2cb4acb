"""What a stream's own counting says of what it has skipped. Pure; one object per connection."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from seatrial.domain.bars import Bar
from seatrial.domain.ids import ClientOrderId, Symbol
from seatrial.venues.port import BarEvent, FillEvent, OrderEvent, StreamGap, TickEvent

AccountWord = FillEvent | OrderEvent | StreamGap
MarketWord = BarEvent | TickEvent | StreamGap

_ORDERS_MAX = 10_000


class OrderContinuity:
    """An order's filled quantity is the sum of its trades: where it is more, a trade was not told.

    What happened before the first word on an order is not this connection's to tell: `StreamUp` has it backfilled.
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._filled: OrderedDict[ClientOrderId, int] = OrderedDict()

    def checked(self, events: Iterable[AccountWord]) -> list[AccountWord]:
        """One message's events, and a gap behind them where they tell of one."""
        told: list[AccountWord] = []
        traded_units = 0
        for event in events:
            told.append(event)
            match event:
                case FillEvent(fill):
                    traded_units += fill.qty_units
                case OrderEvent(order):
                    before_units = self._filled.get(order.client_order_id)
                    if before_units is not None and order.filled_units - traded_units > before_units:
                        told.append(StreamGap(self._stream, f"a trade of {order.client_order_id}"))
                    self._remember(order.client_order_id, max(order.filled_units, before_units or 0))
        return told

    def _remember(self, client_order_id: ClientOrderId, filled_units: int) -> None:
        self._filled[client_order_id] = filled_units
        self._filled.move_to_end(client_order_id)
        if len(self._filled) > _ORDERS_MAX:
            self._filled.popitem(last=False)


class TapeContinuity:
    """A public tape without holes: trade ids count up by one, and minutes follow one another.

    Only for a venue that promises both (Binance); Alpaca's ids are not contiguous, and a minute without a
    trade has no bar.
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._next_trade: dict[Symbol, int] = {}
        self._next_bar_ns: dict[Symbol, int] = {}

    def tick(self, event: TickEvent, trade_id: int) -> list[MarketWord]:
        """A trade, after the gap before it. A repetition is none."""
        expected = self._next_trade.get(event.symbol, trade_id)
        self._next_trade[event.symbol] = max(trade_id + 1, expected)
        if trade_id <= expected:
            return [event]
        return [StreamGap(self._stream, f"{trade_id - expected} trades of {event.symbol}"), event]

    def bar(self, bar: Bar) -> list[MarketWord]:
        """A finished bar, after the gap before it."""
        expected_ns = self._next_bar_ns.get(bar.symbol, bar.start_ns)
        self._next_bar_ns[bar.symbol] = max(bar.end_ns, expected_ns)
        if bar.start_ns <= expected_ns:
            return [BarEvent(bar)]
        missing = (bar.start_ns - expected_ns) // (bar.end_ns - bar.start_ns)
        return [StreamGap(self._stream, f"{missing} bars of {bar.symbol}"), BarEvent(bar)]
