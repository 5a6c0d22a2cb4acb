"""What was booked on an account without a trade: dividends, splits, and cash in lieu of what a split left over.

Activities list them beside executions (`DIV`, `SPLIT`, `CIL`), and the portfolio's history replays them. Their time is
where the day of the ex-date begins, at which this venue books them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, MILLISECOND_NS, SECOND_NS, rfc3339
from seatrial.emulators.alpaca.amounts import ZERO, money, qty_of, text
from seatrial.emulators.alpaca.identity import Identity
from seatrial.emulators.store import VenueRecords

DIVIDEND, SPLIT, IN_LIEU = "DIV", "SPLIT", "CIL"
_NONE: list[Booking] = []


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. What it changed: `cash` in dollars, `moved_units` of shares, `cost` of the position.

    `qty_units` is what it is about: the shares a dividend was paid on, those a split brought or took away.
    """

    number: int
    id: str
    account: str
    kind: str
    symbol: str
    at_ns: int
    qty_units: int
    per_share: Decimal = ZERO
    cash: Decimal = ZERO
    moved_units: int = 0
    cost: Decimal = ZERO

    @property
    def activity_id(self) -> str:
        """`YYYYMMDDhhmmssmmm::uuid`, sortable by time."""
        digits = "".join(each for each in rfc3339(self.at_ns // SECOND_NS * SECOND_NS) if each.isdigit())
        return f"{digits}{self.at_ns % SECOND_NS // MILLISECOND_NS:03d}::{self.id}"


class Bookings:
    """Every entry by account, oldest first. Those of the records are taken up."""

    def __init__(self, records: VenueRecords, identity: Identity) -> None:
        self._records = records
        self._identity = identity
        self._by_account: dict[str, list[Booking]] = {}
        self._count = 0
        self._encoder = msgspec.json.Encoder()
        for row in records.activities():
            self._keep(msgspec.json.decode(row.body, type=Booking))

    def add(self, account: str, kind: str, symbol: str, at_ns: int, qty_units: int, **changes: object) -> None:
        """Write one down; durable with the next commit. `changes` are the other members of `Booking`."""
        number = self._count + 1
        told = {"number": number, "id": self._identity.uuid("booking", number), "account": account, "kind": kind}
        told |= {"symbol": symbol, "at_ns": at_ns, "qty_units": qty_units} | changes
        entry = Booking(**told)  # type: ignore[arg-type]
        self._keep(entry)
        self._records.add_activity(number, account, at_ns, self._encoder.encode(entry))

    def of(self, account: str) -> Sequence[Booking]:
        """An account's, oldest first."""
        return self._by_account.get(account, _NONE)

    def _keep(self, entry: Booking) -> None:
        self._count += 1
        self._by_account.setdefault(entry.account, []).append(entry)


def booking_shape(entry: Booking, instrument: Instrument, account_id: str) -> dict[str, object]:
    """An activity that is no trade, as JSON members."""
    told: dict[str, object] = {
        "id": entry.activity_id,
        "account_id": account_id,
        "activity_type": entry.kind,
        "date": rfc3339(entry.at_ns // DAY_NS * DAY_NS)[:10],
        "created_at": rfc3339(entry.at_ns),
        "net_amount": money(entry.cash),
        "description": "",
        "symbol": entry.symbol,
        "qty": text(qty_of(instrument, entry.qty_units)),
        "status": "executed",
    }
    if entry.per_share:
        told["per_share_amount"] = text(entry.per_share)
    return told
