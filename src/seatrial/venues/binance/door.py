"""The HTTP conversation with Binance: addresses, signatures, weights, and what a question's answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx

from seatrial.domain.faults import VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.domain.time import MINUTE_NS, SECOND_NS, Clock
from seatrial.venues.answer import Answer, decode, exchange
from seatrial.venues.binance import wire
from seatrial.venues.binance.records import TimeRecord
from seatrial.venues.binance.request import signed_query
from seatrial.venues.binance.server_time import ServerTime
from seatrial.venues.binance.signing import signer
from seatrial.venues.budget import Budget, Purpose

T = TypeVar("T")

RECV_WINDOW_MS = 5_000  # after it a late request is dead at the venue's door


@dataclass(frozen=True, slots=True)
class BinanceUrls:
    """`rest` with or without `/api/v3`; `ws` with or without `/stream`; `ws_api` as it is."""

    rest: str
    ws: str
    ws_api: str

    @property
    def rest_v3(self) -> str:
        return self.rest.rstrip("/").removesuffix("/v3").removesuffix("/api") + "/api/v3"

    @property
    def stream(self) -> str:
        return self.ws.rstrip("/").removesuffix("/stream").removesuffix("/ws") + "/stream"


class BinanceDoor:
    """Sends requests, signed where they must be; weight counts per address, orders per account."""

    def __init__(
        self,
        *,
        http: httpx.AsyncClient,
        urls: BinanceUrls,
        key: str,
        secret: str,
        clock: Clock,
        timeout_seconds: float,
        weight_per_minute_max: int,
        orders_per_10_seconds_max: int,
    ) -> None:
        self._http = http
        self._url = urls.rest_v3
        self._headers = {"X-MBX-APIKEY": key} if key else {}  # public questions need none, and an empty one is refused
        self.sign = signer(secret)
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._weight = Budget(clock, limit=weight_per_minute_max, window_ns=MINUTE_NS)
        self._orders = Budget(clock, limit=orders_per_10_seconds_max, window_ns=10 * SECOND_NS)
        self.time = ServerTime(clock, self._server_time_ms)

    async def admit_order(self) -> bool:
        """Take room for one order; False when there is none now."""
        return await self._weight.admit(Purpose.ORDER, 1) and await self._orders.admit(Purpose.ORDER, 1)

    async def command(self, method: str, path: str, parameters: Mapping[str, str], purpose: Purpose) -> Answer:
        """Send a signed command; an order's room is already taken.

        Raises:
            VenueUnavailable: no answer; the command may have arrived.
        """
        if purpose == Purpose.CANCEL:
            await self._weight.admit(purpose, 1)
        request = self._http.build_request(method, await self._signed_url(path, parameters), headers=self._headers)
        answer = self._noted(await exchange(self._http, request, self._timeout_seconds))
        self._doubt_time(answer)
        return answer

    async def ask(self, path: str, type_: type[T], parameters: Mapping[str, str], *, weight: int) -> T:
        """A signed question. Raises as the port says; asks a second time after a -1021."""
        try:
            return await self._question(await self._signed_url(path, parameters), type_, weight)
        except VenueRefused as refused:
            if refused.code != wire.OUTSIDE_RECV_WINDOW:
                raise
        return await self._question(await self._signed_url(path, parameters), type_, weight)

    async def ask_publicly(self, path: str, type_: type[T], parameters: Mapping[str, str], *, weight: int) -> T:
        """A question that needs no key."""
        query = httpx.QueryParams(dict(parameters))
        return await self._question(f"{self._url}{path}?{query}" if parameters else self._url + path, type_, weight)

    async def _signed_url(self, path: str, parameters: Mapping[str, str]) -> str:
        timed = {**parameters, "recvWindow": str(RECV_WINDOW_MS), "timestamp": str(await self.time.now_ms())}
        return f"{self._url}{path}?{signed_query(timed, self.sign)}"

    async def _server_time_ms(self) -> int:
        # Counted like a cancel, because a cancel may depend on it: it never waits.
        record = await self._question(f"{self._url}/time", TimeRecord, 1, Purpose.CANCEL)
        return record.server_time

    async def _question(self, url: str, type_: type[T], weight: int, purpose: Purpose = Purpose.QUESTION) -> T:
        await self._weight.admit(purpose, weight)
        request = self._http.build_request("GET", url, headers=self._headers)
        answer = self._noted(await exchange(self._http, request, self._timeout_seconds))
        path = request.url.path
        if answer.ok:
            return decode(answer.body, type_, path)
        error = wire.protocol_error(answer)
        if answer.throttled or answer.status >= 500:
            raise VenueUnavailable(f"HTTP {answer.status} on {path}: {error.reason if error else ''}")
        if error is None:
            raise VenueUnreadable(f"HTTP {answer.status} on {path} without Binance's error body")
        self._doubt_time(answer)
        raise VenueRefused(error.code, error.reason)

    def _doubt_time(self, answer: Answer) -> None:
        error = None if answer.ok else wire.protocol_error(answer)
        if error is not None and error.code == wire.OUTSIDE_RECV_WINDOW:
            self.time.doubt()

    def _noted(self, answer: Answer) -> Answer:
        used = answer.count("x-mbx-used-weight-1m")
        if used is not None:
            self._weight.observe(used)
        orders = answer.count("x-mbx-order-count-10s")
        if orders is not None:
            self._orders.observe(orders)
        if answer.throttled:
            error = wire.protocol_error(answer)
            spent = self._orders if error is not None and error.code == wire.TOO_MANY_ORDERS else self._weight
            spent.close_until(self._clock.now_ns() + answer.retry_after_seconds * SECOND_NS)
        return answer
