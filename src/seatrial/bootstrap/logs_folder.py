"""Where each process's logs are. Apart from `logs`, so that light commands need no logging library."""

from __future__ import annotations

from pathlib import Path

from seatrial.bootstrap.settings import Settings


def log_file(settings: Settings, service: str) -> Path:
    """The JSON records of one process."""
    return settings.logs.folder / service / f"{service}.log"


def console_file(settings: Settings, service: str) -> Path:
    """What a supervised process wrote on stderr: its short lines, and a traceback if it died of one."""
    return settings.logs.folder / service / "console.log"
