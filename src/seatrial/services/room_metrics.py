"""What market data, the orchestrator and the strategies count, for Prometheus, read at the moment of the scrape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp

from seatrial.domain.ids import AccountId, Symbol
from seatrial.domain.time import SECOND_NS, parse_rfc3339
from seatrial.services.api.envelope import Envelope
from seatrial.services.board import PriceBoard
from seatrial.services.circuits import CircuitState
from seatrial.services.desk import Desk
from seatrial.services.execution.market_time import MarketTime
from seatrial.services.observability.house_metrics import Rows, counter, gauge
from seatrial.services.observability.observed import Observed
from seatrial.services.prices import Prices
from seatrial.services.run_records import RUNS_KEPT_MAX, RunLog, RunRecord

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class RoomMetrics(Collector):
    """Collects from the rooms of one platform. `listed` are the symbols of each account."""

    def __init__(
        self,
        board: PriceBoard,
        market: MarketTime,
        listed: Sequence[tuple[AccountId, Symbol]],
        runs: RunLog,
        desks: Sequence[Desk],
        prices: Prices,
    ) -> None:
        self._board = board
        self._market = market
        self._listed = tuple(listed)
        self._runs = runs
        self._desks = tuple(desks)
        self._prices = prices

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        prices = [(account, symbol, self._board.price(symbol)) for account, symbol in self._listed]
        seen = [(account, symbol, price) for account, symbol, price in prices if price is not None]
        yield gauge(
            "feed_age_seconds",
            "Market time since the last price.",
            [
                (
                    {"account": account, "symbol": symbol},
                    max(self._market.now_ns(account) - price.as_of_ns, 0) / SECOND_NS,
                )
                for account, symbol, price in seen
            ],
        )
        stale = [({"account": account, "symbol": symbol}, float(price.stale)) for account, symbol, price in seen]
        yield gauge("price_stale", "1 while the last price is too old to trade on.", stale)
        kept = self._runs.newest_first(limit=RUNS_KEPT_MAX)
        counts = Counter(run.status.value for run in kept)
        yield gauge(
            "scheduler_runs_kept",
            f"The newest runs, at most {RUNS_KEPT_MAX}, by how they ended.",
            [({"status": status}, count) for status, count in counts.items()],
        )
        yield _durations([run for run in kept if run.attempts])
        trading = [
            ({"strategy": desk.strategy_id, "account": desk.account}, float(desk.state == "trading"))
            for desk in self._desks
        ]
        yield gauge("strategy_trading", "1 while a strategy trades.", trading)
        yield from self._sources()

    def _sources(self) -> Iterator[Metric]:
        """Prices for people: how often the kept one did, and how their sources answer."""
        rate = self._prices.hit_rate
        hits: Rows = [] if rate is None else [({}, rate)]
        yield gauge("price_cache_hit_ratio", "The share of price questions answered from the cache.", hits)
        circuits = self._prices.circuits
        outcomes = [
            ({"source": name, "outcome": outcome}, count)
            for name, circuit in circuits.items()
            for outcome, count in (("success", circuit.successes), ("failure", circuit.failures))
        ]
        yield counter("price_questions", "Questions to sources of prices.", outcomes)
        closed = [({"source": name}, float(one.state is CircuitState.CLOSED)) for name, one in circuits.items()]
        yield gauge("price_circuit_closed", "1 while a source of prices is asked.", closed)


def _durations(runs: Sequence[RunRecord]) -> Metric:
    """How long the kept runs took from their decision's arrival to the door's answer."""
    seconds = [(parse_rfc3339(run.completed_at) - parse_rfc3339(run.started_at)) / SECOND_NS for run in runs]
    buckets = [(str(bound), float(sum(each <= bound for each in seconds))) for bound in BUCKETS_SECONDS]
    family = HistogramMetricFamily("seatrial_scheduler_run_seconds", "How long the kept runs took.")
    family.add_metric([], [*buckets, ("+Inf", float(len(seconds)))], sum(seconds))
    return family


def count_rooms(observed: Observed, doors: Iterable[ASGIApp], rooms: RoomMetrics) -> None:
    """Observability tells what every role of this process counts, and what its rooms do."""
    apps = [app for app in doors if isinstance(app, Envelope)]
    observed.meters += [app.meters for app in apps if app.meters is not None]
    observed.collectors.append(rooms)
