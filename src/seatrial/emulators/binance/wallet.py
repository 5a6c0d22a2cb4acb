"""An account and its balances: free, and locked by its open orders.

Always true: `free + locked` of an asset changes only by trades and their commissions (and by deposits),
never by placing, cancelling or expiring an order; and neither is ever negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.numbers import ZERO, text

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Credentials:
    """One account of the venue: who it is, and its HMAC key pair."""

    name: str
    key: str
    secret: str = field(repr=False)
    deposits: Mapping[str, Decimal] = field(default_factory=lambda: {"USDT": Decimal(100_000)})


@dataclass(slots=True)
class Balance:
    """What an account has of one asset."""

    free: Decimal = ZERO
    locked: Decimal = ZERO


@dataclass(slots=True)
class Wallet:
    """All balances of one account. `touched` collects assets that changed, for the next account event."""

    uid: int
    balances: dict[str, Balance] = field(default_factory=dict)
    updated_ns: int = 0
    touched: dict[str, None] = field(default_factory=dict)

    def of(self, asset: str) -> Balance:
        """The balance of an asset, zero where the account never had it."""
        return self.balances.setdefault(asset, Balance())

    def reserve(self, asset: str, amount: Decimal) -> None:
        """Lock what an order will need; -2010 where there is not enough free."""
        held = self.of(asset)
        if held.free < amount:
            raise refusals.insufficient_balance()
        held.free -= amount
        held.locked += amount
        self._touch(asset)

    def release(self, asset: str, amount: Decimal) -> None:
        """Give back what an order does not need any more."""
        held = self.of(asset)
        held.locked -= amount
        held.free += amount
        assert held.locked >= 0, f"{asset} released more than was locked"
        self._touch(asset)

    def pay(self, asset: str, amount: Decimal, *, from_locked: Decimal) -> None:
        """Spend `amount`: `from_locked` of it from the reservation, the rest from what is free."""
        held = self.of(asset)
        held.locked -= from_locked
        held.free -= amount - from_locked
        assert held.locked >= 0, f"{asset} locked below zero"
        assert held.free >= 0, f"{asset} free below zero"
        self._touch(asset)

    def receive(self, asset: str, amount: Decimal) -> None:
        """Take in what a trade brought, net of commission."""
        self.of(asset).free += amount
        self._touch(asset)

    def _touch(self, asset: str) -> None:
        self.touched[asset] = None

    def position_event(self, at_ns: int) -> Json | None:
        """`outboundAccountPosition` of the assets touched since the last one, or None."""
        if not self.touched:
            return None
        assets, self.touched = list(self.touched), {}
        at_ms = at_ns // MILLISECOND_NS
        return {"e": "outboundAccountPosition", "E": at_ms, "u": at_ms, "B": list(self._event_rows(assets))}

    def _event_rows(self, assets: Iterable[str]) -> Iterable[Json]:
        for asset in assets:
            held = self.of(asset)
            yield {"a": asset, "f": text(held.free), "l": text(held.locked)}

    def rows(self, *, omit_zero: bool) -> list[Json]:
        """`balances` of the account."""
        return [
            {"asset": asset, "free": text(held.free), "locked": text(held.locked)}
            for asset, held in sorted(self.balances.items())
            if not omit_zero or held.free or held.locked
        ]
