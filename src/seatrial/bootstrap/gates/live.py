"""Gates over what runs: every door's health, and both pairs of eyes on the books."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

from seatrial.bootstrap import run_files
from seatrial.bootstrap.doors import ask_all, doors
from seatrial.bootstrap.gates.context import GateContext
from seatrial.bootstrap.settings import Settings
from seatrial.release.gates import deploy_health, reconciliation
from seatrial.release.gates.deploy_health import Deployed
from seatrial.release.gates.reconciliation import BooksSeen
from seatrial.release.verdict import GateResult

ANSWER_SECONDS_MAX = 2.0
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def deployed(context: GateContext) -> GateResult:
    """Every door of every role that this stage runs."""
    settings = context.settings
    if context.running.release is None:
        return context.asked("deploy_health").lacks(context.running.note)
    alive = {run.role: run for run in run_files.running(settings.state)}
    asked = tuple(door for door in doors(settings) if door.role in alive)
    statuses = {health.door.name: health.status for health in ask_all(asked, settings.host)}
    up_s = None
    if "platform" in alive:
        up_s = int(time.time() - max(run.created_s for run in alive.values()))
    expected = {door.role for door in doors(settings)} - set(alive)
    statuses |= {role: "stopped" for role in expected if alive and _belongs(settings, role)}
    seen = Deployed(statuses, {"platform": context.running.release}, up_s)
    return deploy_health.evaluate(seen, context.release_id, context.asked("deploy_health"))


def books(context: GateContext) -> GateResult:
    """What the platform says of each account, and what watch says of the platform."""
    settings = context.settings
    seen = [
        BooksSeen(f"{part['name'].removeprefix('reconciliation ')} by the platform", part["status"], part["message"])
        for part in _components(settings, settings.ports.execution)
        if str(part.get("name", "")).startswith("reconciliation ")
    ]
    if seen:
        parts = _components(settings, settings.ports.watch)
        told = [part for part in parts if part.get("name") in {"breaks", "platform"}]
        seen += [BooksSeen(f"{part['name']} by watch", part["status"], part["message"]) for part in told]
        if not told:
            seen.append(BooksSeen("watch", "unreachable", "the second pair of eyes does not answer"))
    running = context.running.release
    return reconciliation.evaluate(seen, running, context.release_id, context.asked("reconciliation"))


def _belongs(settings: Settings, role: str) -> bool:
    """Local venues run where orders go to them; platform and watch always do."""
    return role != "venues" or str(settings.mode) in {"sim", "dry_run"}


def _components(settings: Settings, port: int) -> list[dict[str, Any]]:
    """The parts one door says it is made of; none where nobody answers."""
    url = f"http://{settings.host}:{port}/health"
    try:
        with _NO_PROXY.open(url, timeout=ANSWER_SECONDS_MAX) as response:
            body = response.read()
    except urllib.error.HTTPError as refusal:
        body = refusal.read()
    except OSError:
        return []
    try:
        parts = json.loads(body)["components"]
        return [dict(part) for part in parts]
    except (ValueError, KeyError, TypeError):
        return []
