"""How long the journal took to make each group of entries durable. A few additions per commit, on the order path."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

BUCKETS_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class CommitMeter(Collector):
    """A histogram without locks: one loop writes it, and the scrape reads it in the same loop."""

    def __init__(self) -> None:
        self.commits = 0
        self.entries = 0
        self.seconds = 0.0
        self._buckets = [0] * (len(BUCKETS_SECONDS) + 1)

    def committed(self, seconds: float, entries: int) -> None:
        """One commit."""
        self.commits += 1
        self.entries += entries
        self.seconds += seconds
        self._buckets[bisect_left(BUCKETS_SECONDS, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        """The histogram."""
        below, buckets = 0, []
        for bound, count in zip((*map(str, BUCKETS_SECONDS), "+Inf"), self._buckets, strict=True):
            below += count
            buckets.append((bound, float(below)))
        family = HistogramMetricFamily("seatrial_journal_commit_seconds", "How long a commit of the journal took.")
        family.add_metric([], buckets, self.seconds)
        yield family
