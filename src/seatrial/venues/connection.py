"""What every adapter is built with, whatever its venue: an account, its keys, and the world from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

import httpx

from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.venues.feed import SocketSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One account at one venue. The HTTP client belongs to whoever built it; key and secret are never shown.

    Without `ticks` the market stream carries bars only. `random` is drawn from for back-off and nothing else.
    """

    account: AccountId
    http: httpx.AsyncClient
    key: str = field(repr=False)
    secret: str = field(repr=False)
    clock: Clock
    random: Random
    instruments: Mapping[Symbol, Instrument]
    sockets: SocketSettings = field(default_factory=SocketSettings)
    ticks: bool = True
    timeout_seconds: float = 5.0
