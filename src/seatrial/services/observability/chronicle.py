"""Everything the doors show of the past, learnt from the journal's entries: at start by replay, then live.

`replayed` and `committed` do a bounded, small amount of work per entry and never raise: they run on the order
path, between the commit and the sender.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from seatrial.domain.effects import Approved, BreakerTripped
from seatrial.domain.facts import BarClosed, Fill, MoneyFact, Transfer
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import Instrument
from seatrial.domain.limits import Account
from seatrial.domain.time import Clock
from seatrial.journal.port import Entry
from seatrial.services.observability.books import Books
from seatrial.services.observability.equity import EquitySeries
from seatrial.services.observability.fills import FillLog, KeptFill
from seatrial.services.observability.journeys import Journeys
from seatrial.services.observability.notices import NoticeLog


class Chronicle:
    """The books, the fills, the orders' ways, the equity series and the news."""

    def __init__(
        self, accounts: Iterable[Account], instruments: Iterable[tuple[AccountId, Instrument]], clock: Clock
    ) -> None:
        self.books = Books(accounts, instruments)
        self.fills = FillLog()
        self.journeys = Journeys()
        self.equity = EquitySeries()
        self.notices = NoticeLog()
        self.tripped: dict[AccountId, BreakerTripped] = {}  # the newest trip of each account
        self.approved: Counter[AccountId] = Counter()
        self.filled: Counter[AccountId] = Counter()
        self.last_seq = 0
        self._clock = clock

    def replayed(self, entry: Entry) -> None:
        """An entry of an earlier process: the journal does not say when it was recorded."""
        self._note(entry, None)

    def committed(self, entry: Entry) -> None:
        """An entry that became durable just now."""
        bar_only = isinstance(entry.fact, BarClosed) and not entry.effects
        self._note(entry, None if bar_only else self._clock.now_ns())

    def _note(self, entry: Entry, recorded_ns: int | None) -> None:
        self.last_seq = entry.seq
        fact = entry.fact
        if isinstance(fact, BarClosed):
            book = self.books.accounts.get(fact.account)
            if book is not None:
                self.equity.before_mark(book, fact.bar.end_ns)
                book.mark(fact.bar)
            if not entry.effects:
                return
        self.journeys.note(entry, recorded_ns)
        self.notices.note(entry, recorded_ns)
        if isinstance(fact, Fill):
            self._fill(entry.seq, fact, recorded_ns)
        elif isinstance(fact, Transfer) and fact.account in self.books.accounts:
            self.books.accounts[fact.account].transfer(fact)
        elif isinstance(fact, MoneyFact) and fact.account in self.books.accounts:
            self.books.accounts[fact.account].money(fact)
        for effect in entry.effects:
            if isinstance(effect, Approved):
                self.approved[effect.account] += 1
            elif isinstance(effect, BreakerTripped):
                self.tripped[effect.account] = effect

    def _fill(self, seq: int, fill: Fill, recorded_ns: int | None) -> None:
        book = self.books.accounts.get(fill.account)
        realized_units = None if book is None else book.post(fill)
        if realized_units is None:
            return  # told twice, or of a symbol nobody here trades: the machine alerts
        kept = KeptFill(seq, fill, realized_units, self.journeys.share(fill), recorded_ns)
        self.fills.keep(kept)
        self.journeys.keep_fill(kept)
        self.filled[fill.account] += 1
