"""`data/run/*.json`: which process plays which role, for commands in another terminal.

A pid alone can be somebody else's tomorrow; with the time the process was created it cannot.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SUPERVISOR = "supervisor"
MARKER = ".seatrial"  # only a folder that holds it is ever removed from
ROLES = ("venues", "platform", "watch")  # in the order in which they depend on each other


@dataclass(frozen=True, slots=True)
class RunFile:
    """One running process: who it is, and the doors it serves (name to URL)."""

    role: str
    pid: int
    created_s: float  # seconds since 1970, as the kernel tells it
    stage: str
    mode: str
    doors: dict[str, str]

    def alive(self) -> bool:
        """The very process that wrote this file still runs."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            return bool(process.create_time() == self.created_s and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False


def run_folder(state: Path) -> Path:
    """Where the run files of one installation are."""
    return state / "run"


def is_ours(state: Path) -> bool:
    """The folder was made by `write`, and not by somebody with other files in it."""
    return (state / MARKER).exists()


def this_process(role: str, stage: str, mode: str, doors: dict[str, str]) -> RunFile:
    """The run file of the process that asks."""
    return of_process(os.getpid(), role, stage, mode, doors)


def of_process(pid: int, role: str, stage: str, mode: str, doors: dict[str, str]) -> RunFile:
    """The run file of another process of ours."""
    import psutil

    return RunFile(role, pid, psutil.Process(pid).create_time(), stage, mode, doors)


def write(state: Path, run: RunFile) -> None:
    """Write it whole or not at all: a reader never sees half a file."""
    folder = run_folder(state)
    folder.mkdir(parents=True, exist_ok=True)
    (state / MARKER).touch()
    partial = folder / f".{run.role}.{run.pid}"
    partial.write_text(json.dumps(asdict(run), indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / f"{run.role}.json")


def remove(state: Path, role: str) -> None:
    """Forget a role that stopped."""
    (run_folder(state) / f"{role}.json").unlink(missing_ok=True)


def read(state: Path, role: str) -> RunFile | None:
    """The run file of a role, None where there is none that can be read."""
    try:
        fields: dict[str, Any] = json.loads((run_folder(state) / f"{role}.json").read_text(encoding="utf-8"))
        return RunFile(**fields)
    except (OSError, ValueError, TypeError):
        return None


def running(state: Path) -> Iterator[RunFile]:
    """Every process of this installation that is alive, the supervisor first."""
    for role in (SUPERVISOR, *ROLES):
        run = read(state, role)
        if run is not None and run.alive():
            yield run
