"""A strategy's file as a source of runners: the one that trades, and after an edit the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from seatrial.domain.ids import AccountId, StrategyId
from seatrial.domain.instrument import Instrument
from seatrial.services.schedule_gate import SessionsNear, gate_of
from seatrial.services.schedules import OnBarClose, Schedule, parse_schedule
from seatrial.strategy.load import LoadedStrategy, load_strategy, reload_strategy, source_changed
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.watching import Trades


class StrategySource(Protocol):
    """Where a strategy comes from."""

    strategy_id: StrategyId
    account: AccountId
    schedule: str  # of the version loaded last, in words; before the first it is what the settings say

    def load(self) -> StrategyRunner:
        """A fresh runner of the strategy as it is now. Raises whatever the strategy raises."""
        ...

    def changed(self) -> bool:
        """Whether `load` would now give something else than the last time, tried or not."""
        ...


class StrategyFile:
    """See `StrategySource`. `texts` are the parameters as the user wrote them.

    `default_schedule` holds where the strategy itself acts on bar close. With `virtual` time, as in rehearsals, an
    interval counts market seconds; see `gate_of`. `trades` gives a runner the trades of its market, where it has any.
    """

    def __init__(
        self,
        path: Path,
        *,
        strategy_id: StrategyId,
        account: AccountId,
        instruments: Sequence[Instrument],
        texts: Mapping[str, str] | None = None,
        epoch: str = "",
        default_schedule: Schedule | None = None,
        virtual: bool = False,
        confidence_min: float | None = None,
        trades: Callable[[], Trades] | None = None,
    ) -> None:
        self.strategy_id = strategy_id
        self.account = account
        self._default_schedule: Schedule = default_schedule or OnBarClose()
        self.schedule = str(self._default_schedule)
        self._virtual = virtual
        self._confidence_min = confidence_min
        self._trades = trades
        self._path = path
        self._texts = dict(texts or {})
        self._instruments = tuple(instruments)
        self._epoch = epoch
        self._loaded: LoadedStrategy | None = None
        self._tried: bytes | None = None

    def load(self) -> StrategyRunner:
        """See `StrategySource`.

        Raises:
            ConfigurationFault: the file cannot be read or does not run; names file and line.
            RequestFault: an unknown parameter, a schedule that is none, symbols that are not traded here, or an
                `on_trade` where the market has no trades.
        """
        self._tried = self._content()
        known = self._loaded
        loaded = load_strategy(self._path, self._texts) if known is None else reload_strategy(known)
        own = parse_schedule(loaded.strategy.schedule)
        schedule = self._default_schedule if isinstance(own, OnBarClose) else own
        runner = StrategyRunner(
            loaded.strategy,
            strategy_id=self.strategy_id,
            account=self.account,
            instruments=self._instruments,
            epoch=self._epoch,
            digest=loaded.digest,
            gate=gate_of(schedule, self._instruments[0].calendar, virtual=self._virtual),
            confidence_min=self._confidence_min,
            sessions_at=SessionsNear(self._instruments[0].calendar).at,
            trades=None if self._trades is None else self._trades(),
        )
        self._loaded, self.schedule = loaded, str(schedule)
        return runner

    def changed(self) -> bool:
        """See `StrategySource`. A file that does not load is tried once per edit, not once per bar."""
        return self._loaded is not None and source_changed(self._loaded) and self._content() != self._tried

    def _content(self) -> bytes | None:
        path = self._path if self._loaded is None else self._loaded.path
        return path.read_bytes() if path.is_file() else None
