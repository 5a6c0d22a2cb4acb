"""The configured strategies as sources of runners, for a platform and for the backtest beside a rehearsal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seatrial.bootstrap.scheduling import default_schedule
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.strategy_files import ChosenStrategy, strategies_at
from seatrial.bootstrap.symbols import strategy_texts
from seatrial.bootstrap.trade_markets import trades_heard
from seatrial.domain.ids import AccountId, JournalEpoch
from seatrial.domain.instrument import Instrument
from seatrial.services.strategy_file import StrategyFile
from seatrial.strategy.watching import Trades

MakeTrades = Callable[[], Trades] | None


def sources_of(
    settings: Settings,
    listed: Mapping[str, list[Instrument]],
    epoch: JournalEpoch,
    *,
    virtual: bool = False,
    trades: Mapping[str, Trades | None] | None = None,
) -> list[StrategyFile]:
    """The strategies of each venue; order ids of two journals differ by `epoch`. `virtual` as in `StrategyFile`.

    `trades` are those of each venue's market where nobody tells them bar by bar, as in a backtest.
    """
    heard = trades_heard(settings)
    return [
        _source(settings, chosen, instruments, str(epoch), virtual=virtual, trades=_given(trades, venue, heard))
        for venue, instruments in listed.items()
        for chosen in strategies_at(settings, venue)
    ]


def _given(trades: Mapping[str, Trades | None] | None, venue: str, heard: MakeTrades) -> MakeTrades:
    if trades is None:
        return heard
    found = trades.get(venue)
    return None if found is None else lambda: found


def _source(
    settings: Settings,
    chosen: ChosenStrategy,
    instruments: list[Instrument],
    epoch: str,
    *,
    virtual: bool,
    trades: MakeTrades,
) -> StrategyFile:
    return StrategyFile(
        chosen.path,
        strategy_id=chosen.id,
        account=AccountId(chosen.venue),
        instruments=instruments,
        texts=strategy_texts(settings, chosen.venue),
        epoch=epoch,
        default_schedule=default_schedule(settings),
        virtual=virtual,
        confidence_min=settings.values["signals.min_confidence"],
        trades=trades,
    )
