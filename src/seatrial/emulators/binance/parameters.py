"""Reading what a client sent: raw bytes to named values, or the venue's complaint about them.

A parameter may come in the query or in a form body; where it is in both, the query wins. Every reader
remembers which names it was asked for, so that `finish` can complain about the rest as the venue does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from urllib.parse import unquote_plus

from seatrial.domain.time import HOUR_NS, MICROSECOND_NS, MILLISECOND_NS
from seatrial.emulators.binance import refusals
from seatrial.emulators.binance.numbers import DIGITS_MAX
from seatrial.emulators.binance.signature import MICROSECONDS_FROM

PARAMETERS_MAX = 100
SYMBOLS_MAX = 200
INTEGER_MAX = 2**63 - 1
SPAN_HOURS_MAX = 24

DECIMAL = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
INTEGER = r"^[0-9]{1,20}$"
SIGNED = r"^-?[0-9]{1,20}$"
SYMBOL = r"^[A-Z0-9-_.]{1,20}$"
CLIENT_ID = r"^[a-zA-Z0-9-_]{1,36}$"
ALWAYS_READ = frozenset({"signature", "timestamp", "recvWindow"})


def split(raw: bytes) -> dict[str, str]:
    """A raw query or form body as names and values; the same name twice is -1101."""
    if not raw:
        return {}
    parts = [part for part in raw.decode("latin-1").split("&") if part]
    if len(parts) > PARAMETERS_MAX:
        raise refusals.too_many_parameters(PARAMETERS_MAX, len(parts))
    pairs = [part.partition("=") for part in parts]
    if b"%" in raw or b"+" in raw:
        values = {unquote_plus(name): unquote_plus(value, errors="replace") for name, _, value in pairs}
    else:  # as nearly all are: nothing to unquote
        values = {name: value for name, _, value in pairs}
    if len(values) != len(pairs):
        raise refusals.duplicate_parameter()
    return values


@cache
def _pattern(legal: str) -> re.Pattern[str]:
    return re.compile(legal, re.ASCII)


def merge(query: bytes, body: bytes) -> dict[str, str]:
    """Query and body together; the query wins."""
    return split(body) | split(query)


class Parameters:
    """The parameters of one request, read by name and type."""

    def __init__(self, values: Mapping[str, str], names: Mapping[str, str] | None = None) -> None:
        """`names`: what the client calls a parameter that is read under another name, such as an order list's legs."""
        self.values = values
        self._names = names or {}
        self._asked: set[str] = set(ALWAYS_READ)

    def shown(self, name: str) -> str:
        """The parameter's name as the client sent it."""
        return self._names.get(name, name)

    def has(self, name: str) -> bool:
        """Whether it was sent, empty or not."""
        self._asked.add(name)
        return name in self.values

    def optional(self, name: str, legal: str | None = None) -> str | None:
        """The text, None where it was not sent; -1105 where it was empty, -1100 where it is not `legal`."""
        self._asked.add(name)
        value = self.values.get(name)
        if value is None:
            return None
        if value == "":
            raise refusals.empty(self.shown(name))
        if legal is not None and not _pattern(legal).fullmatch(value):
            raise refusals.illegal_characters(self.shown(name), legal)
        return value

    def required(self, name: str, legal: str | None = None) -> str:
        """The text; -1102 where it was not sent."""
        value = self.values.get(name)
        if not value:
            raise refusals.missing(self.shown(name))
        self._asked.add(name)
        if legal is not None and not _pattern(legal).fullmatch(value):
            raise refusals.illegal_characters(self.shown(name), legal)
        return value

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number, not negative."""
        value = self.optional(name, INTEGER)
        if value is not None and int(value) > INTEGER_MAX:
            raise refusals.overflowed(self.shown(name))
        return default if value is None else int(value)

    def limit(self, default: int, most: int) -> int:
        """`limit`: between one and `most`; more counts as `most`, as at the venue."""
        value = self.integer("limit", default)
        assert value is not None
        if value < 1:
            raise refusals.bad_data("limit")
        return min(value, most)

    def decimal(self, name: str) -> Decimal | None:
        """An amount of at most eight digits after the point; -1111 where there are more."""
        value = self.optional(name, DECIMAL)
        if value is None:
            return None
        if len(value) > DIGITS_MAX:  # else it cannot have so many
            _, _, digits = value.partition(".")
            if len(digits.rstrip("0")) > DIGITS_MAX:
                raise refusals.too_precise(self.shown(name))
        return Decimal(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """`true` or `false`, in any case: Python clients send `True`."""
        value = self.optional(name)
        if value is None:
            return default
        if value.lower() not in {"true", "false"}:
            raise refusals.bad_data(name)
        return value.lower() == "true"

    def symbol_list(self, name: str) -> list[str] | None:
        """A JSON array of symbols."""
        value = self.optional(name)
        if value is None:
            return None
        try:
            symbols = json.loads(value)
        except ValueError:
            raise refusals.illegal_characters(name, '^\\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\\]$') from None
        if not isinstance(symbols, list) or not symbols or not all(isinstance(one, str) for one in symbols):
            raise refusals.bad_data(name)
        if len(symbols) > SYMBOLS_MAX:
            raise refusals.bad_data(name)
        if len(set(symbols)) != len(symbols):
            raise refusals.Refusal(-1151, "Symbol is present multiple times in the list.")
        return symbols

    def span_ns(self) -> tuple[int | None, int | None]:
        """`startTime` and `endTime`, both inclusive, in milliseconds or microseconds."""
        start, end = self.integer("startTime"), self.integer("endTime")
        start_ns = None if start is None else start * _unit_ns(start)
        end_ns = None if end is None else end * _unit_ns(end) + _unit_ns(end) - 1
        return start_ns, end_ns

    def finish(self, *also_known: str) -> None:
        """Complain about parameters nobody asked for. `also_known` are documented ones that are ignored."""
        unread = [name for name in self.values if name not in self._asked and name not in also_known]
        if unread:
            sent = len(self.values)
            raise refusals.unread_parameters(sent - len(unread), sent)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when; an open end is None."""

    start_ns: int | None
    end_ns: int | None

    @property
    def bounded(self) -> bool:
        """Either end was named."""
        return self.start_ns is not None or self.end_ns is not None

    def holds(self, at_ns: int) -> bool:
        """Whether an instant lies within."""
        return (self.start_ns is None or at_ns >= self.start_ns) and (self.end_ns is None or at_ns <= self.end_ns)


def span_of(parameters: Parameters) -> Span:
    """`startTime` and `endTime` of an account's history: at most a day apart."""
    span = Span(*parameters.span_ns())
    if span.start_ns is not None and span.end_ns is not None:
        if span.end_ns < span.start_ns:
            raise refusals.bad_combination()
        if span.end_ns - span.start_ns > SPAN_HOURS_MAX * HOUR_NS:
            raise refusals.span_too_wide(SPAN_HOURS_MAX)
    return span


def _unit_ns(value: int) -> int:
    return MICROSECOND_NS if value >= MICROSECONDS_FROM else MILLISECOND_NS


def from_json(params: Mapping[str, object]) -> dict[str, str]:
    """WebSocket parameters as the texts a client signs: numbers as JSON writes them, lists as JSON."""
    values: dict[str, str] = {}
    for name, value in params.items():
        if isinstance(value, bool):
            values[name] = "true" if value else "false"
        elif isinstance(value, str):
            values[name] = value
        elif isinstance(value, int):
            values[name] = str(value)
        elif isinstance(value, float):
            values[name] = f"{Decimal(repr(value)):f}"
        elif value is None:
            values[name] = ""
        else:
            values[name] = json.dumps(value, separators=(",", ":"))
    return values
