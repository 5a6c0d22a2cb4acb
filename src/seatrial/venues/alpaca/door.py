"""The HTTP conversation with Alpaca: addresses, keys, the rate budget, and what a question's answer means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx

from seatrial.domain.faults import VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.domain.time import MINUTE_NS, SECOND_NS, Clock
from seatrial.venues.alpaca.wire import protocol_error
from seatrial.venues.answer import Answer, decode, exchange
from seatrial.venues.budget import Budget, Purpose

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AlpacaUrls:
    """`rest` and `data` with or without a trailing `/v2`; the streams are whole addresses, used as they are."""

    rest: str
    data: str
    trade_stream: str
    data_stream: str


class AlpacaDoor:
    """Sends requests with the account's keys; both APIs count their own requests."""

    def __init__(
        self,
        *,
        http: httpx.AsyncClient,
        urls: AlpacaUrls,
        key: str,
        secret: str,
        clock: Clock,
        timeout_seconds: float,
        requests_per_minute_max: int,
    ) -> None:
        self._http = http
        self._trading = _version_2(urls.rest)
        self._data = _version_2(urls.data)
        self._headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self.trading_budget = Budget(clock, limit=requests_per_minute_max, window_ns=MINUTE_NS)
        self._data_budget = Budget(clock, limit=requests_per_minute_max, window_ns=MINUTE_NS)

    async def command(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """Send a command whose room in the budget is already taken.

        Raises:
            VenueUnavailable: no answer; the command may have arrived.
        """
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = self._http.build_request(method, self._trading + path, content=body, headers=headers)
        return self._noted(self.trading_budget, await exchange(self._http, request, self._timeout_seconds))

    async def ask(self, path: str, type_: type[T], params: Mapping[str, str] | None = None) -> T:
        """A question to the trading API. Raises as the port says."""
        return await self._question(self.trading_budget, self._trading + path, type_, params)

    async def ask_data(self, path: str, type_: type[T], params: Mapping[str, str] | None = None) -> T:
        """A question to the market data API. Raises as the port says."""
        return await self._question(self._data_budget, self._data + path, type_, params)

    async def ask_actions(self, type_: type[T], params: Mapping[str, str]) -> T:
        """A question for corporate actions, which have a version of their own. Raises as the port says."""
        url = self._data.removesuffix("/v2") + "/v1/corporate-actions"
        return await self._question(self._data_budget, url, type_, params)

    async def _question(self, budget: Budget, url: str, type_: type[T], params: Mapping[str, str] | None) -> T:
        await budget.admit(Purpose.QUESTION, 1)
        request = self._http.build_request("GET", url, params=params, headers=self._headers)
        answer = self._noted(budget, await exchange(self._http, request, self._timeout_seconds))
        if answer.ok:
            return decode(answer.body, type_, request.url.path)
        error = protocol_error(answer)
        if answer.throttled or answer.status >= 500:
            raise VenueUnavailable(f"HTTP {answer.status} on {request.url.path}: {error.reason if error else ''}")
        if error is None:
            raise VenueUnreadable(f"HTTP {answer.status} on {request.url.path} without Alpaca's error body")
        raise VenueRefused(error.code, error.reason)

    def _noted(self, budget: Budget, answer: Answer) -> Answer:
        limit, remaining = answer.count("x-ratelimit-limit"), answer.count("x-ratelimit-remaining")
        if limit is not None and remaining is not None:
            budget.observe(limit - remaining)
        if answer.throttled:
            budget.close_until(self._clock.now_ns() + _closed_ns(answer, self._clock.now_ns()))
        return answer


def _closed_ns(answer: Answer, now_ns: int) -> int:
    """For how long Alpaca is closed to us. It names the second at which its count starts anew, by its own clock."""
    resets_at = answer.count("x-ratelimit-reset")
    if "retry-after" in answer.headers or resets_at is None:
        return answer.retry_after_seconds * SECOND_NS
    return min(max(resets_at * SECOND_NS - now_ns, SECOND_NS), MINUTE_NS)


def _version_2(url: str) -> str:
    return url.rstrip("/").removesuffix("/v2") + "/v2"
