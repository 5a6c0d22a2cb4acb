"""How an account stands at its venue: what it may do. Asked once, by whoever checks a connection; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from seatrial.venues.port import Venue


@dataclass(frozen=True, slots=True)
class Standing:
    """What the venue says of the account, in its own words where they are words.

    `restraints` say why not everything may be done; `can_trade` is false where no order would be taken.
    `clock_ahead_ms` is the venue's clock less ours, None where its protocol does not tell. `order_types` are the
    venue's names for what it takes of this account.
    """

    account_ref: str
    can_trade: bool
    restraints: tuple[str, ...]
    clock_ahead_ms: int | None
    order_types: tuple[str, ...]


class Examinable(Venue, Protocol):
    """A venue that tells how an account stands."""

    async def standing(self) -> Standing:
        """The account as it stands now. Raises as every question does."""
        ...
