"""The platform as watch sees it: from outside, through its doors, with bounded patience."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TypeVar

import httpx
import msgspec

from seatrial.domain.faults import SeatrialFault
from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.time import parse_rfc3339
from seatrial.services.encoding import encode
from seatrial.services.watch_breaks import PlatformView

T = TypeVar("T")

ORDERS_ASKED_MAX = 1_000


class PlatformDown(SeatrialFault):
    """Nobody listens at the platform's door."""


class PlatformHangs(SeatrialFault):
    """Somebody listens and does not answer in time, or not as agreed."""


class PlatformBusy(SeatrialFault):
    """The platform says itself that it is not ready: it recovers."""


class _PositionRow(msgspec.Struct):
    account: str
    symbol: str
    quantity: Decimal


class _PositionRows(msgspec.Struct):
    positions: list[_PositionRow]


class _OrderRow(msgspec.Struct):
    client_order_id: str
    account: str
    status: str


class _OrderRows(msgspec.Struct):
    orders: list[_OrderRow]


class _PriceRow(msgspec.Struct):
    symbol: str
    as_of: str


class _PriceRows(msgspec.Struct):
    prices: list[_PriceRow]


WORKING = frozenset({"working", "partially_filled"})


class PlatformDoors:
    """Reads 5002 and 5001, and can say halt."""

    def __init__(
        self, execution: httpx.AsyncClient, market_data: httpx.AsyncClient | None, *, answer_seconds: float
    ) -> None:
        self._execution = execution
        self._market_data = market_data
        self._answer_seconds = answer_seconds

    async def heartbeat(self) -> str:
        """Any answer of `/health` is a sign of life; returns what it says of itself.

        Raises:
            PlatformDown, PlatformHangs: as their names say.
        """
        response = await self._ask(self._execution, "/health")
        return f"answers {response.status_code}"

    async def view(self, account: AccountId) -> PlatformView:
        """One account as the platform has it.

        Raises:
            PlatformDown, PlatformHangs, PlatformBusy: there is no view.
        """
        positions = await self._read(self._execution, "/positions", _PositionRows)
        working = await self._orders(account, "open")
        recent = await self._orders(account, "all")
        return PlatformView(
            holdings={Symbol(row.symbol): row.quantity for row in positions.positions if row.account == account},
            working=frozenset(row.client_order_id for row in working if row.status in WORKING),
            known=frozenset(row.client_order_id for row in [*working, *recent]),
            prices_as_of_ns=await self._prices(),
        )

    async def halt(self, reason: str) -> None:
        """Say halt.

        Raises:
            PlatformDown, PlatformHangs, PlatformBusy: it was not taken; say it again.
        """
        body = encode({"reason": reason, "actor": "watch"})
        response = await self._ask(self._execution, "/api/v1/halt", body)
        if not response.is_success:
            raise PlatformBusy(f"the halt was answered with {response.status_code}")

    async def _orders(self, account: AccountId, status: str) -> list[_OrderRow]:
        path = f"/orders?status={status}&limit={ORDERS_ASKED_MAX}"
        rows = await self._read(self._execution, path, _OrderRows)
        return [row for row in rows.orders if row.account == account]

    async def _prices(self) -> dict[Symbol, int] | None:
        if self._market_data is None:
            return None
        try:
            rows = await self._read(self._market_data, "/api/v1/prices/latest", _PriceRows)
            return {Symbol(row.symbol): parse_rfc3339(row.as_of) for row in rows.prices}
        except (PlatformDown, PlatformHangs, PlatformBusy, ValueError):
            return None

    async def _read(self, client: httpx.AsyncClient, path: str, type: type[T]) -> T:
        response = await self._ask(client, path)
        if not response.is_success:
            raise PlatformBusy(f"{path} answers {response.status_code}")
        try:
            return msgspec.json.decode(response.content, type=type)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise PlatformHangs(f"{path} is unreadable: {fault}") from fault

    async def _ask(self, client: httpx.AsyncClient, path: str, body: bytes | None = None) -> httpx.Response:
        method = "GET" if body is None else "POST"
        try:
            async with asyncio.timeout(self._answer_seconds):
                headers = {"content-type": "application/json"}
                return await client.request(method, path, content=body, headers=headers)
        except TimeoutError as fault:
            raise PlatformHangs(f"{path}: no answer within {self._answer_seconds} s") from fault
        except httpx.ConnectError as fault:
            raise PlatformDown(f"nobody listens: {fault}") from fault
        except httpx.TransportError as fault:
            raise PlatformHangs(f"{path}: {type(fault).__name__}: {fault}") from fault
