"""Names that survive a restart: every id is derived from seed, epoch and what it names.

A reset of the venue begins a new epoch, so the account gets another id and a client can tell.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache


class Identity:
    """The source of the venue's ids.

    Args:
        seed: the venue's.
        epoch: counts its resets (`store.VenueRecords.epoch`).
    """

    def __init__(self, *, seed: int, epoch: int) -> None:
        self._begun = hashlib.sha256(f"{seed}\x1f{epoch}\x1f".encode())

    def uuid(self, kind: str, name: str | int) -> str:
        """The id of one thing, in the form of a version-4 uuid."""
        digits = self._digest(kind, name).hex()[:32]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"

    def account_number(self, account: str) -> str:
        """`PA` and ten characters, as paper accounts have."""
        return "PA" + base64.b32encode(self._digest("account number", account)).decode()[:10]

    def _digest(self, kind: str, name: str | int) -> bytes:
        whole = self._begun.copy()
        whole.update(f"{kind}\x1f{name}".encode())
        return whole.digest()


@lru_cache(maxsize=65_536)
def asset_uuid(symbol: str) -> str:
    """An asset's id is the same in every epoch and on every machine."""
    return Identity(seed=0, epoch=0).uuid("asset", symbol)
