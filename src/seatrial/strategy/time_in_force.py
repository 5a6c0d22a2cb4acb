"""How long an order works, in a strategy's words."""

from __future__ import annotations

from datetime import UTC, datetime

from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import TimeInForce
from seatrial.domain.time import MICROSECOND_NS, SECOND_NS, parse_rfc3339

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_SESSIONS = (TimeInForce.DAY, TimeInForce.OPG, TimeInForce.CLS)
_WORDS = {each.name.lower(): each for each in TimeInForce}


def time_in_force_of(text: str | None, instrument: Instrument) -> TimeInForce:
    """A market that never closes has no day to end and no auction, so `day`, `opg` and `cls` are refused there.

    Raises:
        RequestFault: not one of the words, or one of those three where there is no such thing.
    """
    round_the_clock = instrument.calendar == "24x7"
    if text is None:
        return TimeInForce.GTC if round_the_clock else TimeInForce.DAY
    found = _WORDS.get(text) if isinstance(text, str) else None
    if found is None or (round_the_clock and found in _OF_SESSIONS):
        accepted = [name for name, each in _WORDS.items() if not (round_the_clock and each in _OF_SESSIONS)]
        raise RequestFault("time_in_force", f"one of {', '.join(accepted)} for {instrument.symbol}", text)
    return found


def expiry_ns(said: object, now_ns: int) -> int:
    """Until when an order is good, in nanoseconds since 1970; 0 where nothing was said.

    Raises:
        RequestFault: no time, one without a zone, or one that is past.
    """
    if said is None:
        return 0
    if isinstance(said, datetime) and said.tzinfo is not None:
        span = said - _EPOCH
        at_ns = (span.days * 86_400 + span.seconds) * SECOND_NS + span.microseconds * MICROSECOND_NS
    elif isinstance(said, str):
        at_ns = _parsed(said)
    elif isinstance(said, int) and not isinstance(said, bool):
        at_ns = said
    else:
        raise RequestFault("good_till", "nanoseconds since 1970, an aware datetime or RFC 3339 text", said)
    if at_ns <= now_ns:
        raise RequestFault("good_till", "an instant after the bar that is decided on", said)
    return at_ns


def _parsed(text: str) -> int:
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise RequestFault("good_till", "RFC 3339 text such as 2026-03-02T15:30:00Z", text) from None
