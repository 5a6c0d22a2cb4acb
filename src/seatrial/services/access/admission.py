"""What the gate says of one request: who asks, whether a door opens, and what every answer must tell about rates.

The gate decides nothing by path. It says who is there; each door says which scopes open it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from seatrial.services.access.scopes import Scope, admits

ADMISSION = "seatrial.admission"  # where an ASGI scope carries the `Admission` of its request
HOW_TO_GET_A_TOKEN = "send `Authorization: Bearer st_...`; `seatrial token create NAME --scope viewer` makes one"


class Kind(StrEnum):
    """How a caller showed who it is."""

    NOBODY = "nobody"  # it showed nothing
    LOCAL = "local"  # stage dev, this machine, no browser
    TOKEN = "token"
    SESSION = "session"  # a browser with our cookie
    INTERNAL = "internal"  # another role of this installation


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `id` is a token's id, or the address of whoever brings none."""

    name: str
    kind: Kind
    id: str
    scopes: frozenset[Scope] = frozenset()


@dataclass(frozen=True, slots=True)
class Turned:
    """Turned away: the answer a caller gets instead of what it asked for."""

    status: int
    error: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: str | None = None
    needed: tuple[str, ...] | None = None  # the scopes of which one is needed
    held: tuple[str, ...] | None = None  # the scopes the caller has


@dataclass(frozen=True, slots=True)
class Admission:
    """One request at the gate.

    `barred` is for every door (a foreign address), `limited` for every door but those that reduce risk,
    `mistaken` (a token nobody made) for every door but the public ones. `headers` are on every answer.
    """

    caller: Caller
    barred: Turned | None = None
    limited: Turned | None = None
    mistaken: Turned | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def turned(self, scopes: frozenset[Scope]) -> Turned | None:
        """Why a door with these scopes stays shut; None where it opens."""
        if admits(scopes, frozenset()):
            return None
        if self.mistaken is not None:
            return self.mistaken
        if admits(scopes, self.caller.scopes):
            return None
        if self.caller.kind is Kind.NOBODY:
            return unauthorized("no_token", f"this door needs a token: {HOW_TO_GET_A_TOKEN}")
        return forbidden(scopes, self.caller)


class Gate(Protocol):
    """Decides who may come in. `asgi` is the ASGI scope of an HTTP request or a WebSocket."""

    def admit(self, asgi: Mapping[str, Any]) -> Admission:
        """Who asks, and whether anything speaks against it. Never waits."""
        ...

    def still(self, caller: Caller) -> bool:
        """Whether a caller whose stream is open may go on: its token is neither revoked nor expired."""
        ...


def unauthorized(error: str, message: str) -> Turned:
    """401, with what the standard asks for beside it."""
    return Turned(401, error, message, {"WWW-Authenticate": 'Bearer realm="seatrial"'})


def forbidden(needed: frozenset[Scope], caller: Caller) -> Turned:
    """403: the scope that is needed and the scopes that are held."""
    wanted = " or ".join(sorted(needed))
    held = ", ".join(sorted(caller.scopes)) or "none"
    message = f"this door needs the scope {wanted}; {caller.name} has {held}"
    return Turned(
        403,
        "scope_missing",
        message,
        accepted=wanted,
        needed=tuple(sorted(needed)),
        held=tuple(sorted(caller.scopes)),
    )
