"""Where each process's logs are. Apart from `logs`, so that light commands need no logging library.

Every file has one writing process, because two cannot rotate one file.
"""

from __future__ import annotations

from pathlib import Path

from seatrial.bootstrap.settings import Settings

SYSTEM, OBSERVABILITY, TRADES, METRICS = FOLDERS = ("system", "observability", "trades", "metrics")
TRADING_ROLE = "platform"  # the process that trades, and whose files carry the runbooks' names


def log_file(settings: Settings, service: str) -> Path:
    """The JSON records of one process that have no file of their own."""
    return settings.logs.folder / SYSTEM / f"{service}.log"


def access_file(settings: Settings, service: str) -> Path:
    """One record for every request that a process's doors answered: `observability/api.log` for the platform."""
    name = "api.log" if service == TRADING_ROLE else f"{service}-api.log"
    return settings.logs.folder / OBSERVABILITY / name


def trades_file(settings: Settings) -> Path:
    """What became of orders, as the platform tells it."""
    return settings.logs.folder / TRADES / "trades.log"


def metrics_file(settings: Settings) -> Path:
    """What the keeper of metrics has to say."""
    return settings.logs.folder / METRICS / "metrics.log"


def log_files(settings: Settings, service: str) -> tuple[Path, ...]:
    """Every file of one process. Each record is in exactly one of them."""
    own = (log_file(settings, service), access_file(settings, service))
    return (*own, trades_file(settings), metrics_file(settings)) if service == TRADING_ROLE else own


def combined_file(settings: Settings) -> Path | None:
    """A file with every record of the platform once more, where `logs.file` names one."""
    name = str(settings.values["logs.file"])
    return Path(name) if name else None


def console_file(settings: Settings, service: str) -> Path:
    """What a supervised process wrote on stderr: its warnings, and a traceback if it died of one."""
    return settings.logs.folder / SYSTEM / f"{service}.console.log"
