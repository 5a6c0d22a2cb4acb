"""What looks at the machine and keeps the history: threads and files, so only a real process has one."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.services.observability.metrics_writer import MetricsWriter
from seatrial.services.observability.resources import Probe
from seatrial.services.observability.storage import Storage


@dataclass(frozen=True, slots=True)
class Station:
    """Built by bootstrap. Without one, what it would know is null at the doors."""

    probe: Probe
    storage: Storage
    writer: MetricsWriter
