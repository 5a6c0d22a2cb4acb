"""Our books and the venue's agree, seen by the platform and by the second pair of eyes."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.release.gates.asked import Asked, several
from seatrial.release.verdict import GateResult


@dataclass(frozen=True, slots=True)
class BooksSeen:
    """What one pair of eyes says of one account: a status word and its sentence."""

    who: str
    status: str
    message: str


def evaluate(seen: list[BooksSeen], running: str | None, release_id: str, asked: Asked) -> GateResult:
    """`running` is the release that kept these books."""
    if not seen:
        return asked.lacks("nothing runs that keeps books")
    if running != release_id:
        return asked.lacks(f"these books are kept by {running or 'no sealed release'}, not {release_id}")
    apart = [each for each in seen if each.status != "healthy"]
    if apart:
        return asked.fails(several([f"{each.who}: {each.message or each.status}" for each in apart], 2))
    return asked.passes(f"{several([each.who for each in seen])} agree with the venues")
