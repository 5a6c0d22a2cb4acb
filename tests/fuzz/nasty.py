"""Values that break parsers, and ways to spoil a message; all of it drawn from one seeded source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

TEXTS = (
    "",
    " ",
    "0",
    "-0",
    "-1",
    "1e5",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    "0.000000001",
    "0.1234567890123456789",
    "99999999999999999999999999999999999999",
    "9223372036854775808",
    "+1",
    "1,5",
    "1.",
    ".5",
    "0x10",
    "١٢٣",
    "\x00",
    "\ud7ff",
    "💥",
    "%00",
    "%zz",
    "null",
    "true",
    "True",
    "[]",
    "{}",
    "AAPL' OR 1=1",
    "../../etc/passwd",
    "A" * 5_000,
    "2024-13-45",
    "2024-01-02T03:04:05Z",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01",
    "1969-12-31T00:00:00+23:59",
)
VALUES: tuple[Any, ...] = (
    *TEXTS,
    None,
    True,
    False,
    0,
    -1,
    1,
    2**63,
    2**53 + 1,
    -(2**70),
    0.1,
    1e308,
    -1e-320,
    [],
    {},
    [[]],
    {"a": {"b": 1}},
    [None] * 50,
    ["BTCUSDT", 5],
)


class Nasty:
    """A seeded source of trouble."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def likely(self, share: float) -> bool:
        """Whether it happens this time."""
        return self.random.random() < share

    def text(self) -> str:
        """A text that somebody did not expect."""
        if self.likely(0.7):
            return self.random.choice(TEXTS)
        return "".join(chr(self.random.randrange(1, 0xD7FF)) for _ in range(self.random.randrange(12)))

    def value(self) -> Any:
        """A JSON value that somebody did not expect."""
        return self.random.choice(VALUES)

    def spoil(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The same with some fields left out, replaced or added."""
        spoilt = dict(fields)
        for _ in range(self.random.randrange(1, 4)):
            name = self.random.choice([*spoilt, "extra"]) if spoilt else "extra"
            if self.likely(0.25):
                spoilt.pop(name, None)
            else:
                spoilt[name] = self.value()
        return spoilt

    def cut(self, message: bytes) -> bytes:
        """The same message with bytes cut out, doubled, turned or put in."""
        if not message:
            return b"\x00"
        place, other = sorted(self.random.randrange(len(message) + 1) for _ in range(2))
        return (
            lambda: message[:place],
            lambda: message[:place] + message[other:],
            lambda: message[:place] + message[place:other] * 2 + message[other:],
            lambda: message[:place] + self.random.randbytes(other - place) + message[other:],
            lambda: message[:place] + b"\xff\xfe" + message[place:],
            lambda: message + message,
        )[self.random.randrange(6)]()

    def deep(self, message: Any) -> Any:
        """The same JSON with one value somewhere inside replaced or removed."""
        places = list(_places(message))
        if not places:
            return self.value()
        inside, key = self.random.choice(places)
        if isinstance(inside, dict) and self.likely(0.3):
            del inside[key]
        else:
            inside[key] = self.value()
        return message


def _places(message: Any) -> Any:
    """Every `(container, key)` of a JSON value."""
    rows = message.items() if isinstance(message, dict) else enumerate(message) if isinstance(message, list) else ()
    for key, inner in list(rows):
        yield message, key
        yield from _places(inner)


def encoded(value: Any) -> bytes:
    """JSON as clients write it, with what JSON does not allow."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
