"""`seatrial backtest --depth | --quotes`: a strategy's file over recorded events, and the report of any other run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seatrial.bootstrap.accounts import account_at, venue_of
from seatrial.bootstrap.backtests import Backtested, write_result
from seatrial.bootstrap.settings import Settings
from seatrial.core.depth_orders import FillRules
from seatrial.core.latency import Latency, constant_latency, recorded_latency, sampled_latency
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import StrategyId
from seatrial.market.depth_events import load_depth, load_quotes
from seatrial.market.depth_table import DepthTable
from seatrial.market.instruments import instrument_of
from seatrial.market.latency_file import latency_rows
from seatrial.runs.depth_backtest import OnProgress, depth_backtest
from seatrial.runs.depth_market import DepthMarket, DepthRules
from seatrial.runs.depth_result import depth_result
from seatrial.runs.feed_latency import with_feed
from seatrial.runs.result import StrategyNote
from seatrial.strategy.depth_strategy import DepthStrategy
from seatrial.strategy.load import LoadedStrategy, load_strategy


@dataclass(frozen=True, slots=True)
class EventsAsked:
    """What the command line says about a run over events."""

    depth: Path | None
    quotes: Path | None
    trades: Path | None
    holding: str
    latency_ms: float
    latency_spread: float
    latency_file: Path | None
    fills: FillRules
    feed_latency_ms: float = 0.0


def run_depth_backtest(
    settings: Settings,
    path: Path,
    texts: dict[str, str],
    asked: EventsAsked,
    *,
    folder: Path | None,
    on_progress: OnProgress | None = None,
) -> Backtested:
    """Run one strategy over one instrument's events.

    Raises:
        ConfigurationFault: the strategy does not load.
        RequestFault: it is not one for events, trades not one symbol, or an option is out of its bounds.
        DataFault: a file is missing or breaks a rule.
    """
    loaded = load_strategy(path, texts)
    if not isinstance(loaded.strategy, DepthStrategy):
        raise RequestFault("strategy", "one derived from DepthStrategy, as it runs over events", loaded.name)
    if len(loaded.strategy.symbols) != 1:
        raise RequestFault("symbols", "one symbol, as a recording has one book", loaded.strategy.symbols)
    table = _table(asked, loaded.strategy.symbols[0])
    venue = venue_of(table.instrument)
    market = DepthMarket(
        account=account_at(settings, venue),
        cash_units=settings.cash_units[venue],
        table=table,
        holding_units=_holding(asked.holding, table),
    )
    latency = with_feed(_latency(asked, settings.seed), round(asked.feed_latency_ms * 1_000_000))
    rules = DepthRules(asked.fills, latency)
    done = depth_backtest(market, loaded.strategy, strategy_id=path.stem, rules=rules, on_progress=on_progress)
    drawn = settings.seed if asked.latency_spread else None
    result = depth_result(done, market, [_note(loaded, market)], seed=drawn)
    return write_result(result, folder or Path("reports") / path.stem)


def _table(asked: EventsAsked, symbol: str) -> DepthTable:
    instrument = instrument_of(symbol)
    if asked.depth is not None and asked.quotes is None:
        return load_depth(asked.depth, asked.trades, instrument)
    if asked.quotes is not None and asked.depth is None:
        return load_quotes(asked.quotes, asked.trades, instrument)
    raise RequestFault("--depth, --quotes", "one of the two", (str(asked.depth), str(asked.quotes)))


def _holding(text: str, table: DepthTable) -> int:
    try:
        units = table.instrument.parse_qty(text)
    except ValueError:
        units = -1
    if units < 0:
        raise RequestFault("--holding", f"an amount of {table.instrument.base} such as 0.5", text)
    return units


def _latency(asked: EventsAsked, seed: int) -> Latency:
    if asked.latency_file is not None:
        return recorded_latency(latency_rows(asked.latency_file))
    each_ns = round(asked.latency_ms * 1_000_000)
    if asked.latency_spread:
        return sampled_latency(each_ns, each_ns, spread=asked.latency_spread, generator=np.random.default_rng(seed))
    return constant_latency(each_ns, each_ns)


def _note(loaded: LoadedStrategy, market: DepthMarket) -> StrategyNote:
    texts = {
        name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in loaded.parameters.items()
    }
    name = StrategyId(loaded.path.stem)
    return StrategyNote(name, loaded.name, str(loaded.path), market.account.id, texts, loaded.digest)
