"""Who wants to hear what an exchange does. Listeners are plain callables, called in the order they were added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from seatrial.core.book import Execution
from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.emulators.floor.shown import DepthChange, Prevented, Quote
from seatrial.emulators.timeline import Happenings, Print
from seatrial.emulators.trade_reel import Recorded
from seatrial.emulators.trading import Done, Told

OnPrint = Callable[[Print], None]
OnExecution = Callable[[Symbol, Execution, int], None]
OnBar = Callable[[Sequence[Bar], int], None]
OnSession = Callable[[Session, int], None]
OnInstant = Callable[[int], None]
OnDepth = Callable[[DepthChange], None]
OnQuote = Callable[[Quote], None]
OnPrevented = Callable[[Prevented], None]
OnHalt = Callable[[Symbol, bool, int], None]


class Announcements:
    """The listeners of one exchange. For one instant they are called in this order, with market time.

    `on_session_close`, `on_session_open`, then per symbol `on_print` and for each order its `on_execution` and, where
    its time in force ends it there, its `on_ended`; in a market with books then `on_depth` and `on_quote`, once per
    symbol that changed; then `on_bar` with all bars published together, `on_end` once at the end of the data, and
    last of all `on_settled`: the moment to commit what happened and only then to tell it.

    `on_recorded` comes before `on_print`, in a market of prints that is told recorded trades.

    `on_halt` tells of a symbol that is halted, or trades again, whenever that is done.

    In a market with books the newest print, while `on_execution` is called, is the trade itself; `on_prevented` comes
    in its place where both orders are of one account that does not want to trade with itself.
    """

    def __init__(self) -> None:
        self.on_session_close: list[OnSession] = []
        self.on_session_open: list[OnSession] = []
        self.on_print: list[OnPrint] = []
        self.on_recorded: list[OnPrint] = []
        self.on_execution: list[OnExecution] = []
        self.on_ended: list[OnExecution] = []
        self.on_prevented: list[OnPrevented] = []
        self.on_depth: list[OnDepth] = []
        self.on_quote: list[OnQuote] = []
        self.on_bar: list[OnBar] = []
        self.on_halt: list[OnHalt] = []
        self._halted: set[Symbol] = set()
        self.on_end: list[OnInstant] = []
        self.on_settled: list[OnInstant] = []
        self._listeners: dict[type, list[Any]] = {
            Print: self.on_print,
            Recorded: self.on_recorded,
            DepthChange: self.on_depth,
            Quote: self.on_quote,
            Prevented: self.on_prevented,
        }

    def tell_sessions(self, happenings: Happenings) -> None:
        """Sessions that close, then those that open."""
        for session in happenings.closed:
            for closed in self.on_session_close:
                closed(session, happenings.at_ns)
        for session in happenings.opened:
            for opened in self.on_session_open:
                opened(session, happenings.at_ns)

    def tell_halt(self, symbol: Symbol, at_ns: int, *, halted: bool) -> None:
        """A symbol is halted, or trades again; nothing where it did so already."""
        if halted != (symbol in self._halted):
            self._halted ^= {symbol}
            for told in self.on_halt:
                told(symbol, halted, at_ns)

    def tell_bars(self, happenings: Happenings) -> None:
        """All bars published at an instant."""
        for published in self.on_bar:
            published(happenings.bars, happenings.at_ns)

    def tell(self, told: Told) -> None:
        """One thing that the market did, to whom it concerns. The commonest first: this is asked for each."""
        kind = type(told)
        if kind is Done:
            self._tell_done(*told)
            return
        listeners: list[Any] = self._listeners[kind]
        for heard in listeners:
            heard(told)

    def _tell_done(self, symbol: Symbol, execution: Execution, at_ns: int) -> None:
        if execution.qty_units:
            for executed in self.on_execution:
                executed(symbol, execution, at_ns)
        if execution.ended is not None:
            for ended in self.on_ended:
                ended(symbol, execution, at_ns)
