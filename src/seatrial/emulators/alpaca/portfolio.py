"""How an account's worth went: its executions, splits and dividends played again over the bars (`venues.md` 2.1).

Nothing of it is stored. At every sample the account has the cash and the positions that what happened up to then left
it, valued at the last finished bar, in new shares where a split came after it; a position without one is worth what it
cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.orders import Side
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from seatrial.emulators.alpaca.account import Account, standing
from seatrial.emulators.alpaca.amounts import MONEY, ZERO, traded_value
from seatrial.emulators.alpaca.desk import Desk
from seatrial.emulators.alpaca.fills import Fill
from seatrial.emulators.alpaca.queries import bool_of, choice_of, text_of, time_of

SPANS = {"1Min": MINUTE_NS, "5Min": 5 * MINUTE_NS, "15Min": 15 * MINUTE_NS, "1H": HOUR_NS, "1D": 0}
LONGEST_NS = {"1Min": 7 * DAY_NS, "5Min": 30 * DAY_NS, "15Min": 30 * DAY_NS, "1H": 30 * DAY_NS}
UNITS = {"D": DAY_NS, "W": 7 * DAY_NS, "M": 30 * DAY_NS, "A": 365 * DAY_NS}
PERIODS = "a number and one of D, W, M, A, or all"
COUNT_MAX = 999
STALE_DAYS_MAX = 10


def portfolio_history(desk: Desk, name: str, query: Mapping[str, str]) -> dict[str, object]:
    """`GET /v2/account/portfolio/history`."""
    account, now_ns = desk.book.accounts[name], desk.exchange.now_ns()
    ends_ns = min(now_ns, time_of(query, "end", default=time_of(query, "date_end", default=now_ns, day_ends=True)))
    starts_ns = time_of(query, "start", default=-1)
    if starts_ns < 0:
        starts_ns = _start_ns(text_of(query, "period", "1M"), ends_ns)
    length_ns = ends_ns - starts_ns
    timeframe = text_of(query, "timeframe") or ("5Min" if length_ns <= 7 * DAY_NS else "1D")
    if timeframe not in SPANS:
        raise RequestFault("timeframe", ", ".join(SPANS), timeframe)
    if length_ns > LONGEST_NS.get(timeframe, length_ns):
        raise RequestFault("timeframe", f"one that suits the period: {timeframe} is too short for it", timeframe)
    choice_of(query, "intraday_reporting", ("market_hours", "extended_hours", "continuous"))
    choice_of(query, "pnl_reset", ("per_day", "no_reset"))
    bool_of(query, "extended_hours")
    past = _Past(desk, account)
    first_ns = max(starts_ns, account.created_ns)
    base_value = past.equity_at(first_ns)
    stamps = _samples(desk, first_ns, ends_ns, SPANS[timeframe])
    equities = [past.equity_at(at_ns) for at_ns in stamps]
    return {
        "timestamp": [at_ns // SECOND_NS for at_ns in stamps],
        "equity": [float(equity) for equity in equities],
        "profit_loss": [float(equity - base_value) for equity in equities],
        "profit_loss_pct": [float((equity - base_value) / base_value) if base_value else 0.0 for equity in equities],
        "base_value": float(base_value),
        "timeframe": timeframe,
        "cashflow": {},
    }


def _start_ns(period: str, ends_ns: int) -> int:
    if period in ("all", "ALL"):
        return 0
    count, unit = period[:-1], period[-1:]
    if unit not in UNITS or not count.isascii() or not count.isdecimal() or not 0 < int(count[:9]) <= COUNT_MAX:
        raise RequestFault("period", PERIODS, period)
    return ends_ns - int(count) * UNITS[unit]


def _samples(desk: Desk, starts_ns: int, ends_ns: int, span_ns: int) -> list[int]:
    """The moments that are shown: within sessions at a distance, or one per session; the newest is the end."""
    found: list[int] = []
    for session in desk.exchange.tape.sessions:
        if session.close_ns < starts_ns or session.open_ns > ends_ns:
            continue
        if span_ns:
            found += range(session.open_ns, min(session.close_ns, ends_ns) + 1, span_ns)
        else:
            found.append(min(session.close_ns, ends_ns))
    return [at_ns for at_ns in found if at_ns >= starts_ns]


class _Past:
    """An account going once through what it traded and what was booked on it, forwards."""

    def __init__(self, desk: Desk, account: Account) -> None:
        self._desk = desk
        self._fills, self._booked = desk.fills.of(account.name), desk.bookings.of(account.name)
        self._next = self._next_booked = 0
        flow = sum((self._flow(fill) for fill in self._fills), ZERO)
        flow += sum((entry.cash for entry in self._booked), ZERO)
        self._account = Account(account.name, account.cash - flow, account.created_ns, ZERO)
        self._at_ns = 0

    def equity_at(self, at_ns: int) -> Decimal:
        """What it was worth; not before a moment already asked for."""
        instruments = self._desk.exchange.instruments
        while self._next < len(self._fills) and self._fills[self._next].at_ns <= at_ns:
            fill = self._fills[self._next]
            self._book_until(fill.at_ns)
            side = Side.BUY if fill.side > 0 else Side.SELL
            self._account.post(instruments[Symbol(fill.symbol)], side, fill.price_units, fill.qty_units)
            self._next += 1
        self._book_until(at_ns)
        self._at_ns = at_ns
        return standing(self._account, instruments, self._close).equity.quantize(MONEY)

    def _book_until(self, at_ns: int) -> None:
        while self._next_booked < len(self._booked) and self._booked[self._next_booked].at_ns <= at_ns:
            entry = self._booked[self._next_booked]
            self._next_booked += 1
            self._account.cash += entry.cash
            held = self._account.positions.get(entry.symbol)
            if held is not None:
                held.qty_units += entry.moved_units
                held.cost += entry.cost
                if not held.qty_units:
                    del self._account.positions[entry.symbol]

    def _close(self, symbol: Symbol) -> int | None:
        for days in (1, STALE_DAYS_MAX):
            bars = self._desk.exchange.finished_bars(symbol, self._at_ns - days * DAY_NS, self._at_ns)
            known = [bar for bar in bars[-2:] if bar.end_ns <= self._at_ns]
            if known:
                last = known[-1]
                return self._desk.book.in_new_shares(symbol, last.close_units, last.end_ns, self._at_ns)
        return None

    def _flow(self, fill: Fill) -> Decimal:
        buy = fill.side > 0
        instrument = self._desk.exchange.instruments[Symbol(fill.symbol)]
        value = traded_value(instrument, fill.price_units, fill.qty_units, buy=buy)
        return -value if buy else value
