"""What a platform is made of, and how its roles wait. Whoever builds one gives it these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from seatrial.core.machine import Machine
from seatrial.domain.time import Clock
from seatrial.journal.port import Journal
from seatrial.services.access.admission import Gate
from seatrial.services.access.scopes import Scope
from seatrial.services.api.releases import ReleaseBoard
from seatrial.services.desk import DeskRules
from seatrial.services.execution.reconciler import ReconcileRules
from seatrial.services.feed import FeedRules
from seatrial.services.observability.observed import METRICS_INTERVAL_MS, ReadLimit
from seatrial.services.observability.role import RoleDoor
from seatrial.services.observability.station import Station
from seatrial.services.poster import PostRules
from seatrial.services.prices import PriceSource
from seatrial.services.run_records import RunStore
from seatrial.services.scheduler import SchedulerRules
from seatrial.services.strategy_file import StrategySource
from seatrial.venues.port import Venue

PORTS: Mapping[str, int] = {
    "market-data": 5001,
    "execution": 5002,
    "signals": 8001,
    "orchestrator": 8003,
    "observability": 8000,
}


RoleAuth = Callable[[str, frozenset[Scope]], httpx.Auth | None]  # how a role of this name calls the others


def no_auth(role: str, scopes: frozenset[Scope]) -> httpx.Auth | None:
    return None  # there is no gate


@dataclass(frozen=True, slots=True)
class PlatformRules:
    """How the roles wait and retry; every default is the one for real time."""

    speed_ppm: int = 1_000_000  # market time per million of ours; more only at local venues
    schedule: SchedulerRules = field(default_factory=SchedulerRules)
    reconcile: ReconcileRules = field(default_factory=ReconcileRules)
    feed: FeedRules = field(default_factory=FeedRules)
    desk: DeskRules = field(default_factory=DeskRules)
    posts: PostRules = field(default_factory=PostRules)

    @property
    def virtual(self) -> bool:
        """Time jumps, as in rehearsals: intervals count market seconds, by the bars."""
        return self.schedule.virtual


@dataclass(frozen=True, slots=True)
class PlatformParts:
    """What a platform is made of. `venues` trade and `market_venues` listen: connections of their own.

    `config` answers `/api/v1/config`; `new_request_id` makes ids for requests that bring none. Without a `gate`
    (simulation, rehearsal, unit tests) the doors are open to everybody, and `role_auth` has nothing to give.
    `peers` are roles of other processes, reached over sockets; whoever made their clients closes them. A `station`
    reads files on threads, so only a real process has one; so do `releases`.
    """

    version: str
    stage: str
    mode: str
    clock: Clock
    machine: Machine
    journal: Journal
    venues: Sequence[Venue]
    market_venues: Sequence[Venue]
    sources: Sequence[StrategySource]
    config: Callable[[], Mapping[str, object]]
    new_request_id: Callable[[], str]
    gate: Gate | None = None
    role_auth: RoleAuth = no_auth
    ports: Mapping[str, int] = field(default_factory=lambda: PORTS)
    peers: Mapping[str, RoleDoor] = field(default_factory=dict)
    read_limit: ReadLimit | None = None
    station: Station | None = None
    metrics_interval_ms: int = METRICS_INTERVAL_MS
    runs: RunStore | None = None
    price_sources: Sequence[PriceSource] = ()
    releases: ReleaseBoard | None = None
