"""One HTTP exchange with a venue: bytes and a status came back, or nothing trustworthy did."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx
import msgspec

from seatrial.domain.faults import VenueUnavailable, VenueUnreachable, VenueUnreadable

T = TypeVar("T")

# What a decoder raises: ValidationError names the path, DecodeError the byte; and text that is no UTF-8, or too deep.
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_RETRY_AFTER_SECONDS = 60  # where a venue says 429 and not for how long


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer. Header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def throttled(self) -> bool:
        """The venue refused to look at the request at all: too many, or banned."""
        return self.status in {418, 429}

    @property
    def retry_after_seconds(self) -> int:
        text = self.headers.get("retry-after", "")
        return int(text) if text.isdecimal() else _RETRY_AFTER_SECONDS

    def count(self, header: str) -> int | None:
        """A header that counts something; None when absent or not a number."""
        text = self.headers.get(header, "")
        return int(text) if text.isdecimal() else None


async def exchange(http: httpx.AsyncClient, request: httpx.Request, timeout_seconds: float) -> Answer:
    """Send once and read all. The timeout is ours: in-process transports have none.

    Raises:
        VenueUnreachable: no connection could be opened. The request surely did not arrive.
        VenueUnavailable: timeout, dropped connection, broken HTTP. The request may have arrived.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            response = await http.send(request)
    except TimeoutError as fault:
        raise VenueUnavailable(f"no answer within {timeout_seconds} s") from fault
    except httpx.ConnectError as fault:  # raised while opening only; never once a byte of the request was written
        raise VenueUnreachable(f"no connection: {fault}") from fault
    except (httpx.HTTPError, httpx.StreamError, OSError) as fault:
        raise VenueUnavailable(f"the connection failed: {type(fault).__name__} {fault}".rstrip()) from fault
    return Answer(response.status_code, response.content, {k.lower(): v for k, v in response.headers.items()})


def decode(body: bytes | str, type_: type[T], what: str) -> T:
    """JSON as one of our wire records.

    Raises:
        VenueUnreadable: not JSON, or not of that shape; the message names the field.
    """
    return read(msgspec.json.Decoder(type_), body, what)


def read(decoder: msgspec.json.Decoder[T], body: bytes | str, what: str) -> T:
    """The same by a decoder that is kept, as streams do.

    Raises:
        VenueUnreadable: not JSON, or not of that shape; the message names the field.
    """
    try:
        return decoder.decode(body)
    except _UNREADABLE as fault:
        raise VenueUnreadable(f"{what}: {fault}") from fault
