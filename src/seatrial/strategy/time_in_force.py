"""How long an order works, in a strategy's words."""

from __future__ import annotations

from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import TimeInForce

_WORDS = {each.name.lower(): each for each in TimeInForce}


def time_in_force_of(text: str | None, instrument: Instrument) -> TimeInForce:
    """A market that never closes has no day to end, so `day` is refused there.

    Raises:
        RequestFault: not one of the words, or `day` where there is none.
    """
    round_the_clock = instrument.calendar == "24x7"
    if text is None:
        return TimeInForce.GTC if round_the_clock else TimeInForce.DAY
    found = _WORDS.get(text) if isinstance(text, str) else None
    if found is None or (round_the_clock and found is TimeInForce.DAY):
        accepted = [name for name in _WORDS if not (round_the_clock and name == "day")]
        raise RequestFault("time_in_force", f"one of {', '.join(accepted)} for {instrument.symbol}", text)
    return found
