"""A gate with people's tokens, a clock that tests set, and a few doors behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from seatrial.domain.time import DAY_NS, SECOND_NS, Instant
from seatrial.services.access.credentials import Credentials
from seatrial.services.access.gate import GateRules, TokenGate
from seatrial.services.access.scopes import CANCEL, LOOK, OPERATE, PUBLIC, TRADE, Scope
from seatrial.services.access.sessions import Sessions
from seatrial.services.access.token_file import TokenFile
from seatrial.services.access.token_records import read_tokens, write_tokens
from seatrial.services.access.tokens import Minted, mint
from seatrial.services.api.doors import Door
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.http import answer, application
from seatrial.services.api.session_doors import session_routes

HOST = "127.0.0.1:3000"
EARLY_NS = 1_700_000_000 * SECOND_NS


class Hands:
    """A clock whose hands tests move; both the wall's and the one that never goes back."""

    def __init__(self) -> None:
        self.at_ns = EARLY_NS

    def now_ns(self) -> Instant:
        return Instant(self.at_ns)

    def pass_seconds(self, seconds: float) -> None:
        self.at_ns += int(seconds * SECOND_NS)


class Gatehouse:
    """`ask` sends one request from an address, with headers, to doors of every scope and to `/session`."""

    def __init__(self, folder: Path, rules: GateRules | None = None) -> None:
        self.clock = Hands()
        self.path = folder / "tokens.json"
        self.used: list[tuple[str, int]] = []
        self._numbers = count(1)
        self.credentials = Credentials(TokenFile(self.path), self.clock, lambda *used: self.used.append(used))
        sessions = Sessions(self.clock, lambda: f"{next(self._numbers):064x}")
        self.gate = TokenGate(
            rules or GateRules(), self.credentials, sessions, clock=self.clock, ticks_ns=self.clock.now_ns
        )
        self.doors = self.behind_the_gate([*sample_doors(), *session_routes(self.gate)])

    def behind_the_gate(self, routes: list[BaseRoute]) -> Envelope:
        return application(routes, new_request_id=lambda: "given", gate=self.gate)

    def token(self, *scopes: Scope, days: int = 90) -> Minted:
        """A token that is good from now on."""
        number = next(self._numbers)
        made = mint(
            f"bearer {number}",
            scopes,
            now_ns=self.clock.at_ns,
            life_ns=days * DAY_NS,
            token_id=number.to_bytes(4, "big"),
            secret=number.to_bytes(32, "big"),
        )
        write_tokens(self.path, [*read_tokens(self.path).records, made.record])
        return made

    def revoke(self, made: Minted) -> None:
        records = read_tokens(self.path).records
        write_tokens(self.path, [each for each in records if each.id != made.record.id])

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "203.0.113.7",
        app: Envelope | None = None,
        **more: Any,
    ) -> httpx.Response:
        said = {"host": HOST, **(headers or {})} | ({} if token is None else {"authorization": f"Bearer {token}"})
        transport = httpx.ASGITransport(app or self.doors, raise_app_exceptions=False, client=(address, 4711))

        async def main() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                return await client.request(method, path, headers=said, **more)

        return asyncio.run(main())


async def inside(_: Request) -> Response:
    """Whoever is answered this came in."""
    return answer({"inside": True})


def sample_doors() -> list[BaseRoute]:
    """A door of each kind."""
    return [
        Door("/health", inside, summary="Open.", scopes=PUBLIC),
        Door("/look", inside, summary="Look.", scopes=LOOK),
        Door("/trade", inside, method="POST", summary="Trade.", scopes=TRADE),
        Door("/cancel", inside, method="DELETE", summary="Cancel.", scopes=CANCEL),
        Door("/halt", inside, method="POST", summary="Halt.", scopes=OPERATE, always=True),
    ]
