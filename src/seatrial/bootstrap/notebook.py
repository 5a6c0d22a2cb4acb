"""`import seatrial` in a notebook: the same backtest as the command's, on objects instead of files.

Everything here is reached through `seatrial.backtest`, `seatrial.load_bars` and so on; importing `seatrial` alone
loads none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seatrial.bootstrap.numba_cache import prepare_compiled_core

prepare_compiled_core()

from seatrial.bootstrap.account_markets import markets_of, only_market, runner_on  # noqa: E402
from seatrial.bootstrap.markets import load_timeline  # noqa: E402
from seatrial.bootstrap.notebook_result import BacktestResult  # noqa: E402
from seatrial.bootstrap.scheduling import effective_schedule  # noqa: E402
from seatrial.bootstrap.settings import Settings, load_settings  # noqa: E402
from seatrial.domain.faults import RequestFault  # noqa: E402
from seatrial.domain.ids import Symbol  # noqa: E402
from seatrial.market import catalog  # noqa: E402
from seatrial.market.bars import BarTable  # noqa: E402
from seatrial.market.instruments import instrument_of  # noqa: E402
from seatrial.market.shift import Timeline, align  # noqa: E402
from seatrial.runs.backtest import PARTICIPATION_PPM, OnProgress  # noqa: E402
from seatrial.runs.backtest import backtest as run_backtest  # noqa: E402
from seatrial.runs.result import backtest_result, note_of  # noqa: E402
from seatrial.strategy.load import LoadedStrategy, load_strategy, loaded_of  # noqa: E402
from seatrial.strategy.strategy import Parameter, Strategy, parameters_of  # noqa: E402

Bars = BarTable | Iterable[BarTable] | Mapping[str, BarTable]

__all__ = ["BacktestResult", "backtest", "load_bars"]


def load_bars(data: str | Path, symbols: str | Iterable[str]) -> dict[str, BarTable]:
    """The bars of some symbols from a folder of Parquet files, such as `seatrial data import` makes.

    Raises:
        NoData: a symbol is in no file, or there is no such folder.
        DataFault: a file breaks a rule; names file, row and rule.
    """
    names = [symbols] if isinstance(symbols, str) else list(symbols)
    found = catalog.load_bars(Path(data), [instrument_of(name) for name in names])
    return {str(symbol): table for symbol, table in found.items()}


def backtest(
    strategy: type[Strategy] | Strategy | str | Path,
    data: str | Path | Bars | None = None,
    *,
    symbols: str | Iterable[str] | None = None,
    sessions: int | None = None,
    settings: Mapping[str, object] | None = None,
    one_by_one: bool = False,
    on_progress: OnProgress | None = None,
    **parameters: Parameter,
) -> BacktestResult:
    """Run one strategy over past bars.

    Args:
        strategy: a class derived from `Strategy`, `CompiledStrategy` or `VectorStrategy`, an object of one, or the
            path of its file.
        data: a folder of Parquet files, bars from `load_bars`, or None for a market made up from a seed.
        symbols: what it trades; None for what the strategy names.
        sessions: how many trading days; None for all there are.
        settings: what `--set` sets on the command line, such as `{"cash.alpaca": 50_000}`.
        one_by_one: let the machine hear every bar by itself: slower, and the same to the last unit.
        on_progress: told of bars done and bars in all.
        parameters: the strategy's own, by name.

    Raises:
        RequestFault: a parameter, symbol or number of sessions that is not accepted.
        ConfigurationFault: a setting that is not accepted, or a strategy that does not load.
        DataFault, NoData: the data is wrong or missing.
    """
    loaded = _loaded(strategy, parameters, symbols)
    chosen = {name: str(value) for name, value in (settings or {}).items()}
    if isinstance(data, str | Path):
        chosen["data"] = str(data)
    house = load_settings(chosen)
    timeline = _timeline(house, loaded, data, sessions)
    market = only_market(markets_of(house, timeline), loaded.strategy.symbols)
    schedule = effective_schedule(house, loaded.strategy.schedule)
    least = house.values["signals.min_confidence"]
    runner = runner_on(market, loaded, loaded.name.lower(), schedule, confidence_min=least)
    run = run_backtest([market], [runner], on_progress=on_progress, one_by_one=one_by_one)
    made_up = house.seed if data is None and house.data is None else None
    note = note_of(loaded, runner)
    result = backtest_result(run, [market], timeline, [note], participation_ppm=PARTICIPATION_PPM, seed=made_up)
    return BacktestResult(run, result)


def _loaded(
    strategy: type[Strategy] | Strategy | str | Path,
    given: Mapping[str, Parameter],
    symbols: str | Iterable[str] | None,
) -> LoadedStrategy:
    parameters: dict[str, Parameter] = dict(given)
    if symbols is not None:
        names = [symbols] if isinstance(symbols, str) else list(symbols)
        parameters["symbols"] = tuple(name.upper() for name in names)
    if isinstance(strategy, str | Path):
        loaded = load_strategy(Path(strategy))
        return loaded_of(loaded.strategy, parameters, loaded.path)
    made = strategy() if isinstance(strategy, type) else strategy
    if not isinstance(made, Strategy):
        raise RequestFault("strategy", "a class derived from seatrial.Strategy, an object of one, or a path", strategy)
    return loaded_of(made, parameters, Path("notebook"))


def _timeline(house: Settings, loaded: LoadedStrategy, data: Any, sessions: int | None) -> Timeline:
    if data is None or isinstance(data, str | Path):
        names = tuple(parameters_of(loaded.strategy)["symbols"])  # type: ignore[arg-type]
        timeline = load_timeline(house.data, names, seed=house.seed, session_count=sessions)
    else:
        given = [data] if isinstance(data, BarTable) else list(data.values() if isinstance(data, Mapping) else data)
        tables: dict[Symbol, BarTable] = {table.symbol: table for table in given if isinstance(table, BarTable)}
        if not tables or len(tables) != len(given):
            raise RequestFault(
                "data", "a folder, or bars from seatrial.load_bars, each symbol once", type(data).__name__
            )
        timeline = align(tables)
        if sessions is not None:
            return timeline.select_sessions(sessions)
    return timeline.select_sessions(len(timeline.sessions))
