"""listenKeys: how account events were asked for until 2026-02-20, for clients that still do. Off by default.

One key per account: asking again gives the same one for another hour. Whoever connects to `/ws/<listenKey>` gets the
account's bare events, until the key is given back or its hour is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from seatrial.domain.time import HOUR_NS, Clock
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.desk import Call, Desk, Endpoint
from seatrial.emulators.binance.orders import Json

KEY_LENGTH = 64
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(slots=True)
class _Held:
    key: str
    until_ns: int


class ListenKeys:
    """The keys of all accounts. They live in memory: a restart ends them, as the venue's may."""

    def __init__(self, clock: Clock, ids: Random) -> None:
        self._clock = clock
        self._ids = ids
        self._held: dict[str, _Held] = {}

    def open(self, account: str) -> str:
        """The account's key, a new one where it has none, for another hour."""
        held = self._living(account)
        if held is None:
            held = self._held[account] = _Held("".join(self._ids.choices(_LETTERS, k=KEY_LENGTH)), 0)
        held.until_ns = self._clock.now_ns() + HOUR_NS
        return held.key

    def prolong(self, account: str, key: str) -> None:
        """Another hour; -1125 where the account has no such key."""
        self._own(account, key).until_ns = self._clock.now_ns() + HOUR_NS

    def close(self, account: str, key: str) -> None:
        """End it; -1125 where the account has no such key."""
        self._own(account, key)
        del self._held[account]

    def account_of(self, key: str) -> str | None:
        """Whose key it is; None where nobody's (any more)."""
        return next((name for name in list(self._held) if (held := self._living(name)) and held.key == key), None)

    def _own(self, account: str, key: str) -> _Held:
        held = self._living(account)
        if held is None or held.key != key:
            raise refusals.listen_key_unknown()
        return held

    def _living(self, account: str) -> _Held | None:
        held = self._held.get(account)
        if held is not None and held.until_ns <= self._clock.now_ns():
            held = self._held.pop(account) and None
        return held


def _keys(desk: Desk) -> ListenKeys:
    assert desk.listen_keys is not None, "asked for only where they are played"
    return desk.listen_keys


def _start(desk: Desk, call: Call) -> Json:
    return {"listenKey": _keys(desk).open(call.account.name)}


def _ping(desk: Desk, call: Call) -> Json:
    keys = _keys(desk)
    keys.prolong(call.account.name, call.parameters.required("listenKey"))
    return {}


def _stop(desk: Desk, call: Call) -> Json:
    keys = _keys(desk)
    keys.close(call.account.name, call.parameters.required("listenKey"))
    return {}


PATH = "/api/v3/userDataStream"
ENDPOINTS = (
    Endpoint(_start, 2, "key", ("POST", PATH), "userDataStream.start"),
    Endpoint(_ping, 2, "key", ("PUT", PATH), "userDataStream.ping"),
    Endpoint(_stop, 2, "key", ("DELETE", PATH), "userDataStream.stop"),
)
