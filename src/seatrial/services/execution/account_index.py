"""What the machine does not keep of an account, rebuilt from the journal: its trades and its venue epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seatrial.domain.effects import Approved, Parked
from seatrial.domain.facts import Fill, Transfer
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol
from seatrial.journal.port import Entry
from seatrial.venues.booking import payment_of

OPENING = "opening balance of account "


@dataclass(slots=True)
class AccountIndex:
    """One account. `account_ref` is the venue's own name of it, empty before the first meeting."""

    account_ref: str = ""
    opened_ns: int = 0  # market time of the opening balance: earlier trades are inside it
    fills: dict[tuple[Symbol, ExecutionId], int] = field(default_factory=dict)
    last_fill_ns: int = 0
    payments: set[str] = field(default_factory=set)  # the venue's ids of those that are booked


class AccountIndexes:
    """All accounts of one journal. `note` every entry, in order, on replay and after each commit."""

    def __init__(self) -> None:
        self._accounts: dict[AccountId, AccountIndex] = {}
        self._orders: dict[ClientOrderId, AccountId] = {}

    def of(self, account: AccountId) -> AccountIndex:
        """The index of one account."""
        return self._accounts.setdefault(account, AccountIndex())

    @property
    def orders(self) -> Mapping[ClientOrderId, AccountId]:
        """Every order ever approved, terminal or not."""
        return self._orders

    def note(self, entry: Entry) -> None:
        """Learn from one durable entry."""
        fact = entry.fact
        if isinstance(fact, Fill):
            index = self.of(fact.account)
            index.fills[fact.symbol, fact.execution_id] = fact.at_ns
            index.last_fill_ns = max(index.last_fill_ns, fact.at_ns)
        elif isinstance(fact, Transfer) and fact.reason.startswith(OPENING):
            index = self.of(fact.account)
            index.account_ref = fact.reason.removeprefix(OPENING)
            index.opened_ns = fact.at_ns
        elif isinstance(fact, Transfer) and (payment := payment_of(fact)):
            self.of(fact.account).payments.add(payment)
        for effect in entry.effects:
            if isinstance(effect, Approved | Parked):
                self._orders[effect.client_order_id] = effect.account
