"""When an order can trade at Alpaca, and when it ends by itself: regular hours, the extended ones around them, coins.

Regular hours are the calendar's sessions. Around each of them extended hours run from 20:00 in New York on the evening
before (the overnight session until 4:00, then the hours before the open) until four hours after the close, 20:00 on a
full day (`venues.md` 3.1). Source of the nights: Alpaca, "24/5 Trading".
"""

from __future__ import annotations

from datetime import timedelta

from seatrial.domain.bars import Session
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS
from seatrial.emulators.alpaca.assets import is_coin
from seatrial.emulators.alpaca.lifetimes import GTC_DAYS_MAX
from seatrial.emulators.alpaca.new_york import midnight_ns, new_york
from seatrial.emulators.exchange import Exchange

NIGHT_HOURS = 4  # before midnight
LATE_HOURS = 4
GTC_ENDS_HOUR, GTC_ENDS_MINUTE = 16, 15


class TradingHours:
    """The hours of the venue, by its market's clock."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def is_open(self, instrument: Instrument, *, extended: bool) -> bool:
        """Whether an order for `instrument` meets the market now."""
        if self._exchange.ended:
            return False
        if is_coin(instrument) or self._exchange.is_open:
            return True
        return extended and self._window(self._exchange.now_ns())[0] <= self._exchange.now_ns()

    def opens_ns(self) -> int:
        """When the extended hours begin that run now, or next."""
        return self._window(self._exchange.now_ns())[0]

    def expires_ns(self, time_in_force: str, *, extended: bool) -> int:
        """When an order placed now ends by itself at the latest. One for the open may have to wait for a session."""
        now_ns = self._exchange.now_ns()
        if time_in_force in ("gtc", "opg"):
            return _gtc_end_ns(now_ns)
        if extended:
            return self._window(now_ns)[1]
        return self._exchange.next_close_ns or now_ns + DAY_NS

    def _window(self, now_ns: int) -> tuple[int, int]:
        """Extended hours, `(start, end)`, around the first session that they have not ended after.

        They begin with the night before; that of the session before it is over by then.
        """
        sessions = self._exchange.tape.sessions
        before_ns = 0
        for index, session in enumerate(sessions):
            end_ns = session.close_ns + LATE_HOURS * HOUR_NS
            if index + 1 < len(sessions):
                end_ns = max(session.close_ns, min(end_ns, sessions[index + 1].open_ns))
            if now_ns < end_ns:
                return max(before_ns, _night_ns(session)), end_ns
            before_ns = end_ns
        return now_ns + DAY_NS, now_ns + DAY_NS


def _night_ns(session: Session) -> int:
    """20:00 in New York on the evening before a session: there is no night before a holiday, nor after a Friday."""
    return min(session.open_ns, midnight_ns(new_york(session.open_ns).date().isoformat()) - NIGHT_HOURS * HOUR_NS)


def _gtc_end_ns(now_ns: int) -> int:
    """16:15 in New York, ninety days on."""
    day = (new_york(now_ns) + timedelta(days=GTC_DAYS_MAX)).date().isoformat()
    return midnight_ns(day) + (GTC_ENDS_HOUR * 60 + GTC_ENDS_MINUTE) * MINUTE_NS
