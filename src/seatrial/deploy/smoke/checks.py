"""What is looked at, in this order. A check returns what it saw in a few words, or raises `SmokeFailed`."""

from __future__ import annotations

from typing import Any

from seatrial.deploy.smoke.system import SmokeFailed, System

RATE_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
SAFE_MODES = ("dry_run", "sim", "paper")


async def health(system: System) -> str:
    """Every role says it is healthy."""
    bad = []
    for role in system.urls:
        answer = await system.ask(role, "/health")
        status = answer.body.get("status") if isinstance(answer.body, dict) else answer.told()
        if answer.status != 200 or status != "healthy":
            bad.append(f"{role}: {status}{_complaints(answer.body)}")
    if bad:
        raise SmokeFailed("; ".join(bad))
    return f"{len(system.urls)} roles healthy"


async def ready(system: System) -> str:
    """Dependencies are usable, and none is degraded."""
    body = await system.read("observability", "/health/ready")
    if body.get("ready") is not True or "degraded" in str(body):
        raise SmokeFailed(f"not ready: {body}")
    return "ready, nothing degraded"


async def startup(system: System) -> str:
    """Migrations are at their head."""
    body = await system.read("observability", "/health/startup")
    found, expected = body.get("schema_version"), body.get("expected_version")
    if found is None or found != expected:
        raise SmokeFailed(f"schema {found}, expected {expected}: run `seatrial db upgrade`")
    return f"schema {found}"


async def mode_flags(system: System) -> str:
    """It runs in the stage and mode that was meant, and its flags agree with them."""
    body = await system.read("execution", "/api/v1/config")
    for name in ("stage", "mode"):
        expected = getattr(system.expected, name)
        if body.get(name) != expected:
            raise SmokeFailed(f"{name} is {body.get(name)}, expected {expected}: --{name} says what you mean to check")
    safe = body["mode"] in SAFE_MODES
    if body.get("dry_run") is not safe or body.get("alpaca_paper") is not safe:
        raise SmokeFailed(f"mode {body['mode']} with dry_run {body.get('dry_run')}, paper {body.get('alpaca_paper')}")
    real = "no order can reach real money" if safe else "orders reach REAL money"
    return f"stage {body['stage']}, mode {body['mode']}: {real}"


async def orchestrator(system: System) -> str:
    """The orchestrator reaches what it depends on."""
    body = await system.read("orchestrator", "/api/v1/orchestration/status")
    dependencies = body.get("dependencies") or {}
    bad = [name for name, state in dependencies.items() if not state.get("healthy")]
    if bad or not dependencies:
        raise SmokeFailed(f"not reached: {', '.join(bad) or 'it names no dependency'}")
    return f"reaches {', '.join(dependencies)}"


async def scheduler(system: System) -> str:
    """The scheduler runs and has missed nothing."""
    body = await system.read("observability", "/health/scheduler")
    missed = [job["id"] for job in body.get("jobs", []) if job.get("missed")]
    if body.get("status") != "healthy" or missed:
        why = "; ".join([*body.get("reasons", []), *(f"{name} missed a run" for name in missed)])
        raise SmokeFailed(f"{body.get('status')}: {why or 'no reason given'}")
    return f"{len(body.get('jobs', []))} jobs, none missed"


async def ticks(system: System) -> str:
    """Prices of every open market are fresh."""
    body = await system.read("market-data", "/api/v1/prices/latest")
    prices: list[dict[str, Any]] = body.get("prices", [])
    fresh = [price["symbol"] for price in prices if not price.get("stale")]
    if not fresh:
        raise SmokeFailed("no price is fresh: no market is open, or no data arrives; nothing shows that data flows")
    stale = [price["symbol"] for price in prices if price.get("stale")]
    return f"{len(fresh)} fresh" + (f", {', '.join(stale)} stale (closed markets)" if stale else "")


async def streams(system: System) -> str:
    """Both WebSockets answer a ping."""
    await system.ping("observability", "/ws/metrics")
    await system.ping("market-data", "/stream")
    return "pong from /ws/metrics and /stream"


async def exposure(system: System) -> str:
    """Exposure is known, and our positions are the venue's."""
    body = await system.read("observability", "/health")
    execution = (body.get("scheduler") or {}).get("execution") or {}
    if execution.get("gross_exposure") is None:
        raise SmokeFailed("gross_exposure is not known")
    if execution.get("positions_synced") is not True:
        raise SmokeFailed("positions are not synced with the venue")
    return f"gross exposure {execution['gross_exposure']}, positions synced"


async def rate_limits(system: System) -> str:
    """Every door tells how much may still be asked."""
    for role in system.urls:
        answer = await system.ask(role, "/health")
        missing = [name for name in RATE_HEADERS if name not in answer.headers]
        if missing:
            raise SmokeFailed(f"{role} answers without {', '.join(missing)}")
    return "X-RateLimit headers on every role"


async def prometheus(system: System) -> str:
    """Metrics are there for whoever scrapes them."""
    answer = await system.ask("observability", "/metrics/prometheus")
    if answer.status != 200 or "# TYPE" not in answer.text:
        raise SmokeFailed(f"/metrics/prometheus answers {answer.told()}")
    return f"{answer.text.count('# TYPE')} metrics"


def _complaints(body: Any) -> str:
    """The parts of a role that are not healthy, in brackets."""
    parts = body.get("components", []) if isinstance(body, dict) else []
    told = [f"{part.get('name')}: {part.get('message')}" for part in parts if part.get("status") != "healthy"]
    return f" ({'; '.join(told)})" if told else ""
