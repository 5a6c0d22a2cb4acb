"""What one account trades on in a backtest: its bars, what moves its money beside them, and the runner that decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap.accounts import VENUES, account_at, venue_of
from seatrial.bootstrap.markets import load_timeline
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.terms_file import TradingTerms, no_terms, read_terms
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import StrategyId, Symbol
from seatrial.domain.limits import Account
from seatrial.market.bars import BarTable
from seatrial.market.corporate_actions import CorporateAction, effective, read_actions
from seatrial.market.instruments import instrument_of
from seatrial.market.recorded_halts import halts_in
from seatrial.market.sessions import sessions, utc_date
from seatrial.market.shift import Timeline, align
from seatrial.market.trade_prints import bars_of_trades, prints_of, prints_of_made
from seatrial.runs.backtest import Market
from seatrial.services.schedule_gate import SessionsNear, gate_of
from seatrial.services.schedules import Schedule
from seatrial.strategy.load import LoadedStrategy
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.watching import Trade, Trades

MakeRunner = Callable[..., StrategyRunner]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is given beside the bars, as files; none of it is taken from anywhere without being asked for."""

    actions: Path | None = None  # splits and dividends: a Parquet file, a catalog or a folder
    terms: Path | None = None  # fees, interest, borrow, settlement: `bootstrap.terms_file`
    halts: bool = False  # whether the halts of the catalog that holds the bars hold
    trades: Path | None = None  # recorded trades, told with their bars; without other bars, bars are built from them

    def read_terms(self, account: Account) -> TradingTerms:
        """The terms of an account. Raises as `read_terms`."""
        return no_terms() if self.terms is None else read_terms(self.terms, account)


NOTHING = Beside()


def markets_of(settings: Settings, timeline: Timeline, beside: Beside = NOTHING) -> list[Market]:
    """The timeline's tables by account.

    Raises:
        ConfigurationFault, DataFault, RequestFault: what is given beside the bars is wrong or does not fit them.
    """
    found = []
    for venue in VENUES:
        tables = {symbol: table for symbol, table in timeline.tables.items() if venue_of(table.instrument) == venue}
        if tables:
            account = account_at(settings, venue)
            days = timeline.sessions if account.calendar != "24x7" else ()
            told = beside.read_terms(account)
            found.append(
                Market(
                    account=account,
                    cash_units=settings.cash_units[venue],
                    tables={symbol: told.priced(table) for symbol, table in tables.items()},
                    sessions=days,
                    actions=_actions(beside.actions, tables),
                    terms=told.terms_for(tables),
                    halts=halts_in(settings.data, tables) if beside.halts else {},
                )
            )
    return found


def timeline_of(
    settings: Settings, symbols: Sequence[str], beside: Beside, *, session_count: int | None, pad: bool
) -> Timeline:
    """The bars of a run: recorded ones, else ones built from recorded trades, else made-up ones.

    Raises as `load_timeline` and `bars_of_trades`.
    """
    if beside.trades is None or settings.data is not None:
        timeline = load_timeline(settings.data, symbols, seed=settings.seed, session_count=session_count, pad=pad)
    else:
        built = bars_of_trades(beside.trades, [instrument_of(symbol) for symbol in dict.fromkeys(symbols)])
        timeline = _as_recorded(built)
        if session_count is not None:
            timeline = timeline.select_sessions(session_count)
    return timeline.select_sessions(len(timeline.sessions))


def _as_recorded(built: dict[Symbol, BarTable]) -> Timeline:
    """Bars built from trades at their own times; where the market never closes, also of days that are not whole."""
    if any(table.instrument.calendar != "24x7" or not len(table) for table in built.values()):
        return align(built)
    first_ns = min(table.first_ns for table in built.values())
    last_ns = max(table.last_ns for table in built.values())
    return Timeline(built, tuple(sessions("24x7", utc_date(first_ns), utc_date(last_ns - 1))))


def trades_of(beside: Beside, market: Market) -> Trades | None:
    """The trades of a market's symbols: of a file, else those of a made-up market. Raises as `prints_of`."""
    if beside.trades is not None:
        prints = prints_of(beside.trades, market.tables)
    elif any(table.source.recorded for table in market.tables.values()):
        return None
    else:
        prints = {symbol: prints_of_made(table) for symbol, table in market.tables.items()}
    return lambda symbol, start_ns, end_ns: [Trade(*each) for each in prints[symbol].between(start_ns, end_ns)]


def only_market(markets: Sequence[Market], symbols: Sequence[str]) -> Market:
    """The one market of a strategy.

    Raises:
        RequestFault: its symbols are of several venues.
    """
    if len(markets) != 1:
        raise RequestFault("symbols", "symbols of one venue, as a strategy trades one account", tuple(symbols))
    return markets[0]


def runner_on(
    market: Market,
    loaded: LoadedStrategy,
    strategy: str,
    schedule: Schedule,
    *,
    confidence_min: float | None,
    trades: Trades | None = None,
    make: MakeRunner = StrategyRunner,
) -> StrategyRunner:
    """A fresh runner for a backtest; `make` builds it, for callers that want to listen. Raises as `StrategyRunner`."""
    calendar = market.account.calendar
    return make(
        loaded.strategy,
        strategy_id=StrategyId(strategy),
        account=market.account.id,
        instruments=[table.instrument for table in market.tables.values()],
        epoch="backtest",
        digest=loaded.digest,
        gate=gate_of(schedule, calendar, virtual=True),
        confidence_min=confidence_min,
        sessions_at=SessionsNear(calendar).at,
        trades=trades,
    )


def _actions(path: Path | None, tables: dict[Symbol, BarTable]) -> list[CorporateAction]:
    """Those that take effect within the bars. Bars that were moved in time have no dates an action could have."""
    if path is None:
        return []
    held = {symbol: table for symbol, table in tables.items() if len(table)}
    found = read_actions(path, [str(symbol) for symbol in held])
    for action in found:
        table = held[action.symbol]
        if table.shift_days or not table.source.recorded:
            raise RequestFault("actions", "bars at their own recorded dates", table.line())
    first_ns = min((table.first_ns for table in held.values()), default=0)
    last_ns = max((table.last_ns for table in held.values()), default=0)
    return effective(found, first_ns, last_ns)
