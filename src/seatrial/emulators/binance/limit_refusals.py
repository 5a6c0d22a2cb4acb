"""What the venue says to whom asks too much: 429, and 418 to whom goes on all the same."""

from __future__ import annotations

from seatrial.emulators.binance.refusals import Refusal


def weight_exceeded(limit: int, retry_after_s: int) -> Refusal:
    return Refusal(
        -1003,
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API.",
        status=429,
        retry_after_s=retry_after_s,
    )


def too_many_requests(limit: int, retry_after_s: int) -> Refusal:
    """However little they weigh."""
    return Refusal(
        -1003,
        f"Too many requests; current limit is {limit} raw requests per 5 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API.",
        status=429,
        retry_after_s=retry_after_s,
    )


def banned(until_ms: int, retry_after_s: int) -> Refusal:
    return Refusal(
        -1003,
        f"Way too much request weight used; IP banned until {until_ms}. "
        "Please use WebSocket Streams for live updates to avoid bans.",
        status=418,
        retry_after_s=retry_after_s,
    )


def too_many_orders(limit: int, span: str, retry_after_s: int) -> Refusal:
    return Refusal(
        -1015,
        f"Too many new orders; current limit is {limit} orders per {span}.",
        status=429,
        retry_after_s=retry_after_s,
    )
