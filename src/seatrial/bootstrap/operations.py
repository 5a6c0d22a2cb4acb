"""What another terminal can ask of a running installation: status, down, reset. All by its run files."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap import run_files
from seatrial.bootstrap.doors import Door, Health, ask_all, doors, roles
from seatrial.bootstrap.run_files import RunFile
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode, Stage
from seatrial.domain.faults import ConfigurationFault

POLL_S = 0.1
DOWN_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class RoleStatus:
    """One role: its process, if it runs, and what its doors say."""

    role: str
    pid: int | None
    memory_mb: int
    health: tuple[Health, ...]

    @property
    def status(self) -> str:
        """The worst of its doors; `stopped` where no process runs."""
        if self.pid is None:
            return "stopped"
        words = {health.status for health in self.health}
        for worst in ("unreachable", "unreadable", "unhealthy", "degraded"):
            if worst in words:
                return worst
        return "healthy"


def status(settings: Settings) -> list[RoleStatus]:
    """Every role of this installation, each door asked at once."""
    alive = {run.role: run for run in run_files.running(settings.state)}
    asked: tuple[Door, ...] = tuple(door for door in doors(settings) if door.role in alive)
    answers = ask_all(asked, settings.host)
    found = []
    for role in roles(settings):
        run = alive.get(role)
        health = tuple(answer for answer in answers if answer.door.role == role)
        found.append(RoleStatus(role, run.pid if run else None, _memory_mb(run), health))
    return found


def down(settings: Settings) -> Iterator[tuple[str, str]]:
    """Stop what runs, in order, and tell each step. The supervisor does it where it lives; else we do."""
    alive = {run.role: run for run in run_files.running(settings.state)}
    supervisor = alive.pop(run_files.SUPERVISOR, None)
    if supervisor is not None:
        _send(supervisor, signal.SIGTERM)
        yield run_files.SUPERVISOR, "stopped" if _ended(supervisor, DOWN_WAIT_S) else "still stopping"
    for role in reversed(run_files.ROLES):
        run = alive.get(role)
        if run is None:
            continue
        if supervisor is None:
            _send(run, signal.SIGTERM)
        if not _ended(run, DOWN_WAIT_S / 4):
            _send(run, signal.SIGKILL)
            yield role, "killed"
        else:
            yield role, "stopped"
        run_files.remove(settings.state, role)


def reopen_logs(settings: Settings) -> list[str]:
    """Tell every role that runs to open its log files anew; returns which."""
    told = [run for run in run_files.running(settings.state) if run.role in run_files.ROLES]
    for run in told:
        _send(run, signal.SIGHUP)
    return [run.role for run in told]


def reset(settings: Settings) -> list[Path]:
    """Forget everything that was traded: journals, venue stores, run files. Logs stay.

    Raises:
        ConfigurationFault: not in dev with mode sim, or something still runs.
    """
    refuse_reset(settings)
    if not settings.state.is_dir():
        return []
    removed = sorted(settings.state.iterdir())
    for path in removed:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return removed


def refuse_reset(settings: Settings) -> None:
    """Raise `ConfigurationFault` where a reset would destroy something that counts, or is still in use."""
    if settings.stage is not Stage.DEV or settings.mode is not Mode.SIM:
        raise ConfigurationFault(
            f"reset works in stage dev and mode sim only, this is {settings.stage} and {settings.mode}: "
            "what was traded elsewhere is evidence"
        )
    if settings.state.is_dir() and any(settings.state.iterdir()) and not run_files.is_ours(settings.state):
        raise ConfigurationFault(
            f"{settings.state} was not made by seatrial: it has no {run_files.MARKER} file, nothing is removed"
        )
    for run in run_files.running(settings.state):
        raise ConfigurationFault(f"{run.role} runs (pid {run.pid}): `seatrial down` first")


def _send(run: RunFile, number: signal.Signals) -> None:
    """Signal the very process that wrote the file; one that ended meanwhile needs no signal."""
    if run.alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(run.pid, number)


def _ended(run: RunFile, wait_s: float) -> bool:
    deadline_s = time.monotonic() + wait_s
    while run.alive():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(POLL_S)
    return True


def _memory_mb(run: RunFile | None) -> int:
    import psutil

    if run is None:
        return 0
    try:
        return int(psutil.Process(run.pid).memory_info().rss) // (1024 * 1024)
    except psutil.Error:
        return 0
