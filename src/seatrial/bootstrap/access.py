"""The gate of this process, from the settings; and the tokens roles give each other.

In one process they live in memory. `watch` runs in another: the platform writes a fresh token for it into `state`
at every start, and whoever held the last one has nothing.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import httpx

from seatrial.bootstrap.local_access import access_is_local
from seatrial.bootstrap.randomness import fresh_name
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.token_desk import tokens_path
from seatrial.bootstrap.token_use import TokenUse
from seatrial.domain.time import Clock
from seatrial.services.access.addresses import Address, Addresses, networks
from seatrial.services.access.credentials import INTERNAL_PREFIX, Credentials
from seatrial.services.access.gate import GateRules, TokenGate
from seatrial.services.access.internal import RoleAuth, token_of_file
from seatrial.services.access.scopes import Scope
from seatrial.services.access.sessions import Sessions
from seatrial.services.access.token_file import TokenFile
from seatrial.services.access.token_records import read_tokens

WATCH_FILE = "watch.token"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Access:
    """The gate, and what it needs to know of its own roles."""

    gate: TokenGate
    credentials: Credentials

    def role_auth(self, name: str, scopes: frozenset[Scope]) -> httpx.Auth:
        """The right of one role of this process to call the others."""
        text = _internal_token()
        self.credentials.give_internal(name, scopes, text)
        return RoleAuth(lambda: text, partial(fresh_name, "req"))

    def admit_watch(self, state: Path) -> None:
        """A fresh token for `watch`, in a file that only this user may read."""
        text = _internal_token()
        self.credentials.give_internal("watch", frozenset({Scope.OPERATOR}), text)
        path = state / WATCH_FILE
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")
        fresh.replace(path)


def open_access(settings: Settings, clock: Clock, role: str) -> Access:
    """The gate of one process.

    Raises:
        BadSetting: the token file is not ours, or others can read it.
    """
    path = tokens_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    read_tokens(path)
    use = TokenUse(path.parent, role)
    credentials = Credentials(TokenFile(path), clock, use.note)
    sessions = Sessions(clock, partial(secrets.token_hex, SECRET_BYTES))
    gate = TokenGate(rules_of(settings), credentials, sessions, clock=clock, ticks_ns=time.monotonic_ns)
    return Access(gate, credentials)


def rules_of(settings: Settings) -> GateRules:
    """What the settings say about who may come."""
    said = settings.values
    own = _address(settings.host)
    return GateRules(
        addresses=Addresses(
            allowed=networks(said["access.allowed_cidrs"]),
            trusted=networks(said["access.trusted_proxies"]),
            own=() if own is None else (own,),
        ),
        rate_per_second=said["access.rate_per_second"],
        local=access_is_local(settings),
    )


def watch_auth(settings: Settings) -> httpx.Auth:
    """The right of `watch` to call the platform: read from its file at every request."""
    return RoleAuth(token_of_file(settings.state / WATCH_FILE), partial(fresh_name, "req"))


def _internal_token() -> str:
    return INTERNAL_PREFIX + secrets.token_hex(SECRET_BYTES)


def _address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
