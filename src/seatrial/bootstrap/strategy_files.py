"""The strategies of the settings: which file trades at which venue, and under which name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap.accounts import VENUES
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import BadSetting
from seatrial.domain.ids import StrategyId


@dataclass(frozen=True, slots=True)
class ChosenStrategy:
    """One strategy of one venue. Its path may name a class behind a colon, `trend.py:Trend`."""

    venue: str
    path: Path

    @property
    def id(self) -> StrategyId:
        """What its orders and positions are booked under: the file's name."""
        return StrategyId(self.path.stem)


def chosen_strategies(settings: Settings) -> list[ChosenStrategy]:
    """Every strategy of every venue that is traded, in the order of the settings.

    Raises:
        BadSetting: two strategies of one venue have one name, so that nobody could tell their orders apart.
    """
    return [each for venue in VENUES for each in strategies_at(settings, venue)]


def strategies_at(settings: Settings, venue: str) -> list[ChosenStrategy]:
    """Those of one venue; none where it is not traded. Raises as `chosen_strategies`."""
    if venue not in settings.values["trading.venues"]:
        return []
    found = [ChosenStrategy(venue, Path(path)) for path in settings.strategies[venue]]
    names = [each.id for each in found]
    for name in names:
        if names.count(name) > 1:
            raise BadSetting(
                f"strategies.{venue} ({settings.sources[f'strategies.{venue}']}) names two strategies {name!r}: "
                "use files of different names, since orders are booked under them"
            )
    return found
