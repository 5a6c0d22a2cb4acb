"""The machine: processors, memory, free disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from seatrial.bootstrap.doctor.findings import Finding, fine, lacking

GROUP = "machine"
CPUS_LEAST = 4
MEMORY_GB_LEAST = 16
DISK_GB_LEAST = 10
GB = 1_000_000_000
ROUNDING = 0.97  # a machine sold as 16 GB shows a little less


def computer_findings(state: Path, *, strict: bool) -> Iterator[Finding]:
    """What the runbooks ask of a staging machine."""
    import psutil

    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
    memory_bytes = int(psutil.virtual_memory().total)
    free_bytes = shutil.disk_usage(_existing(state)).free
    yield _judged("processors", cpus >= CPUS_LEAST, f"{cpus} (>= {CPUS_LEAST})", "use a larger machine", strict=strict)
    yield _judged(
        "memory",
        memory_bytes >= MEMORY_GB_LEAST * GB * ROUNDING,
        f"{memory_bytes / GB:.1f} GB (>= {MEMORY_GB_LEAST} GB)",
        "use a larger machine",
        strict=strict,
    )
    yield _judged(
        "free disk",
        free_bytes >= DISK_GB_LEAST * GB,
        f"{free_bytes / GB:.1f} GB where {state}/ is (>= {DISK_GB_LEAST} GB)",
        "free some space, or choose another folder with --state",
        strict=strict,
    )


def _judged(name: str, enough: bool, said: str, next_step: str, *, strict: bool) -> Finding:
    return fine(GROUP, name, said) if enough else lacking(GROUP, name, said, next_step, strict=strict)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    for candidate in (folder.absolute(), *folder.absolute().parents):
        if candidate.exists():
            return candidate
    return Path("/")
