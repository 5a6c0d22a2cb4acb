"""The settings of the services: what `config/system.staging.json` and the runbooks' switches speak of."""

from __future__ import annotations

from seatrial.bootstrap import parsing
from seatrial.bootstrap.declared import Declared

SERVICE_SETTINGS: tuple[Declared, ...] = (
    Declared("market_data.enabled", parsing.BOOLEAN, "true", "serve market data", idle="every service runs"),
    Declared(
        "market_data.websocket_url",
        parsing.STREAM,
        "",
        "a stream of Alpaca in mode paper: `.../stream` are trade updates, anything else is market data",
    ),
    Declared(
        "market_data.reconnect_attempts",
        parsing.COUNT,
        "5",
        "failed attempts after which a stream counts as lost",
        idle="a stream counts as lost at its first failure, and is tried for ever",
    ),
    Declared(
        "market_data.reconnect_delay_ms",
        parsing.COUNT,
        "2000",
        "milliseconds before another attempt",
        idle="the delay grows from half a second to half a minute, with chance in it",
    ),
    Declared("execution.enabled", parsing.BOOLEAN, "true", "serve orders", idle="every service runs"),
    Declared("risk.enabled", parsing.BOOLEAN, "true", "run the second pair of eyes", idle="every service runs"),
    Declared(
        "risk.strict_mode",
        parsing.BOOLEAN,
        "true",
        "a missing or stale input refuses the order",
        idle="it always does; false changes nothing",
    ),
    Declared(
        "risk.limits_file", parsing.TEXT, "", "one more file of limits; of two the stricter value of each limit holds"
    ),
    Declared(
        "observability.enabled",
        parsing.BOOLEAN,
        "true",
        "serve health and metrics",
        ("ENABLE_OBSERVABILITY",),
        idle="every service runs",
    ),
    Declared(
        "observability.metrics",
        parsing.BOOLEAN,
        "true",
        "keep metrics",
        ("METRICS_ENABLED",),
        idle="they are always kept",
    ),
    Declared(
        "observability.prometheus",
        parsing.BOOLEAN,
        "true",
        "serve Prometheus text",
        ("ENABLE_PROMETHEUS_METRICS",),
        idle="it is always served",
    ),
    Declared("observability.metrics_interval_ms", parsing.COUNT, "100", "milliseconds between two pushed metrics"),
    Declared(
        "observability.duckdb_path", parsing.TEXT, "", "the file of metrics; empty means metrics.duckdb in `state`"
    ),
    Declared(
        "observability.sqlite_path",
        parsing.TEXT,
        "",
        "the file of trade events; empty means events.db in `state`",
        ("SQLITE_PATH",),
    ),
    Declared("observability.cache_size_mb", parsing.COUNT, "256", "memory for the metrics file's cache, in MB"),
    Declared(
        "dashboard.enabled",
        parsing.BOOLEAN,
        "true",
        "serve the dashboard",
        ("ENABLE_DASHBOARD",),
    ),
    Declared(
        "orchestrator.refresh_seconds",
        parsing.COUNT,
        "120",
        "seconds between two refreshes of market data and signals",
        ("QUANTUM_TRADER_REFRESH_SECONDS",),
    ),
    Declared(
        "orchestrator.execution_seconds",
        parsing.COUNT,
        "60",
        "seconds between two execution runs",
        ("QUANTUM_TRADER_EXECUTION_SECONDS",),
    ),
)
