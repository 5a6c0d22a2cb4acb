"""Every row of the runbooks: what answers, and what says 503 with a reason until its room is built.

`LATER` may only shrink. `docs/reference/conformance.md` is written from this file and a test keeps them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HEALTH = ("status", "service", "version", "timestamp", "stage", "mode", "components")
PORTS = {
    "market-data": 5001,
    "execution": 5002,
    "execution-alias": 8002,
    "watch": 5003,
    "observability": 8000,
    "signals": 8001,
    "orchestrator": 8003,
    "dashboard": 3000,
}


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One door. `fields` are dotted paths that its answer must have; `later` is why it answers 503 for now."""

    role: str
    path: str
    fields: tuple[str, ...] = ()
    method: str = "GET"
    body: Mapping[str, object] | str | None = None  # a text names one of the test's orders
    accepted: tuple[int, ...] = (200,)
    later: str | None = None


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One WebSocket."""

    role: str
    path: str
    says: str
    hears: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file, script, command or make target that must stand at its literal place."""

    name: str
    later: str | None = None
    words: tuple[str, ...] = field(default=())


CONTAINERS = "the container stack is a later room"
WORKFLOWS = "the deployment workflows are a later room"
AWS = "the AWS target is a later room"
PAPERS = "the documents that gates ask for come with the drills"

_SCHEDULER = (
    "status",
    "timestamp",
    "missing_symbols",
    "reasons",
    "enabled",
    "running",
    "config.symbols",
    "config.refresh_seconds",
    "config.execution_seconds",
    "jobs",
    "providers",
    "execution.status",
    "execution.orders_planned",
    "execution.orders_submitted",
    "execution.orders_skipped",
    "execution.orders_failed",
    "execution.gross_exposure",
    "execution.positions_synced",
    "execution.run_id",
)

DOORS: tuple[DoorRow, ...] = (
    *(DoorRow(role, "/health", HEALTH) for role in PORTS if role not in {"dashboard", "execution-alias"}),
    DoorRow("execution-alias", "/health", HEALTH),
    DoorRow(
        "observability",
        "/health",
        ("scheduler.execution.gross_exposure", "scheduler.execution.positions_synced", "risk"),
    ),
    DoorRow("observability", "/health/live", ("status", "timestamp")),
    DoorRow(
        "observability",
        "/health/ready",
        (
            "ready",
            "status",
            "timestamp",
            "collectors.market_data",
            "collectors.strategy",
            "collectors.execution",
            "collectors.system",
        ),
    ),
    DoorRow("observability", "/health/startup", ("status", "timestamp", "schema_version", "expected_version")),
    DoorRow("observability", "/health/scheduler", _SCHEDULER),
    *(
        DoorRow(
            role,
            "/api/v1/config",
            (
                "service",
                "version",
                "environment",
                "stage",
                "mode",
                "dry_run",
                "alpaca_paper",
                "circuit_breaker_enabled",
                "release",
                "timestamp",
                "settings",
            ),
        )
        for role in ("execution", "execution-alias")
    ),
    DoorRow(
        "orchestrator",
        "/api/v1/orchestration/status",
        (
            "status",
            "in_progress",
            "last_run",
            "next_run_at",
            "dependencies.signals.healthy",
            "dependencies.signals.latency_ms",
            "dependencies.execution.healthy",
            "dependencies.database.healthy",
            "dependencies.bus.healthy",
            "kill_switch",
            "breaker",
        ),
    ),
    DoorRow("orchestrator", "/api/v1/orchestration/run", ("run_id",), "POST", accepted=(202, 409)),
    DoorRow("orchestrator", "/api/v1/orchestration/runs?limit=5&offset=0", ("runs", "total")),
    DoorRow("signals", "/api/v1/signals/generate", ("signals",), "POST"),
    DoorRow("signals", "/api/v1/model/info", ("models",)),
    DoorRow("signals", "/api/v1/model/reload", (), "POST", accepted=(200, 202)),
    *(
        DoorRow(role, path, ("order_id", "client_order_id", "status", "risk.approved"), "POST", "ORDER", (202,))
        for role in ("execution", "execution-alias")
        for path in ("/orders", "/api/v1/orders")
    ),
    *(
        DoorRow("execution", "/orders", ("order_id", "status", "risk.approved"), "POST", kind, (202,))
        for kind in ("TRAILING", "NOTIONAL")
    ),
    # far from any market: risk answers with its numbers
    *(
        DoorRow("execution", "/orders", ("code", "limit", "actual", "risk.approved"), "POST", kind, (422,))
        for kind in ("STOP_LIMIT", "BRACKET", "REDUCE_ONLY")
    ),
    DoorRow("execution", "/orders/no-such-order", ("message",), "PATCH", {}, accepted=(404,)),
    DoorRow("execution", "/orders", ("orders", "count")),
    DoorRow("execution", "/positions", ("positions",)),
    DoorRow("execution", "/orders", (), "DELETE", accepted=(202,)),
    DoorRow(
        "observability",
        "/api/system/status",
        ("status", "stage", "mode", "services.execution.status", "services.execution.port", "timestamp"),
    ),
    DoorRow(
        "observability",
        "/api/metrics/system",
        (
            "cpu_percent",
            "memory_percent",
            "disk_percent",
            "disk_free_gb",
            "database.system_metrics_rows",
            "database.trade_events_rows",
            "database.size_bytes",
            "timestamp",
        ),
    ),
    DoorRow(
        "observability",
        "/api/trades/pnl?period=today",
        ("period", "realized", "unrealized", "total", "trades", "win_rate", "as_of"),
    ),
    DoorRow(
        "observability",
        "/api/risk/exposure",
        ("gross", "net", "long", "short", "open_positions", "by_symbol", "limits", "utilization"),
    ),
    DoorRow(
        "observability",
        "/api/system/circuit-breaker/status",
        (
            "active",
            "state",
            "reason",
            "tripped_at",
            "cooldown_ends_at",
            "consecutive_losses",
            "daily_pnl",
            "auto_resume",
        ),
    ),
    DoorRow(
        "observability",
        "/api/prices/latest?symbol=BTCUSDT",
        ("symbol", "price", "change", "change_percent", "timestamp", "source", "stale"),
    ),
    DoorRow("observability", "/api/ai/signals/latest?limit=5"),
    DoorRow("observability", "/risk"),
    DoorRow("observability", "/risk/kill-switch", ("active",)),
    DoorRow("observability", "/metrics/prometheus"),
    *(DoorRow(role, "/metrics") for role in PORTS if role not in {"dashboard", "execution-alias"}),
    *(DoorRow(role, "/docs") for role in ("observability", "execution")),
    DoorRow("dashboard", "/"),
)

STREAMS = (
    StreamRow("observability", "/ws/metrics", "ping", "pong"),
    StreamRow("observability", "/ws/metrics", "", '"type":"metrics"'),
    StreamRow("market-data", "/stream", "ping", "pong"),
    StreamRow("market-data", "/stream", '{"type":"subscribe"}', '"type":"tick"'),
)

COMMANDS = (
    FileRow("up"),
    FileRow("down"),
    FileRow("status"),
    FileRow("logs"),
    FileRow("smoke"),
    FileRow("doctor"),
    FileRow("db upgrade"),
    FileRow("db verify"),
    FileRow("db backup"),
    FileRow("db restore"),
    FileRow("db seed"),
    FileRow("metrics export"),
    FileRow("metrics import"),
    FileRow("metrics prune"),
    FileRow("release seal"),
    FileRow("release show"),
    FileRow("release diff"),
    FileRow("promote"),
    FileRow("evidence verify"),
    FileRow("evidence export"),
    FileRow("serve"),
)

SCRIPTS = (
    FileRow("scripts/api_smoke_check.py"),
    FileRow("scripts/check_env.py"),
    FileRow("scripts/init_postgres_schema.py"),
    FileRow("scripts/validate_postgresql.py"),
    FileRow("scripts/export_metrics.py"),
    FileRow("scripts/import_metrics.py"),
    FileRow("scripts/backup_databases.sh"),
    FileRow("scripts/validate_config.sh"),
    FileRow("scripts/check_dependencies.sh"),
    FileRow("scripts/health_check.sh"),
    FileRow("scripts/production_validation.sh"),
    FileRow("scripts/start_trading.sh"),
    FileRow("scripts/start_observability.sh"),
    FileRow("scripts/stop_trading_system.sh"),
    FileRow("backend/scripts/seed_trades.py"),
)

TARGETS = (
    FileRow("up"),
    FileRow("test"),
    FileRow("help"),
    FileRow("logs"),
    FileRow("staging-schema-init"),
    FileRow("staging-stack-up", CONTAINERS),
    FileRow("staging-stack-down", CONTAINERS),
    FileRow("deploy-staging", WORKFLOWS),
    FileRow("strategy-sync", AWS),
    FileRow("strategy-list-dynamo", AWS),
    FileRow("strategy-list", AWS),
)

FILES = (
    FileRow("config/staging.toml"),
    FileRow("config/system.staging.json"),
    FileRow("config/risk_limits.toml"),
    FileRow("config/alerts.staging.yaml"),
    FileRow(".env.staging.example"),
    FileRow("docker-compose.staging.yml", CONTAINERS),
    FileRow("docker/docker-compose.yml", CONTAINERS),
    FileRow("deploy/staging/Caddyfile", CONTAINERS),
    FileRow("monitoring/prometheus/prometheus-docker.yml", CONTAINERS),
    FileRow("template.yaml", AWS),
    FileRow("samconfig.toml", AWS),
    FileRow(".github/workflows/ci.yml", WORKFLOWS),
    FileRow(".github/workflows/cd.yml", WORKFLOWS),
    FileRow(".github/workflows/deploy-staging.yml", WORKFLOWS),
    FileRow(".github/workflows/deploy-production.yml", WORKFLOWS),
    FileRow("docs/RUNBOOKS/production-deployment.md", PAPERS),
    FileRow("docs/RUNBOOKS/incident-response.md", PAPERS),
    FileRow("docs/RUNBOOKS/manual-shutdown.md", PAPERS),
    FileRow("docs/RUNBOOKS/rollback.md", PAPERS),
    FileRow("docs/RUNBOOKS/credential-rotation.md", PAPERS),
    FileRow("docs/RUNBOOKS/staging-deployment.md", PAPERS),
)

TABLES = ("orders", "fills", "positions", "runs", "signals", "lots", "releases", "schema_version", "trade_events")

MADE = (  # what a running system leaves behind, below its state and logs folders
    "state/metrics.duckdb",
    "state/events.db",
    "logs/observability/api.log",
)
