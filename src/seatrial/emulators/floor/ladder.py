"""The market's own levels around a price: which there are, how much is at each, and what has to be said to get there.

Everything is in whole ticks and lots. Levels behind the best one stand on a grid that does not move with the price,
and what is at a level follows from its price and the minute: so a small move of the price touches few levels.
"""

from __future__ import annotations

from seatrial.domain.instrument import Instrument
from seatrial.emulators.floor.bursts import REST, Move

LEVELS = 20
GRID_DIVISOR = 50_000  # two levels are a fifth of a basis point apart, or a tick
SPREAD_DIVISOR = 40_000  # the usual spread is a quarter of a basis point, or a tick
DEPTH_DIVISOR = 40  # a level usually holds a fortieth of the minute's volume
_BYTE = 256


class Ladder:
    """One symbol's levels, as the market has last said them: `shown` by side, lots by tick."""

    def __init__(self, instrument: Instrument) -> None:
        self.tick_units = instrument.tick_units
        self.lot_units = instrument.lot_units
        self.shown: tuple[dict[int, int], ...] = ({}, {}, {})  # by side: 1 and -1
        self._usual_lots = 1
        self._minute = 0

    def forget(self) -> None:
        """Nothing is shown any more: a session is over."""
        for side in (1, -1):
            self.shown[side].clear()

    def turn(self, volume_lots: int, minute: int) -> None:
        """A minute begins, with the volume it will have: sizes go with it."""
        self._usual_lots = max(1, volume_lots // DEPTH_DIVISOR)
        self._minute = minute

    def usual_spread(self, tick: int) -> int:
        """In ticks, at a price."""
        return max(1, tick // SPREAD_DIVISOR)

    def around(self, tick: int, side: int, spread: int, *, thin: int) -> list[Move]:
        """Moves after which somebody of `side` could trade at `tick`: it is the best price of the other side.

        `thin` (a byte) says how little is at the best levels.
        """
        best = {-side: tick, side: max(1, tick - side * spread)}
        wanted = {each: self._levels(each, best[each], thin) for each in (1, -1)}
        gone = [
            Move(REST, each, price * self.tick_units, 0)
            for each in (1, -1)
            for price in self.shown[each]
            if price not in wanted[each]
        ]
        told = [
            Move(REST, each, price * self.tick_units, lots * self.lot_units)
            for each in (1, -1)
            for price, lots in wanted[each].items()
            if self.shown[each].get(price) != lots
        ]
        self.shown = ({}, wanted[1], wanted[-1])
        return gone + told

    def taken(self, side: int, tick: int, lots: int) -> None:
        """Somebody of `side` took lots at the best price of the other."""
        shown = self.shown[-side]
        left = shown.get(tick, 0) - lots
        if left > 0:
            shown[tick] = left
        else:
            shown.pop(tick, None)

    def _levels(self, side: int, best: int, thin: int) -> dict[int, int]:
        grid = max(1, best // GRID_DIVISOR)
        usual, minute = self._usual_lots, self._minute
        levels = {best: 1 + usual * (32 + thin) // _BYTE}
        price = best - 1 - (best - 1) % grid if side > 0 else best + grid - best % grid
        for _ in range(LEVELS - 1):
            if price <= 0:
                break
            noise = (price * 2_654_435_761 ^ minute * 40_503) >> 7 & 255
            levels[price] = 1 + usual * (128 + 2 * noise) // _BYTE
            price -= side * grid
        return levels
