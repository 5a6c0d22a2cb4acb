"""Query parameters of the doors: parsed or refused, naming the parameter and what is accepted."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.domain.faults import RequestFault
from seatrial.domain.time import DAY_NS, parse_rfc3339

TEXT_MAX = 4_096
SYMBOLS_MAX = 1_000


def text_of(query: Mapping[str, str], name: str, default: str = "") -> str:
    """A text of bounded length."""
    value = query.get(name, default)
    if len(value) > TEXT_MAX:
        raise RequestFault(name, f"at most {TEXT_MAX} characters", f"{len(value)} characters")
    return value


def whole_of(query: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    """A whole number in a range."""
    value = text_of(query, name)
    if not value:
        return default
    if not value.isascii() or not value.isdecimal() or len(value) > 18 or not least <= int(value) <= most:
        raise RequestFault(name, f"a whole number from {least} to {most}", value)
    return int(value)


def choice_of(query: Mapping[str, str], name: str, accepted: tuple[str, ...]) -> str:
    """One of some words; the first is the default."""
    value = text_of(query, name) or accepted[0]
    if value not in accepted:
        raise RequestFault(name, ", ".join(accepted), value)
    return value


def bool_of(query: Mapping[str, str], name: str) -> bool:
    """`true` or `false` in any case; absent is false. Python clients send `True`."""
    value = text_of(query, name, "false").lower()
    if value not in ("true", "false"):
        raise RequestFault(name, "true, false", value)
    return value == "true"


def time_of(query: Mapping[str, str], name: str, *, default: int, day_ends: bool = False) -> int:
    """An RFC3339 time, or a date (its start, or its end with `day_ends`), in nanoseconds."""
    value = text_of(query, name).replace(" ", "+")  # an unescaped + of an offset
    if not value:
        return default
    try:
        if len(value) == len("2019-02-11"):
            return parse_rfc3339(f"{value}T00:00:00Z") + (DAY_NS if day_ends else 0)
        return parse_rfc3339(value)
    except (ValueError, OverflowError):
        raise RequestFault(name, "an RFC3339 time or a date YYYY-MM-DD", value) from None


def date_of(query: Mapping[str, str], name: str) -> str:
    """A date `YYYY-MM-DD` out of a date or a time; empty where absent."""
    if not query.get(name):
        return ""
    time_of(query, name, default=0)
    return query[name][:10]


def list_of(query: Mapping[str, str], name: str) -> list[str]:
    """Comma-separated words, without repetition, in their order."""
    words = [word.strip() for word in text_of(query, name).split(",")]
    found = list(dict.fromkeys(word for word in words if word))
    if len(found) > SYMBOLS_MAX:
        raise RequestFault(name, f"at most {SYMBOLS_MAX}", len(found))
    return found
