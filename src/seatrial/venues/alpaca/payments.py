"""Cash that Alpaca moved without a trade, from the account's activities.

Dividends of every kind with what is withheld of them, interest, and the fees that are charged a day later. What a
person moves (deposits, journals) is not among them, nor what a split leaves over: the split's own fact pays that out.
Source: Alpaca Trading API v2, account activities.
"""

from __future__ import annotations

from seatrial.domain.ids import Symbol
from seatrial.domain.money import CASH_SCALE
from seatrial.domain.time import DAY_NS, rfc3339
from seatrial.venues.alpaca import wire
from seatrial.venues.alpaca.door import AlpacaDoor
from seatrial.venues.alpaca.records import PaymentRecord
from seatrial.venues.grid import units
from seatrial.venues.payments import VenuePayment

KINDS = ("DIV", "DIVCGL", "DIVCGS", "DIVNRA", "DIVROC", "DIVTXEX", "DIVWH", "INT", "FEE")
CANCELED = "canceled"
_PER_PAGE_MAX = 100


async def payments_since(door: AlpacaDoor, at_ns: int) -> list[VenuePayment]:
    """All pages, oldest first.

    Raises:
        VenueUnavailable, VenueUnreadable, VenueRefused: there is no trustworthy answer.
    """
    params = {
        "activity_types": ",".join(KINDS),
        "direction": "asc",
        "after": rfc3339(max(at_ns - DAY_NS, 0)),  # many are told by their date alone
        "page_size": str(_PER_PAGE_MAX),
    }
    found: list[VenuePayment] = []
    while True:
        page = await door.ask("/account/activities", list[PaymentRecord], params)
        found += [_payment(record) for record in page if record.status != CANCELED]
        if len(page) < _PER_PAGE_MAX:
            return [payment for payment in found if payment.at_ns >= at_ns and payment.amount_units]
        params["page_token"] = page[-1].id


def _payment(record: PaymentRecord) -> VenuePayment:
    """It happened when it was written down, or where that is not told, as its day began."""
    told = record.created_at or f"{record.date}T00:00:00Z"
    return VenuePayment(
        payment_id=record.id,
        kind=record.activity_type,
        at_ns=wire.instant(told, "activity.date"),
        currency=wire.USD,
        amount_units=units(record.net_amount, CASH_SCALE, "activity.net_amount"),
        symbol=Symbol(record.symbol) if record.symbol else None,
    )
