"""What a command's answer means. The table is the whole policy:

no connection could be opened              Denied      not a byte was sent
nothing came back, or not HTTP             Unknown     the order may live
5xx, whatever the body                     Unknown     the order may live
2xx with an unreadable body                Unknown     it was probably taken
4xx without the venue's own error body     Unknown     a proxy spoke, not the venue
4xx saying the id is already there         Unknown     an earlier send arrived; look it up
4xx saying the result is not known         Unknown     (Binance -1000 -1001 -1006 -1007)
429, 418 with the venue's own body         Rejected    both protocols: refused before acceptance
any other 4xx in the venue's own words     Rejected    final
anything else (1xx, 3xx)                   Unknown
"""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.domain.faults import VenueFault, VenueUnreachable
from seatrial.venues.answer import Answer
from seatrial.venues.port import Denied, Rejected, Unknown


@dataclass(frozen=True, slots=True)
class ProtocolError:
    """The venue's own error body. `doubtful`: its words do not say that the command had no effect."""

    code: str
    reason: str
    doubtful: bool = False


def refusal(answer: Answer, error: ProtocolError | None) -> Rejected | Unknown:
    """The outcome of a command that was not answered with 2xx; `error` is None when the body is not the venue's."""
    if error is None:
        return Unknown(f"HTTP {answer.status} without the venue's own error body")
    if not 400 <= answer.status < 500:
        return Unknown(f"HTTP {answer.status}: {error.code} {error.reason}")
    if error.doubtful:
        return Unknown(f"{error.code} {error.reason}")
    return Rejected(error.code, error.reason)


def silence(fault: VenueFault) -> Denied | Unknown:
    """The outcome of a command without a usable answer."""
    return Denied(str(fault)) if isinstance(fault, VenueUnreachable) else Unknown(str(fault))
