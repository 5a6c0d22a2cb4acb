"""Every kind of fault: where it strikes, which parameters it takes beside the common ones, and what a client meets.

`docs/reference/faults.md` is this table; a test compares the two.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Where = Literal["request", "stream", "connection", "market", "clock"]

COMMON = ("name", "kind", "venue", "probability", "count_max", "after_ms", "for_ms", "account", "symbol")
OF_REQUESTS = ("path", "method")
OF_STREAMS = ("stream",)
OF_MESSAGES = ("stream", "what")


class Card(NamedTuple):
    """One kind. `takes` are its own parameters; all kinds also take `COMMON`."""

    where: Where
    takes: tuple[str, ...]
    meets: str


CATALOGUE: dict[str, Card] = {
    "latency": Card(
        "request",
        (*OF_REQUESTS, *OF_MESSAGES, "latency_ms", "jitter_ms", "when"),
        'a wait before the request is applied (`when = "before"`) or before its answer (`"after"`); with `stream`, '
        "messages that come late. `jitter_ms` adds up to so much, evenly",
    ),
    "loss": Card("request", OF_REQUESTS, "the connection is dropped and the request was **not** applied"),
    "lost_ack": Card(
        "request", OF_REQUESTS, "the request is applied, then the connection is dropped without an answer"
    ),
    "error_before": Card("request", (*OF_REQUESTS, "status"), "a 5xx answer; the request was **not** applied"),
    "error_after": Card("request", (*OF_REQUESTS, "status"), "a 5xx answer, and the request **was** applied"),
    "rate_limited": Card(
        "request", (*OF_REQUESTS, "retry_after_s"), "429 with `Retry-After` and the venue's own words"
    ),
    "banned": Card(
        "request", (*OF_REQUESTS, "retry_after_s"), "418 with `Retry-After`; 429 at a venue that knows no ban"
    ),
    "html_error": Card(
        "request", (*OF_REQUESTS, "status"), "an HTML page of a firewall instead of JSON, 403 by default"
    ),
    "reject": Card("request", OF_REQUESTS, "orders are refused as for want of money; every other request is served"),
    "fill_after_cancel": Card(
        "request",
        (*OF_REQUESTS, "latency_ms", "jitter_ms"),
        "a cancel is applied so much later and a fill may win the race; Alpaca says 204 at once, Binance answers late",
    ),
    "maintenance": Card(
        "connection",
        (*OF_REQUESTS, *OF_STREAMS, "status"),
        "every request is answered 5xx, every stream is closed, and no new one is let in",
    ),
    "stream_drop": Card("stream", OF_MESSAGES, "a message is never sent"),
    "stream_duplicate": Card("stream", OF_MESSAGES, "a message is sent twice"),
    "stream_reorder": Card(
        "stream",
        (*OF_MESSAGES, "latency_ms"),
        "a message comes after the next one, or after `latency_ms` (1,000) if none does",
    ),
    "stream_disconnect": Card(
        "stream",
        (*OF_MESSAGES, "when"),
        'the stream is closed instead of sending a message; with `when = "after"`, after it',
    ),
    "partial_fill_disconnect": Card(
        "stream",
        (*OF_STREAMS, "when"),
        "the stream is closed at a partial fill, before (or `after`) the client is told",
    ),
    "depth_gap": Card(
        "stream", OF_STREAMS, "a depth update is never sent: `U` no longer follows the last `u` (Binance)"
    ),
    "stale_quotes": Card(
        "market", (), "quotes stay as they were when the fault began, with their old time, while trades go on"
    ),
    "crossed_quotes": Card("market", (), "bid and ask change places, in answers and in streams"),
    "halt": Card("market", (), "prices are told and meet no order; Binance refuses new ones, Alpaca lets them wait"),
    "stream_mute": Card("connection", OF_STREAMS, "the socket stays open and answers pings, and says nothing any more"),
    "half_close": Card(
        "connection", OF_STREAMS, "the venue's half of the connection is closed (FIN); what the client says is lost"
    ),
    "disconnect_storm": Card(
        "connection",
        (*OF_STREAMS, "latency_ms"),
        "every connection, old or new, is closed `latency_ms` after it could be used",
    ),
    "server_shutdown": Card(
        "connection",
        (*OF_STREAMS, "latency_ms"),
        "`serverShutdown` is announced, and the connection closed `latency_ms` later (Binance; Alpaca closes only)",
    ),
    "clock_skew": Card(
        "clock", ("skew_ms",), "the venue's clock is off: its time doors say so, and signatures are judged by it"
    ),
}


def takes(kind: str) -> tuple[str, ...]:
    """Every parameter a kind accepts."""
    return (*COMMON, *CATALOGUE[kind].takes)
