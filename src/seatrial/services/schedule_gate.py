"""A schedule as a strategy's runner sees it: does the run happen with the bars of this instant?

Everything follows market time, so a backtest, a rehearsal and live trading open the same gates at the same bars.
A run happens with the first bars that end at or after its time, and not at all when they come later than
`LATE_NS_MAX`: what was decided for 15:30 is not traded the next morning.
"""

from __future__ import annotations

from datetime import timedelta

from seatrial.domain.bars import Session
from seatrial.domain.faults import NoData
from seatrial.domain.time import MINUTE_NS, SECOND_NS
from seatrial.market.sessions import sessions, utc_date
from seatrial.services.schedules import Daily, Every, OnBarClose, Planned, Schedule, last_run
from seatrial.strategy.holding import Gate

LATE_NS_MAX = 30 * MINUTE_NS  # market time
DAYS_BACK, DAYS_AHEAD = 5, 12  # wide enough for every row of holidays and weekends


class SessionsNear:
    """The sessions of a calendar around an instant, remembered for as long as the day is the same."""

    def __init__(self, calendar: str) -> None:
        self.calendar = calendar
        self._day = ""
        self._found: list[Session] = []

    def at(self, at_ns: int) -> list[Session]:
        """Some days back and ahead; none beyond the years that the calendar's table covers."""
        day = utc_date(at_ns)
        if day.isoformat() != self._day:
            self._day = day.isoformat()
            try:
                self._found = sessions(self.calendar, day - timedelta(DAYS_BACK), day + timedelta(DAYS_AHEAD))
            except NoData:
                self._found = []
        return self._found


class DailyGate:
    """Opens once per planned run."""

    def __init__(self, schedule: Daily, calendar: str) -> None:
        self._schedule = schedule
        self._sessions = SessionsNear(calendar)
        self._run_ns = 0  # the run it opened for last
        self._batch_ns = 0  # and the bars it opened with

    def __str__(self) -> str:
        return str(self._schedule)

    def opens(self, batch_ns: int) -> bool:
        """See `Gate`. A bar that comes late to the batch of the run still belongs to it."""
        if batch_ns == self._batch_ns:
            return True
        run: Planned | None = last_run(self._schedule, batch_ns, self._sessions.at(batch_ns))
        if run is None or run.at_ns <= self._run_ns or batch_ns - run.at_ns > LATE_NS_MAX:
            return False
        self._run_ns, self._batch_ns = run.at_ns, batch_ns
        return True


class IntervalGate:
    """Opens with the first bars, and then whenever so much market time has passed."""

    def __init__(self, schedule: Every) -> None:
        self._schedule = schedule
        self._opened_ns: int | None = None

    def __str__(self) -> str:
        return str(self._schedule)

    def opens(self, batch_ns: int) -> bool:
        """See `Gate`."""
        if self._opened_ns is not None and 0 < batch_ns - self._opened_ns < self._schedule.seconds * SECOND_NS:
            return False
        self._opened_ns = batch_ns
        return True


def gate_of(schedule: Schedule, calendar: str, *, virtual: bool) -> Gate | None:
    """The gate of a schedule; None where decisions leave the runner as they are made.

    On the wall's clock an interval is kept by the scheduler and not by a gate: its run must not wait for a bar.
    """
    match schedule:
        case OnBarClose():
            return None
        case Daily():
            return DailyGate(schedule, calendar)
        case Every():
            return IntervalGate(schedule) if virtual else None
