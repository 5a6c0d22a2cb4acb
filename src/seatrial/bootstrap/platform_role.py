"""The role `platform`: every service but watch in one process, around one machine and one journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from seatrial import __version__
from seatrial.bootstrap.access import Access, open_access
from seatrial.bootstrap.accounts import VENUES, account_at
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.compiling import load_core
from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.dashboard import dashboard_served
from seatrial.bootstrap.databases.evidence_rows import EvidenceIndexer
from seatrial.bootstrap.databases.places import place_of
from seatrial.bootstrap.effective import config_body
from seatrial.bootstrap.journals import open_journal
from seatrial.bootstrap.limit_keys import read_limit
from seatrial.bootstrap.links import Line, Wire, connect, http_client
from seatrial.bootstrap.market_identity import claim_market
from seatrial.bootstrap.order_log import OrderLog
from seatrial.bootstrap.peers import ports_of, watch_client
from seatrial.bootstrap.price_links import open_price_links
from seatrial.bootstrap.randomness import fresh_name
from seatrial.bootstrap.record_stores import RecordStore, SignalKeeper
from seatrial.bootstrap.recording import Recording
from seatrial.bootstrap.releases.board import EvidenceBoard
from seatrial.bootstrap.releases.running import RunningRelease
from seatrial.bootstrap.scheduling import scheduler_rules
from seatrial.bootstrap.servers import Doors, Served, until_first
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Stage
from seatrial.bootstrap.station import open_station
from seatrial.bootstrap.strategy_files import strategies_at
from seatrial.bootstrap.strategy_sources import sources_of
from seatrial.bootstrap.symbols import traded_symbols
from seatrial.bootstrap.trade_markets import anybody_hears_trades
from seatrial.core.machine import Machine
from seatrial.domain.faults import ConfigurationFault
from seatrial.domain.instrument import Instrument
from seatrial.domain.time import Clock
from seatrial.journal.port import Journal
from seatrial.market.instruments import instrument_of
from seatrial.services.crew import Crew
from seatrial.services.desk import DeskRules
from seatrial.services.execution.reconciler import ReconcileRules
from seatrial.services.observability.role import RoleDoor
from seatrial.services.observability.station import Station
from seatrial.services.platform import Platform, PlatformParts, PlatformRules, no_auth
from seatrial.services.prices import PriceSource
from seatrial.venues.port import Venue

PPM = 1_000_000

Traded = dict[str, list[Instrument]]  # venue to what is traded there


def traded(settings: Settings) -> Traded:
    """What the strategies trade, by venue.

    Raises:
        ConfigurationFault: no strategy is set, or one does not load.
        RequestFault: one hears trades, and its market has none.
    """
    found = {venue: [instrument_of(symbol) for symbol in traded_symbols(settings, venue)] for venue in VENUES}
    listed = {venue: instruments for venue, instruments in found.items() if instruments}
    anybody_hears_trades(settings)
    if not listed:
        raise ConfigurationFault("there is no strategy: set strategies.alpaca or strategies.binance to a file")
    return listed


@dataclass(frozen=True, slots=True)
class Company:
    """What stands around a platform in an installation: who may come in, what is sealed, looked at and kept."""

    access: Access | None = None
    running: RunningRelease | None = None
    station: Station | None = None
    peers: Mapping[str, RoleDoor] = field(default_factory=dict)
    records: RecordStore | None = None
    prices: Sequence[PriceSource] = ()


async def serve_platform(settings: Settings, say: Callable[[str], None]) -> None:
    """Until SIGTERM, or until a role cannot go on: then the process ends and its next start recovers.

    Raises:
        SeatrialFault: what ended it.
    """
    claim_market(settings)
    load_core()
    clock = WallClock()
    listed = traded(settings)
    journal = open_journal(settings, [instrument for each in listed.values() for instrument in each])
    access = open_access(settings, clock, "platform")
    access.admit_watch(settings.state)
    running = RunningRelease(settings)
    watching = watch_client(settings)
    records = RecordStore(place_of(settings))
    peers = {"watch": RoleDoor(settings.ports.watch, watching, vital=False)}
    prices = open_price_links(settings)
    company = Company(access, running, open_station(settings), peers, records, prices.sources)
    platform = build_platform(settings, clock, listed, journal, company=company)
    platform.execution.engine.subscribe(OrderLog())
    keeping = Crew("records")
    keeping.start("signals", SignalKeeper(platform.bus, records).run())
    keeping.start("evidence", EvidenceIndexer(settings, place_of(settings)).run())
    page = [dashboard_served(settings, platform, access)] if settings.values["dashboard.enabled"] else []
    doors = Doors(settings.host, [*_served(settings, platform), *page])
    await doors.open()
    await platform.start()
    recording = Recording(settings, platform, running)
    recording.start(say)
    for venue, instruments in listed.items():
        names = ", ".join(instrument.symbol for instrument in instruments)
        files = " and ".join(str(chosen.path) for chosen in strategies_at(settings, venue))
        say(f"{files} {'trade' if len(settings.strategies[venue]) > 1 else 'trades'} {names} on {venue}")
    try:
        await until_first(asyncio.create_task(platform.ended()))
    finally:
        await recording.close()
        await platform.close()
        await doors.close()
        await watching.aclose()
        await keeping.close()
        await records.close()
        await prices.close()


def _named(settings: Settings) -> dict[str, str]:
    return {"version": __version__, "stage": str(settings.stage), "mode": str(settings.mode)}


def build_platform(
    settings: Settings,
    clock: Clock,
    listed: Traded,
    journal: Journal,
    *,
    wire: Wire | None = None,
    rules: PlatformRules | None = None,
    company: Company | None = None,
) -> Platform:
    """The platform of these settings, not started. A rehearsal gives it another wire, other rules and no company."""
    around = company or Company()
    wire = wire or Wire(lambda _: http_client(outside=not uses_own_venues(settings)))
    machine = Machine(
        [account_at(settings, venue) for venue in listed],
        [(account_at(settings, venue).id, instrument) for venue, each in listed.items() for instrument in each],
        journal.epoch,
    )
    parts = PlatformParts(
        **_named(settings),
        clock=clock,
        machine=machine,
        journal=journal,
        venues=_connections(settings, clock, listed, wire, "orders"),
        market_venues=_connections(settings, clock, listed, wire, "market"),
        sources=sources_of(settings, listed, journal.epoch, virtual=rules is not None and rules.virtual),
        read_limit=read_limit,
        config=lambda: config_body(settings) | (around.running.body() if around.running else {}),
        new_request_id=partial(fresh_name, "req"),
        gate=None if around.access is None else around.access.gate,
        role_auth=no_auth if around.access is None else around.access.role_auth,
        ports=ports_of(settings),
        peers=around.peers,
        station=around.station,
        runs=around.records,
        price_sources=around.prices,
        releases=None if around.running is None else EvidenceBoard(settings, around.running),
        metrics_interval_ms=int(settings.values["observability.metrics_interval_ms"]),
    )
    return Platform(parts, rules or _live_rules(settings))


def _live_rules(settings: Settings) -> PlatformRules:
    return PlatformRules(
        speed_ppm=int(settings.speed * PPM),
        desk=DeskRules(reload=settings.stage is Stage.DEV),
        schedule=scheduler_rules(settings),
        reconcile=ReconcileRules(dividends_at_once=uses_own_venues(settings)),
    )


def _connections(settings: Settings, clock: Clock, listed: Traded, wire: Wire, name: str) -> list[Venue]:
    return [
        connect(
            settings,
            venue,
            instruments,
            Line(clock, wire.http(venue), name=name, sockets=wire.sockets, ticks=wire.ticks),
        )
        for venue, instruments in listed.items()
    ]


def _served(settings: Settings, platform: Platform) -> list[Served]:
    ports = settings.ports
    return [
        Served(platform.doors["market-data"], ports.market_data, "ports.market_data"),
        Served(platform.doors["execution"], ports.execution, "ports.execution"),
        Served(platform.doors["execution"], ports.execution_alias, "ports.execution_alias"),
        Served(platform.doors["signals"], ports.signals, "ports.signals"),
        Served(platform.doors["orchestrator"], ports.orchestrator, "ports.orchestrator"),
        Served(platform.doors["observability"], ports.observability, "ports.observability"),
    ]
