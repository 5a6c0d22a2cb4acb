"""What a strategy may ask and say while it looks at a bar.

Everything said becomes a fact in whole units at once, so a slip (a quantity of zero, a price as text) is
answered on the line that made it, with a `RequestFault` naming the argument and what is accepted.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from seatrial.domain.facts import CancelRequest, OrderRequest
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, ClientOrderId, JournalEpoch, StrategyId, Symbol, derive_client_order_id
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side
from seatrial.strategy.asking import Asker, OcoWords, OrderWords, oco_request, request_of
from seatrial.strategy.grid import Amount, affordable_quantity
from seatrial.strategy.handle import OrderHandle, handle_of
from seatrial.strategy.holding import Decision
from seatrial.strategy.lines import Line, Lines
from seatrial.strategy.saying import Sayings
from seatrial.strategy.wanting import target_of
from seatrial.strategy.wishing import Wishes

HANDLES_MAX = 1_000  # per strategy; the oldest are forgotten, the machine's own order limit is far below


class Context:
    """The strategy's view of its account during one decision batch."""

    def __init__(
        self,
        *,
        strategy: StrategyId,
        account: AccountId,
        instruments: Mapping[Symbol, Instrument],
        epoch: JournalEpoch,
        digest: str,
        timeframes: tuple[str, ...] = (),
    ) -> None:
        self.strategy, self.account = strategy, account
        self._instruments = instruments
        self._epoch = JournalEpoch(f"{epoch}/{strategy}")
        self._digest = digest
        self._timeframes = timeframes
        self._positions: Mapping[Symbol, int] = {}
        self._handles: dict[ClientOrderId, OrderHandle] = {}
        self._decisions: list[Decision] = []
        self.sayings = Sayings()  # of the batch that was decided on last
        self._orders_in_batch = self._counted_ns = 0  # so many in the batch of this instant
        self._clock = array("q", [0])  # compiled code moves it on
        self._open = False
        self.lines = Lines()
        self.wishes: Wishes | None = None  # where targets need no more words

    @property
    def now_ns(self) -> int:
        """The end of the bars being decided on, in nanoseconds since 1970; 0 before the first."""
        return self._clock[0]

    def position(self, symbol: str) -> float:
        """What the account holds of `symbol`, negative when short. Exact only in the ledger."""
        instrument = self._instrument(symbol)
        return self._positions.get(instrument.symbol, 0) / instrument.qty_scale

    def working(self, symbol: str | None = None) -> tuple[OrderHandle, ...]:
        """Orders asked for and not known to be done, oldest first."""
        return tuple(handle for handle in self._handles.values() if symbol in (None, handle.symbol))

    def affordable(self, symbol: str, *, notional: float, price: float) -> float:
        """How much of `symbol` the amount `notional` buys at `price`, down to a lot; 0 where not even the least."""
        return affordable_quantity(abs(notional) / price, self._instrument(symbol))

    def indicator(self, indicator: Any, symbol: str, field: str = "close", *, timeframe: str = "") -> Line:
        """Declared in `on_start`: an indicator along a symbol's bars, its `value` None while data is not enough.

        One of a single value is fed with `field`, others with the fields that their `update` names. With a
        `timeframe` it is fed with those bars, each when it is complete.
        """
        if self.now_ns:
            raise RequestFault("indicator", "a declaration in on_start", symbol)
        if timeframe and timeframe not in self._timeframes:
            raise RequestFault("timeframe", f"one that the strategy declares: {self._timeframes}", timeframe)
        return self.lines.add(self._instrument(symbol).symbol, indicator, field, timeframe)

    def target(
        self,
        symbol: str,
        *,
        weight: Amount | None = None,
        quantity: Amount | None = None,
        confidence: float | None = None,
        reason: str | None = None,
    ) -> None:
        """Hold this much of `symbol`: a share of the account's equity, or a quantity. A batch's last word counts.

        `confidence` (0 to 1) and `reason` are shown with the signal; leave out what would only be made up.
        """
        wishes = self.wishes
        if wishes is not None and confidence is None and reason is None and (weight is None) != (quantity is None):
            known = wishes.standing.get(symbol)
            if known is None or known[0] != quantity or not wishes.passes_over(known):
                wishes.take(self._instrument(symbol), weight, quantity)
            return
        target = target_of(
            self._instrument(symbol),
            account=self.account,
            strategy=self.strategy,
            at_ns=self.now_ns,
            weight=weight,
            quantity=quantity,
            digest=self._digest,
        )
        self._decide(target)
        self.sayings.on_target(target, self._positions.get(target.symbol, 0), confidence, reason)

    def signal(self, symbol: str, action: str, *, confidence: float | None = None, reason: str | None = None) -> None:
        """Say what is thought of `symbol`, `buy`, `sell` or `hold`, without asking for anything."""
        if not self._open:
            raise RequestFault("decision", "a decision inside on_bar", "signal")
        self.sayings.on_signal(self.now_ns, self._instrument(symbol).symbol, action, confidence, reason)

    def buy(self, symbol: str, quantity: Amount | None = None, **words: Unpack[OrderWords]) -> OrderHandle:
        """Ask for one buy order; `OrderWords` says what else can be said of it.

        Market without a price; day (equities) or gtc without a `time_in_force`.
        """
        return self._order(Side.BUY, symbol, quantity, words)

    def sell(self, symbol: str, quantity: Amount | None = None, **words: Unpack[OrderWords]) -> OrderHandle:
        """Ask for one sell order; see `buy`."""
        return self._order(Side.SELL, symbol, quantity, words)

    def oco(self, symbol: str, quantity: Amount | None = None, **words: Unpack[OcoWords]) -> OrderHandle:
        """Protect what is held of `symbol`, or so much of it, by two exits of which one cancels the other."""
        instrument = self._instrument(symbol)
        held = self._positions.get(instrument.symbol, 0)
        request = oco_request(self._asker(instrument.symbol), held, quantity, words, instrument)
        return self._ask(request, words.get("confidence"), words.get("reason"))

    def cancel(self, handle: OrderHandle) -> None:
        """Take an order back. Harmless where it is already done; one asked for on this very bar is never sent."""
        if not isinstance(handle, OrderHandle):
            raise RequestFault("handle", "what buy or sell returned", handle)
        for decision in self._decisions:
            if isinstance(decision, OrderRequest) and decision.client_order_id == handle.client_order_id:
                self._decisions.remove(decision)
                self._handles.pop(handle.client_order_id, None)
                return
        self._decide(CancelRequest(self.now_ns, handle.client_order_id, f"strategy {self.strategy}"))
        if not handle.has_legs:  # whose exits may work on after the entry is taken back
            self._handles.pop(handle.client_order_id, None)

    # ----------------------------------------------------- for the runner only

    def open_batch(
        self, batch_ns: int, positions: Mapping[Symbol, int], working: Iterable[ClientOrderId] | None = None
    ) -> None:
        """Decisions count from here on. With `working` given, handles of other orders are done and forgotten."""
        self._clock[0] = self._counted_ns = batch_ns
        self._orders_in_batch = 0
        self._positions = positions
        self._decisions.clear()
        self.sayings.clear()
        self._open = True
        if working is not None and self._handles:
            self.forget_ended(working)

    def forget_ended(self, working: Iterable[ClientOrderId]) -> None:
        """Handles of orders that are not among these are done and forgotten."""
        for key in set(self._handles).difference(working):
            del self._handles[key]

    def open_for_many(self, positions: Mapping[Symbol, int]) -> tuple[array[int], list[Decision], dict[Any, Any]]:
        """Decisions count from here on. Clock, decisions and handles, for the loop that goes from batch to batch."""
        self.open_batch(self.now_ns, positions, ())
        return self._clock, self._decisions, self._handles

    def adopt(self, handle: OrderHandle) -> OrderHandle:
        """Remember an order: a new one, or one from before that works still."""
        self._handles[handle.client_order_id] = handle
        if len(self._handles) > HANDLES_MAX:
            self._handles.pop(next(iter(self._handles)))
        return handle

    def close_batch(self) -> list[Decision]:
        """What was decided since `open_batch`, in order."""
        self._open = False
        return self._decisions

    def discard(self, kept: int) -> int:
        """Forget the decisions after the first `kept`, and their orders. Returns how many there were."""
        dropped = self._decisions[kept:]
        for decision in dropped:
            if isinstance(decision, OrderRequest) and decision.client_order_id is not None:
                self._handles.pop(decision.client_order_id, None)
        del self._decisions[kept:]
        self.sayings.forget(dropped)
        return len(dropped)

    @property
    def held_units(self) -> Mapping[Symbol, int]:
        """What is held as this batch is decided, in quantity units."""
        return self._positions

    def count(self) -> int:
        """How many decisions the open batch holds so far."""
        return len(self._decisions)

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self._instruments.get(Symbol(symbol)) if isinstance(symbol, str) else None
        if instrument is None:
            raise RequestFault("symbol", f"one of {', '.join(sorted(self._instruments))}", symbol)
        return instrument

    def _decide(self, decision: Decision) -> None:
        if not self._open:
            raise RequestFault("decision", "a decision inside on_bar", type(decision).__name__)
        if self.wishes is not None:
            self.wishes.recall()
        self._decisions.append(decision)

    def _order(self, side: Side, symbol: str, quantity: Amount | None, words: OrderWords) -> OrderHandle:
        instrument = self._instrument(symbol)
        instrument = self._instrument(symbol)
        request = request_of(self._asker(instrument.symbol), side, quantity, words, instrument)
        return self._ask(request, words.get("confidence"), words.get("reason"))

    def _asker(self, symbol: Symbol) -> Asker:
        return Asker(self.account, self.strategy, self.now_ns, self._next_id(symbol))

    def _ask(self, request: OrderRequest, confidence: float | None, reason: str | None) -> OrderHandle:
        self._decide(request)
        self._orders_in_batch += 1
        self.sayings.on_order(request, confidence, reason)
        return self.adopt(handle_of(request, self._instruments[request.symbol]))

    def _next_id(self, symbol: Symbol) -> ClientOrderId:
        """A pure function of strategy, batch and place within it: a batch seen twice asks for the same orders."""
        if self._counted_ns != self.now_ns:
            self._counted_ns, self._orders_in_batch = self.now_ns, 0
        return derive_client_order_id(
            epoch=self._epoch,
            account=self.account,
            batch_ns=self.now_ns,
            symbol=symbol,
            sequence=self._orders_in_batch,
        )
