"""A body that may be left out altogether: then every field has its default."""

from __future__ import annotations

from typing import TypeVar

from starlette.requests import Request

from seatrial.services.api.reading import read_body

T = TypeVar("T")


async def optional_body(request: Request, type: type[T]) -> T:
    """As `read_body`; an empty body is one without fields. Raises like `read_body`."""
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return type()
    return await read_body(request, type)
