"""The system's own figures for Prometheus, read at the moment of the scrape: money, risk, orders, health.

Prometheus knows floats only, so amounts lose digits beyond the fifteenth there; the doors have them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from seatrial.domain.money import CASH_SCALE
from seatrial.services.health import Identity
from seatrial.services.observability.equity import point_of
from seatrial.services.observability.exposure import exposures
from seatrial.services.observability.limits import limit_uses
from seatrial.services.observability.observed import Observed
from seatrial.services.observability.risk_state import risk_state

BREAKERS = ("NORMAL", "COOLDOWN", "TRIPPED")
PREFIX = "seatrial_"
KINDS = ("gross", "net", "long", "short", "worst")
HISTORY = ("written", "dropped", "waiting", "lock_waits")

Rows = Iterable[tuple[Mapping[str, str], float]]


def gauge(name: str, meaning: str, rows: Rows) -> Metric:
    """One family of gauges."""
    return _filled(GaugeMetricFamily(PREFIX + name, meaning), rows)


def counter(name: str, meaning: str, rows: Rows) -> Metric:
    """One family of counters; `_total` is added to its name."""
    family = CounterMetricFamily(PREFIX + name, meaning)
    return _filled(family, rows, "_total")


def _filled(family: Metric, rows: Rows, suffix: str = "") -> Metric:
    for labels, value in rows:
        family.add_sample(family.name + suffix, dict(labels), value)
    return family


class HouseMetrics(Collector):
    """Collects from one platform."""

    def __init__(self, observed: Observed, identity: Identity) -> None:
        self._observed = observed
        self._identity = identity

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        yield self._build()
        yield from self._money()
        yield from self._risk()
        yield from self._orders()
        yield from self._history()
        for collector in self._observed.collectors:
            yield from collector.collect()

    def _build(self) -> Metric:
        who = self._identity
        release = self._observed.settings().get("release")
        labels = {"version": who.version, "stage": who.stage, "mode": who.mode, "release": str(release or "")}
        return gauge("up", "1, with what runs.", [(labels, 1.0)])

    def _money(self) -> Iterator[Metric]:
        points = [
            ({"account": book.account.id, "currency": book.account.currency}, point_of(book))
            for book in self._observed.chronicle.books.accounts.values()
            if book.as_of_ns
        ]
        yield gauge(
            "equity", "Cash and holdings at their last prices.", [(on, _money(at.equity_units)) for on, at in points]
        )
        yield gauge("cash", "Cash.", [(on, _money(at.cash_units)) for on, at in points])
        realized = [(on, _money(at.realized_units)) for on, at in points]
        yield gauge("realized_pnl", "Everything realised, after fees.", realized)
        open_pnl = [(on, _money(at.unrealized_units)) for on, at in points if at.unrealized_units is not None]
        yield gauge("unrealized_pnl", "What is held, above its cost.", open_pnl)

    def _risk(self) -> Iterator[Metric]:
        execution = self._observed.execution
        yield from self._exposure()
        yield from self._breakers()
        yield gauge("halted", "1 while nothing new is sent.", [({}, float(execution.engine.latched is not None))])
        synced = [({"account": account}, float(one.clear)) for account, one in execution.reconcilers.items()]
        yield gauge("positions_synced", "1 while the last look found our books to be the venue's.", synced)

    def _exposure(self) -> Iterator[Metric]:
        execution = self._observed.execution
        machine = execution.machine
        found = exposures(machine)
        rows: Rows = [
            ({"account": one.account, "currency": one.currency, "kind": kind}, _money(getattr(one, f"{kind}_units")))
            for one in found
            for kind in KINDS
        ]
        yield gauge("exposure", "What is held, by kind; worst adds what still works.", rows)
        held: Rows = [({"account": one.account}, one.open_positions) for one in found]
        yield gauge("open_positions", "Positions of at least a lot.", held)
        used: Rows = [
            ({"account": use.account, "limit": use.name}, use.used / use.value)
            for account, one in zip(machine.accounts, found, strict=True)
            for use in limit_uses(machine, account, one, execution.market.now_ns(account.id))
            if use.used is not None and use.value > 0
        ]
        yield gauge("limit_utilization", "The used share of a limit.", used)

    def _breakers(self) -> Iterator[Metric]:
        machine = self._observed.execution.machine
        states = [risk_state(machine, account.id) for account in machine.accounts]
        words: Rows = [({"account": state.account}, BREAKERS.index(state.breaker)) for state in states]
        yield gauge("breaker", "0 normal, 1 cooldown, 2 tripped.", words)
        today: Rows = [
            ({"account": account.id, "currency": account.currency}, -_money(state.day_loss_units))
            for account, state in zip(machine.accounts, states, strict=True)
            if state.day_loss_units is not None
        ]
        yield gauge("daily_pnl", "Equity's change since the risk day began.", today)

    def _orders(self) -> Iterator[Metric]:
        chronicle = self._observed.chronicle
        accounts = list(chronicle.books.accounts)
        news = chronicle.notices
        yield counter("orders", "Orders approved.", [({"account": one}, chronicle.approved[one]) for one in accounts])
        yield counter("fills", "Fills booked.", [({"account": one}, chronicle.filled[one]) for one in accounts])
        yield counter(
            "refusals", "Intents refused by risk.", [({"code": code}, count) for code, count in news.refused.items()]
        )
        yield counter(
            "alerts", "Alerts of the machine.", [({"name": name}, count) for name, count in news.alerted.items()]
        )
        yield counter(
            "breaker_trips", "Breakers opened.", [({"account": one}, count) for one, count in news.tripped.items()]
        )
        yield gauge("journal_seq", "The newest durable entry.", [({}, chronicle.last_seq)])

    def _history(self) -> Iterator[Metric]:
        """The metrics history; families without a sample where none is kept."""
        station = self._observed.station
        writer = None if station is None else station.writer
        rows: dict[str, Rows] = {}
        if writer is not None:
            counts = (writer.written, writer.dropped, writer.waiting, writer.lock_waits)
            rows = {name: [({}, count)] for name, count in zip(HISTORY, counts, strict=True)}
        yield counter("metric_samples_written", "Samples in the metrics history.", rows.get("written", []))
        yield counter("metric_samples_dropped", "Samples given up.", rows.get("dropped", []))
        yield gauge("metric_samples_waiting", "Samples not written yet.", rows.get("waiting", []))
        yield counter("metric_file_waits", "Times the file was held by somebody else.", rows.get("lock_waits", []))


def _money(units: int | None) -> float:
    return (units or 0) / CASH_SCALE
