"""Files that records go into: rotated by size, by day or by somebody else, and opened anew when told to."""

from __future__ import annotations

import gzip
import logging
import logging.handlers
import shutil
from pathlib import Path
from typing import Final

from seatrial.bootstrap.settings import Settings

MEGABYTE: Final = 1024 * 1024
DAYS_KEPT: Final = 14

RotatingFile = logging.handlers.RotatingFileHandler | logging.handlers.TimedRotatingFileHandler


class SizedFile(logging.handlers.RotatingFileHandler):
    """A file that is numbered and begun anew at a size; `size_max` 0 leaves rotation to somebody else."""

    def __init__(self, path: Path, size_max: int, kept: int) -> None:
        super().__init__(path, maxBytes=size_max, backupCount=kept, encoding="utf-8")


class DailyFile(logging.handlers.TimedRotatingFileHandler):
    """A file for each UTC day; the ones before are compressed."""

    def __init__(self, path: Path, kept: int) -> None:
        super().__init__(path, when="midnight", utc=True, backupCount=kept, encoding="utf-8")
        self.namer = lambda name: f"{name}.gz"
        self.rotator = _compress

    def getFilesToDelete(self) -> list[str]:
        """The oldest compressed days beyond those kept: the library knows them by the names it gave itself."""
        path = Path(self.baseFilename)
        days = sorted(path.parent.glob(f"{path.name}.*.gz"))
        return [str(day) for day in days[: max(0, len(days) - self.backupCount)]]


def log_file_of(settings: Settings, path: Path) -> RotatingFile:
    """The file at `path`, made with its folder, rotated as the settings say."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rotation = str(settings.values["logs.rotation"])
    if rotation == "daily":
        return DailyFile(path, DAYS_KEPT)
    size_max = settings.logs.max_size_mb * MEGABYTE if rotation == "size" else 0
    return SizedFile(path, size_max, settings.logs.max_backups)


def reopen_files() -> None:
    """Close every log file and open the one that has its name now: logrotate has moved the former."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            handler.acquire()
            try:
                handler.close()
                handler.stream = handler._open()
            finally:
                handler.release()


def _compress(source: str, target: str) -> None:
    with open(source, "rb") as plain, gzip.open(target, "wb") as packed:
        shutil.copyfileobj(plain, packed)
    Path(source).unlink()
