"""Which markets have trades to hear: those of venues outside, made-up ones, and local ones given a file of trades."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seatrial.bootstrap.account_markets import Beside, timeline_of
from seatrial.bootstrap.accounts import VENUES
from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.market_identity import trades_file
from seatrial.bootstrap.markets import load_timeline
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.strategy_files import strategies_at
from seatrial.bootstrap.symbols import strategy_texts
from seatrial.domain.faults import NoData, RequestFault
from seatrial.market.shift import Timeline
from seatrial.strategy.declaring import hears_trades
from seatrial.strategy.load import load_strategy
from seatrial.strategy.watching import WITH_TRADES, Trades, TradesTold


def market_timeline(
    settings: Settings, symbols: Sequence[str], *, session_count: int | None = None, pad: bool = False
) -> Timeline:
    """What local venues live through: recorded trades and bars built from them, else bars as `load_timeline` has them.

    Raises as `load_timeline`, `timeline_of` and `trades_file`; a `RequestFault` for made-up days after recorded trades.
    """
    path = trades_file(settings)
    if path is None:
        return load_timeline(settings.data, symbols, seed=settings.seed, session_count=session_count, pad=pad)
    if pad:
        raise RequestFault("--pad", "none beside --trades, as nobody can make up what was traded", "synthetic")
    try:
        return timeline_of(settings, symbols, Beside(trades=path), session_count=session_count, pad=False)
    except NoData as fault:
        raise NoData(
            f"{fault}; every symbol that is traded must be in the file of --trades: leave the other venue out with "
            "--set trading.venues=binance or =alpaca"
        ) from fault


def trades_heard(settings: Settings) -> Callable[[], Trades] | None:
    """What gives a runner its market's trades, bar by bar; None where the market is recorded bars alone."""
    alone = uses_own_venues(settings) and settings.data is not None
    return None if alone and trades_file(settings) is None else TradesTold


def anybody_hears_trades(settings: Settings) -> bool:
    """Whether a strategy of these settings has an `on_trade`.

    Raises:
        RequestFault: one has, and its market has no trades.
    """
    found = [
        chosen.path
        for venue in VENUES
        for chosen in strategies_at(settings, venue)
        if hears_trades(load_strategy(chosen.path, strategy_texts(settings, venue)).strategy)
    ]
    if found and trades_heard(settings) is None:
        raise RequestFault(f"on_trade of {found[0]}", WITH_TRADES, f"the recorded bars of {settings.data} alone")
    return bool(found)
