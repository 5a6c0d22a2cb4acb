"""An account and its balances: free, and locked by its open orders.

Always true: `free + locked` of an asset changes only by trades and their commissions (and by deposits),
never by placing, cancelling or expiring an order; and neither is ever negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance import engine_refusals
from seatrial.emulators.binance.numbers import ZERO, text

POSITION = "outboundAccountPosition"

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key and what its signatures are checked with: an HMAC secret, or a PEM key of RSA or Ed25519 (`keys`)."""

    key: str
    secret: str = field(repr=False)


class Rates(NamedTuple):
    """What makers and takers pay, as a part of what is traded."""

    maker: Decimal
    taker: Decimal

    def of(self, *, maker: bool) -> Decimal:
        """Of one side of a trade."""
        return self.maker if maker else self.taker


@dataclass(frozen=True, slots=True)
class Credentials:
    """One account of the venue: who it is, its key pair, and how the venue treats it.

    Args:
        name: ours; the venue calls it by a number.
        key, secret: its first key pair.
        deposits: what it begins with, by asset.
        more_keys: further key pairs of the same account.
        commission: the tier of this account; None pays what each pair asks.
        pays_in_bnb: commissions are paid in BNB, with a discount, as long as there is some.
        can_trade: False for an account that may look and not touch.
    """

    name: str
    key: str
    secret: str = field(repr=False)
    deposits: Mapping[str, Decimal] = field(default_factory=lambda: {"USDT": Decimal(100_000)})
    more_keys: tuple[ApiKey, ...] = ()
    commission: Rates | None = None
    pays_in_bnb: bool = False
    can_trade: bool = True

    @property
    def keys(self) -> tuple[ApiKey, ...]:
        """All key pairs of the account."""
        return (ApiKey(self.key, self.secret), *self.more_keys)


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
        held = self.balances.get(asset)
        if held is None:
            held = self.balances[asset] = Balance()
        return held

    def reserve(self, asset: str, amount: Decimal) -> None:
        """Lock what an order will need; -2010 where there is not enough free."""
        held = self.of(asset)
        if held.free < amount:
            raise engine_refusals.insufficient_balance()
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

    def position_event(self, at_ns: int) -> bytes | None:
        """`outboundAccountPosition` of the assets touched since the last one, or None."""
        if not self.touched:
            return None
        rows = []
        for asset in self.touched:
            held = self.balances[asset]
            rows.append(f'{{"a":"{asset}","f":"{text(held.free)}","l":"{text(held.locked)}"}}')
        self.touched = {}
        at_ms = at_ns // MILLISECOND_NS
        return f'{{"e":"{POSITION}","E":{at_ms},"u":{at_ms},"B":[{",".join(rows)}]}}'.encode()

    def rows(self, *, omit_zero: bool) -> list[Json]:
        """`balances` of the account."""
        return [
            {"asset": asset, "free": text(held.free), "locked": text(held.locked)}
            for asset, held in sorted(self.balances.items())
            if not omit_zero or held.free or held.locked
        ]
