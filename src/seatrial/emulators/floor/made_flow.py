"""A market at large made of bars: quotes, levels and trades that, left alone, add up to the bars again.

A bar says where the price was at four instants and how much was traded. Between them the price is led along a path
that stays inside the bar, trades come every few seconds, more of them where the bar is busy, and the book moves with
the price. What is made up, and how:

* **Trades.** About twenty a minute at a symbol's usual volume, 6 to 60 of them; sizes differ by a factor of a
  hundred and sum to the bar's volume. A trade above the one before it is a purchase, below it a sale; at the same
  price the side of the one before is kept three times in four, as order flow is.
* **Spread.** One tick, or the usual spread of such a price; wider where the bar is wild, and in a session's first
  minutes.
* **Levels.** Twenty a side, on a grid that does not move with the price; sizes go with the bar's volume, and the best
  level is thinner than those behind it. What is taken comes back as the next trades come.

Every draw is an integer from PCG64's raw stream, keyed by seed, symbol and the bar's start; everything else is whole
numbers. So the same seed makes the same market on every machine, from whichever bar one starts.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from seatrial.core import matching
from seatrial.domain.bars import Bar, Session
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import MINUTE_NS
from seatrial.emulators.floor.bursts import CLEAR, REST, TAKE, Burst, Move
from seatrial.emulators.floor.ladder import Ladder
from seatrial.emulators.market_hours import MarketHours

TRADES_PER_MINUTE = 20
TRADES_MIN, TRADES_MAX = 6, 60
OPENING_NS = 5 * MINUTE_NS  # how long a session's first spreads are wide
_DRAWS = 6  # per trade
_BYTE = 256


class MadeFlow:
    """Bursts of each symbol's bars.

    Args:
        bars: oldest first, by symbol.
        sessions: the venue's calendar: where a session opens and closes.
        seed: of all draws.
    """

    def __init__(
        self,
        instruments: Mapping[Symbol, Instrument],
        bars: Mapping[Symbol, Sequence[Bar]],
        sessions: Sequence[Session],
        *,
        seed: int,
    ) -> None:
        self._instruments = instruments
        self._bars = bars
        self._hours = MarketHours(sessions)
        self._seed = seed
        self._usual = {symbol: _usual_volume(rows) for symbol, rows in bars.items()}

    @property
    def end_ns(self) -> int:
        """The end of the last bar."""
        return max((rows[-1].end_ns for rows in self._bars.values() if rows), default=0)

    def bursts(self, symbol: Symbol, after_ns: int) -> Iterator[Burst]:
        """Everything after an instant, oldest first."""
        instrument, rows = self._instruments[symbol], self._bars[symbol]
        ladder = Ladder(instrument)
        never_closes = instrument.calendar == "24x7"
        session: Session | None = None
        for index in range(bisect_right(rows, after_ns, key=lambda bar: bar.end_ns), len(rows)):
            bar = rows[index]
            opens = False
            if not never_closes:
                now = self._hours.session_at(bar.start_ns)
                opens = now is not session
                session = now
            if opens:
                ladder.forget()
            wide = session is not None and bar.start_ns - session.open_ns < OPENING_NS
            found: Iterable[Burst] = self._of_bar(bar, ladder, wide=wide, begins=not ladder.shown[1])
            if bar.start_ns <= after_ns:
                found = list(found)
                yield _standing_at(after_ns, found)
            marks = matching.OPENING * opens | matching.CLOSING * (
                session is not None and bar.end_ns == session.close_ns
            )
            yield from (burst for burst in _marked(found, marks) if burst.at_ns > after_ns)

    def _of_bar(self, bar: Bar, ladder: Ladder, *, wide: bool, begins: bool) -> Iterator[Burst]:
        tick, lot = ladder.tick_units, ladder.lot_units
        volume_lots = bar.volume_units // lot
        steps = self._steps(bar)
        draws = self._draws(bar, steps)
        path = _path(bar, tick, steps, draws)
        sizes = _sizes(volume_lots, draws)
        low, high = min(price for _, price in path), max(price for _, price in path)
        ladder.turn(volume_lots, bar.start_ns // MINUTE_NS)
        side, before = 1, path[0][1]
        for step, (at_ns, price) in enumerate(path):
            noise = draws[step]
            side = _side(side, price - before, noise[3])
            before = price
            spread = ladder.usual_spread(price) * (1 + wide) + noise[4] * (high - low) // (16 * _BYTE)
            moves = ladder.around(price, side, spread, thin=noise[5])
            if begins and step == 0:
                moves.insert(0, Move(CLEAR, 1, 0, 0))
            if sizes[step]:
                moves.append(Move(TAKE, side, price * tick, sizes[step] * lot))
                ladder.taken(side, price, sizes[step])
            yield Burst(at_ns, tuple(moves))

    def _steps(self, bar: Bar) -> int:
        minutes = max(1, (bar.end_ns - bar.start_ns) // MINUTE_NS)
        per_minute = TRADES_PER_MINUTE * bar.volume_units // (self._usual[bar.symbol] * minutes)
        return max(TRADES_MIN, min(TRADES_MAX, per_minute)) * minutes

    def _draws(self, bar: Bar, steps: int) -> list[list[int]]:
        """`_DRAWS` bytes for each step."""
        name = f"{self._seed}/{bar.symbol}/{bar.start_ns}"
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big")
        words = np.random.PCG64(key).random_raw(-(-steps * _DRAWS // 8))
        rows: list[list[int]] = words.astype("<u8").view("u1")[: steps * _DRAWS].reshape(steps, _DRAWS).tolist()
        return rows


def _standing_at(after_ns: int, found: Sequence[Burst]) -> Burst:
    """The levels as they stand at an instant inside a bar, or as its first trade will find them: nobody meets an
    empty book, and what comes later only says what changes.
    """
    past = [burst for burst in found if burst.at_ns <= after_ns] or found[:1]
    levels = {(move.side, move.price_units): move for burst in past for move in burst.moves if move.kind == REST}
    return Burst(after_ns + 1, (Move(CLEAR, 1, 0, 0), *(move for move in levels.values() if move.qty_units)))


def _usual_volume(rows: Sequence[Bar]) -> int:
    """The mean volume of a minute, at least one unit."""
    minutes = sum(max(1, (bar.end_ns - bar.start_ns) // MINUTE_NS) for bar in rows)
    return max(1, sum(bar.volume_units for bar in rows) // max(1, minutes))


def _path(bar: Bar, tick: int, steps: int, draws: list[list[int]]) -> list[tuple[int, int]]:
    """`(at_ns, price in ticks)` of each step: through the bar's four prints, with a little noise in between."""
    ohlc = bar.open_units, bar.high_units, bar.low_units, bar.close_units
    at = [matching.print_at_ns(bar.start_ns, bar.end_ns, part) for part in range(matching.PRINTS_PER_BAR)]
    marks = [max(1, (matching.print_price(*ohlc, part) + tick // 2) // tick) for part in range(matching.PRINTS_PER_BAR)]
    low, high = min(marks), max(marks)
    width, sway = (high - low) // 4, 0
    path = [(at[0], marks[0])]
    parts = len(marks) - 1
    inside = steps - len(marks)
    taken = 1
    for part in range(parts):
        between = inside * (part + 1) // parts - inside * part // parts
        span_ns, rise = at[part + 1] - at[part], marks[part + 1] - marks[part]
        for each in range(between):
            noise = draws[taken]
            taken += 1
            sway = (3 * sway + (noise[0] - 128) * width // 128) // 4
            price = marks[part] + rise * (each + 1) // (between + 1) + sway
            late_ns = span_ns * (each * _BYTE + noise[1]) // (between * _BYTE) or 1
            path.append((at[part] + late_ns, max(low, min(high, price))))
        path.append((at[part + 1], marks[part + 1]))
        taken += 1
    return _one_by_one(path)


def _one_by_one(path: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """No two trades of a symbol at one instant."""
    past_ns = 0
    apart = []
    for at_ns, price in path:
        past_ns = max(past_ns + 1, at_ns)
        apart.append((past_ns, price))
    return apart


def _sizes(volume_lots: int, draws: list[list[int]]) -> list[int]:
    """Whole lots that sum to the volume, most of them small and a few large."""
    weights = [4 + noise[2] * noise[2] * noise[0] // 65_536 for noise in draws]
    total = sum(weights)
    sizes = [volume_lots * weight // total for weight in weights]
    sizes[-1] += volume_lots - sum(sizes)
    return sizes


def _side(before: int, rise: int, noise: int) -> int:
    if rise:
        return 1 if rise > 0 else -1
    return before if noise < 192 else -before


def _marked(bursts: Iterable[Burst], marks: int) -> Iterator[Burst]:
    """A session's first and last burst say so. One is made at a time: a whole minute of moves is much to hold."""
    before: Burst | None = None
    for burst in bursts:
        if before is not None:
            yield before
            before = burst
        else:
            before = burst._replace(phase=matching.OPENING) if marks & matching.OPENING else burst
    if before is not None:
        yield before._replace(phase=before.phase | matching.CLOSING) if marks & matching.CLOSING else before
