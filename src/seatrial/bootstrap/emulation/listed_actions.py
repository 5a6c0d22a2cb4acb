"""The splits and dividends that the emulated Alpaca lists and books, from the file that the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from seatrial.bootstrap.settings import Settings
from seatrial.domain.money import CASH_SCALE
from seatrial.emulators.alpaca.corporate_actions import ListedAction
from seatrial.market.corporate_actions import CorporateAction, read_actions


def actions_file(settings: Settings) -> Path | None:
    """What the settings name, if anything."""
    return Path(settings.values["actions"]) if settings.values["actions"] else None


def listed_actions(settings: Settings, symbols: Iterable[str]) -> list[ListedAction]:
    """None where no file is named.

    Raises:
        DataFault: nothing can be read there, or a row is wrong.
    """
    path = actions_file(settings)
    return [] if path is None else [_listed(action) for action in read_actions(path, symbols)]


def _listed(action: CorporateAction) -> ListedAction:
    if not action.is_split:
        return ListedAction("cash_dividend", action.symbol, action.ex_day, rate=Decimal(action.cash_units) / CASH_SCALE)
    new, old = action.ratio.numerator, action.ratio.denominator
    kind = "forward_split" if new > old else "reverse_split"
    return ListedAction(kind, action.symbol, action.ex_day, new_rate=Decimal(new), old_rate=Decimal(old))
