"""What a person should hear of, newest last: refusals, alerts, tripped breakers, operators' words, notices."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from seatrial.domain.effects import Alert, BreakerTripped, Refused
from seatrial.domain.facts import Command, LimitsChanged
from seatrial.journal.port import Entry
from seatrial.services.topics import Notice

NOTICES_KEPT_MAX = 1_000


class NoticeKind(StrEnum):
    """What kind of news it is."""

    REFUSAL = "refusal"  # risk turned an intent away
    ALERT = "alert"  # the machine noticed something that should not be
    BREAKER = "breaker"  # an account's trading breaker opened
    COMMAND = "command"  # an operator, or watch, said something
    NOTICE = "notice"  # a role said something: a strategy stopped, a file that does not load


News = Refused | Alert | BreakerTripped | Command | LimitsChanged | Notice


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """One piece of news. `seq` is its journal entry, None where it never was in the journal.

    `recorded_ns` is our own clock's time, None for entries read back from the journal.
    """

    kind: NoticeKind
    news: News
    seq: int | None
    recorded_ns: int | None


class NoticeLog:
    """The newest news, and how often each refusal and alert was ever seen."""

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()  # by code
        self.alerted: Counter[str] = Counter()  # by name
        self.tripped: Counter[str] = Counter()  # by account
        self._kept: deque[KeptNotice] = deque(maxlen=NOTICES_KEPT_MAX)

    def note(self, entry: Entry, recorded_ns: int | None) -> None:
        """Learn from one entry."""
        if isinstance(entry.fact, Command | LimitsChanged):
            self._kept.append(KeptNotice(NoticeKind.COMMAND, entry.fact, entry.seq, recorded_ns))
        for effect in entry.effects:
            if isinstance(effect, Refused):
                self.refused[effect.code.name] += 1
                self._kept.append(KeptNotice(NoticeKind.REFUSAL, effect, entry.seq, recorded_ns))
            elif isinstance(effect, Alert):
                self.alerted[effect.name] += 1
                self._kept.append(KeptNotice(NoticeKind.ALERT, effect, entry.seq, recorded_ns))
            elif isinstance(effect, BreakerTripped):
                self.tripped[effect.account] += 1
                self._kept.append(KeptNotice(NoticeKind.BREAKER, effect, entry.seq, recorded_ns))

    def hear(self, notice: Notice, recorded_ns: int) -> None:
        """A role's own words, from the bus."""
        self._kept.append(KeptNotice(NoticeKind.NOTICE, notice, None, recorded_ns))

    def newest_first(self) -> Iterator[KeptNotice]:
        """All that are kept."""
        return reversed(self._kept)
