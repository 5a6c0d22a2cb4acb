"""signals (8001): the configured strategies, each at a desk of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.services.board import STALE_AFTER_NS
from seatrial.services.bus import Bus, Overflow
from seatrial.services.crew import Crew, OnDeath
from seatrial.services.desk import Desk, DeskRules
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.health import Health, Identity, Part
from seatrial.services.positions import Positions
from seatrial.services.strategy_file import StrategySource
from seatrial.services.topics import Decision, Notice, Signal
from seatrial.services.trade_tape import TradeTape
from seatrial.venues.port import Venue

_log = structlog.get_logger("seatrial.services.signals")

DECISIONS_KEPT_MAX = 500
NOTICES_KEPT_MAX = 100
SIGNALS_KEPT_MAX = 500

Place = tuple[StrategyId, AccountId, Symbol]


class Signals:
    """The role. A strategy that raises is stopped alone and a `Notice` says so."""

    def __init__(
        self,
        desks: Sequence[Desk],
        bus: Bus,
        crew: Crew,
        health: Health,
        *,
        market: MarketTime,
        positions: Positions,
        instruments: Mapping[Symbol, Instrument],
    ) -> None:
        self.desks = tuple(desks)
        self.instruments = instruments
        self.signals: deque[Signal] = deque(maxlen=SIGNALS_KEPT_MAX)
        self.latest: dict[Place, Signal] = {}  # the last word of each strategy on each symbol
        self._market = market
        self._positions = positions
        self.decisions: deque[Decision] = deque(maxlen=DECISIONS_KEPT_MAX)
        self.notices: deque[Notice] = deque(maxlen=NOTICES_KEPT_MAX)
        self.health = health
        self._bus = bus
        self._crew = crew
        self._floor = Crew("strategies")  # its deaths are the strategies' own, and told by their desks
        self._heard = bus.subscribe(Decision, "signals", overflow=Overflow.DROP_OLDEST)
        self._told = bus.subscribe(Notice, "signals", overflow=Overflow.DROP_OLDEST)

    async def start(self) -> None:
        """Open every desk. Warm-ups go on in the background."""
        self._crew.start("decisions", self._keep_decisions())
        self._crew.start("notices", self._keep_notices())
        for desk in self.desks:
            self._floor.start(desk.name, desk.run(), on_death=partial(self._stopped, desk))

    async def close(self) -> None:
        """Stop deciding."""
        await self._floor.close()
        await self._crew.close()
        for desk in self.desks:
            desk.close()
        self._heard.close()
        self._told.close()
        await self.health.close()

    async def _keep_decisions(self) -> None:
        async for decision in self._heard:
            self.decisions.append(decision)
            for signal in decision.signals:
                self.signals.append(signal)
                self.latest[signal.strategy, signal.account, signal.symbol] = signal

    def held(self, account: AccountId) -> Mapping[Symbol, int] | None:
        """What an account holds, in quantity units; None while execution does not know."""
        return None if self._positions.waiting_for is not None else self._positions.held(account)

    def stale(self, strategy: StrategyId, account: AccountId) -> bool:
        """Whether what a strategy said last may be old news: it does not trade, or has seen no bar for too long."""
        for desk in self.desks:
            if (desk.strategy_id, desk.account) == (strategy, account) and desk.state == "trading":
                return self._market.now_ns(account) - desk.now_ns > STALE_AFTER_NS
        return True

    async def _keep_notices(self) -> None:
        async for notice in self._told:
            self.notices.append(notice)

    def _stopped(self, desk: Desk, _: str, error: BaseException | None) -> None:
        why = "its queue was closed" if error is None else f"{type(error).__name__}: {error}"
        notice = desk.stopped(why)
        self.notices.append(notice)
        _log.error("strategy stopped", strategy=desk.strategy_id, why=why)


def build_signals(
    *,
    identity: Identity,
    clock: Clock,
    bus: Bus,
    sources: Sequence[StrategySource],
    venues: Mapping[AccountId, Venue],
    positions: Positions,
    market: MarketTime | None = None,
    instruments: Mapping[Symbol, Instrument] | None = None,
    rules: DeskRules | None = None,
    tapes: Mapping[AccountId, TradeTape] | None = None,
    on_death: OnDeath | None = None,
) -> Signals:
    """The role, not started. `venues` are asked for history only.

    `market` tells how old a signal is; without one our clock does. `instruments` give signals their numbers. `tapes`
    are the trades that market data has heard; where there are none the venues are asked.
    """
    crew = Crew(identity.service, on_death)
    desks = [
        Desk(
            source,
            venues[source.account],
            tape=(tapes or {}).get(source.account) or TradeTape(venues[source.account]),
            clock=clock,
            positions=positions,
            bus=bus,
            rules=rules or DeskRules(),
        )
        for source in sources
    ]
    parts = [Part("tasks", crew.check)]
    parts += [Part(f"strategy {desk.name}", desk.check, vital=False) for desk in desks]
    health = Health(identity, clock, parts)
    market = market or MarketTime(clock)
    return Signals(desks, bus, crew, health, market=market, positions=positions, instruments=instruments or {})
