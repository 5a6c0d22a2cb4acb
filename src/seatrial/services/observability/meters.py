"""What one role counts about itself: requests, how long they took, what was refused. A registry of its own.

There is no global registry: two roles of one process, or two platforms of one test, never mix their counts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEALTH = "/health"
MINUTES_KEPT = 60
NO_DOOR = "none"  # a path at which nothing answers: its text is the caller's and must not become a label


@dataclass(frozen=True, slots=True)
class Asked:
    """One answered request. `door` is the path as the door declares it, None where there was none."""

    door: str | None
    method: str
    status: int
    seconds: float
    error: str | None = None  # the refusal's code
    at_seconds: float = 0.0  # of the loop's clock


class LastHour:
    """How many requests were answered in the last hour, and how many of them with 5xx; by minutes."""

    def __init__(self) -> None:
        self._minutes: deque[list[int]] = deque(maxlen=MINUTES_KEPT)  # minute, answered, failed

    def count(self, at_seconds: float, *, failed: bool) -> None:
        """One more."""
        minute = int(at_seconds // 60)
        if not self._minutes or self._minutes[-1][0] != minute:
            self._minutes.append([minute, 0, 0])
        self._minutes[-1][1] += 1
        self._minutes[-1][2] += failed

    def sums(self, now_seconds: float) -> tuple[int, int]:
        """Answered and failed."""
        since = int(now_seconds // 60) - MINUTES_KEPT
        recent = [each for each in self._minutes if each[0] > since]
        return sum(each[1] for each in recent), sum(each[2] for each in recent)


class RoleMeters:
    """The meters of one role."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.registry = CollectorRegistry()
        self.hour = LastHour()
        self._requests = Counter(
            "seatrial_http_requests",
            "Requests answered.",
            ["role", "door", "method", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "seatrial_http_request_seconds",
            "How long an answer took.",
            ["role", "door"],
            buckets=BUCKETS_SECONDS,
            registry=self.registry,
        )
        self._found: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._errors = Counter(
            "seatrial_http_errors",
            "Refusals and failures by the code in their answer.",
            ["role", "door", "error"],
            registry=self.registry,
        )

    def asked(self, asked: Asked) -> None:
        """Count one request. Labels come from our own words only, so their number is bounded."""
        door = asked.door or NO_DOOR
        method = asked.method if asked.method in METHODS else "other"
        if not door.startswith(HEALTH):  # a truthful 503 there is an answer, not a failure
            self.hour.count(asked.at_seconds, failed=asked.status >= 500)
        counted, timed = self._meters_of(door, method, asked.status)
        counted.inc()
        timed.observe(asked.seconds)
        if asked.error is not None:
            self._errors.labels(self.role, door, asked.error).inc()

    def _meters_of(self, door: str, method: str, status: int) -> tuple[Counter, Histogram]:
        """The two that count one kind of answer; to find them by their labels costs more than to count."""
        key = (door, method, status)
        if key not in self._found:
            counted = self._requests.labels(self.role, door, method, str(status))
            self._found[key] = (counted, self._seconds.labels(self.role, door))
        return self._found[key]

    def page(self) -> bytes:
        """Prometheus text of this role alone."""
        return page_of([self.registry])


class _Collected:
    """Families that were collected already, in the shape `generate_latest` asks for."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._families


def page_of(registries: Iterable[CollectorRegistry]) -> bytes:
    """Prometheus text of several registries: each family once, with the samples of all."""
    families: dict[str, Metric] = {}
    for registry in registries:
        for family in registry.collect():
            known = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            # when a counter began says the scrape's own history; it would only double the page
            known.samples.extend(each for each in family.samples if not each.name.endswith("_created"))
    return generate_latest(_Collected(families.values()))
