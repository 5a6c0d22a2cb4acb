"""market-data (5001): every account's bars and ticks, gathered, remembered and passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.services.board import PriceBoard
from seatrial.services.bus import Bus
from seatrial.services.crew import Crew, OnDeath
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.feed import Execution, Feed, FeedRules
from seatrial.services.health import Health, Identity, Part
from seatrial.services.stream_hub import StreamHub
from seatrial.services.trade_tape import TradeTape
from seatrial.venues.port import Venue


class MarketData:
    """The role: one feed per account and the hub of its stream door."""

    def __init__(self, feeds: Sequence[Feed], board: PriceBoard, hub: StreamHub, crew: Crew, health: Health) -> None:
        self.board = board
        self.hub = hub
        self.health = health
        self._feeds = tuple(feeds)
        self._crew = crew

    @property
    def tapes(self) -> dict[AccountId, TradeTape]:
        """The trades of each account's market."""
        return {feed.account: feed.tape for feed in self._feeds}

    def missing(self) -> list[str]:
        """Symbols without a fresh price although their market is open."""
        return sorted(symbol for feed in self._feeds for symbol in feed.missing())

    def is_open(self, account: AccountId) -> bool:
        """Whether the market of an account trades now, by the hours its venue told; True before it has."""
        return all(feed.is_open for feed in self._feeds if feed.account == account)

    async def start(self) -> None:
        """Subscribe at every venue. Returns at once; `health` tells when streams are up."""
        self._crew.start("stream bars", self.hub.relay_bars())
        self._crew.start("stream ticks", self.hub.relay_ticks())
        self._crew.start("stream pings", self.hub.ping())
        for feed in self._feeds:
            self._crew.start(f"feed {feed.account}", feed.run())

    async def close(self) -> None:
        """Stop reading; clients of the stream are let go."""
        await self._crew.close()
        self.hub.close()
        await self.health.close()


def build_market_data(
    *,
    identity: Identity,
    clock: Clock,
    market: MarketTime,
    venues: Sequence[Venue],
    instruments: Mapping[AccountId, Sequence[Instrument]],
    execution: Execution,
    bus: Bus,
    rules: FeedRules | None = None,
    on_death: OnDeath | None = None,
) -> MarketData:
    """The role, not started. `venues` are connections of its own; whoever made them closes them."""
    board = PriceBoard(market)
    crew = Crew(identity.service, on_death)
    feeds = [
        Feed(
            venue,
            instruments[venue.account],
            execution=execution,
            bus=bus,
            board=board,
            market=market,
            rules=rules or FeedRules(),
        )
        for venue in venues
    ]
    parts = [Part("tasks", crew.check), *(Part(f"feed {feed.account}", feed.check) for feed in feeds)]
    return MarketData(feeds, board, StreamHub(bus, board, clock), crew, Health(identity, clock, parts))
