"""WebSocket frames of whole messages, made once for all who get the message (RFC 6455, 5.2).

A server's frames are not masked, so one and the same bytes go to every client.
"""

from __future__ import annotations

from functools import lru_cache

TEXT_FRAME, BINARY_FRAME = 0x81, 0x82  # final, and what is in it
SHORT_MAX = 125
MEDIUM, MEDIUM_MAX = 126, 0xFFFF
LONG = 127
REMEMBERED_MAX = 256  # messages that different clients are about to get


@lru_cache(maxsize=REMEMBERED_MAX)
def frame_of(message: str | bytes) -> bytes:
    """Text as a text frame, bytes as a binary one."""
    if isinstance(message, str):
        first, body = TEXT_FRAME, message.encode()
    else:
        first, body = BINARY_FRAME, message
    size = len(body)
    if size <= SHORT_MAX:
        return bytes((first, size)) + body
    if size <= MEDIUM_MAX:
        return bytes((first, MEDIUM)) + size.to_bytes(2, "big") + body
    return bytes((first, LONG)) + size.to_bytes(8, "big") + body
