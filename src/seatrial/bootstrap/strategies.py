"""The user's strategies, as commands see them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seatrial.bootstrap.numba_cache import prepare_compiled_core


def new_strategy(folder: Path, name: str, *, like: str | None = None) -> Path:
    """Write a first strategy; see `strategy.new`."""
    from seatrial.strategy.new import write_strategy

    return write_strategy(folder, name, like=like)


def example_titles() -> dict[str, str]:
    """What each example bets on, by its name."""
    from seatrial.strategy.new import example_names, example_title

    return {name: example_title(name) for name in example_names()}


def checked_strategy(path: Path, assignments: tuple[str, ...]) -> dict[str, Any]:
    """Load a strategy and tell what it is made of.

    Raises:
        ConfigurationFault: it does not load; names file and line.
        RequestFault: an unknown parameter, or a declaration that cannot be: a symbol, timeframe, timer, schedule or
            rule for after a stop that nobody understands, or one without its callback.
    """
    prepare_compiled_core()
    from seatrial.market.instruments import instrument_of
    from seatrial.services.schedules import parse_schedule
    from seatrial.strategy.declaring import check_declarations, form_of, heard_by
    from seatrial.strategy.load import load_strategy, parse_assignments

    loaded = load_strategy(path, parse_assignments(assignments))
    check_declarations(loaded.strategy)
    parse_schedule(loaded.strategy.schedule)
    for symbol in loaded.strategy.symbols:
        instrument_of(symbol)
    return {
        "class": loaded.name,
        "path": str(loaded.path),
        "form": form_of(loaded.strategy),
        "hears": heard_by(loaded.strategy),
        "symbols": list(loaded.strategy.symbols),
        "parameters": {name: value for name, value in loaded.parameters.items() if name != "symbols"},
        "digest": loaded.digest,
    }
