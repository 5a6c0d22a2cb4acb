"""Logs: JSON lines in rotating files for machines, one short line on the console for people.

Every record carries the fields the runbooks name, stands in one file, and holds no secret.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

from seatrial.bootstrap.log_rotation import log_file_of, reopen_files
from seatrial.bootstrap.logs_folder import (
    FOLDERS,
    TRADING_ROLE,
    access_file,
    combined_file,
    log_file,
    metrics_file,
    trades_file,
)
from seatrial.bootstrap.redaction import Event, Redaction, secrets_of
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode

SUPERVISED: Final = "SEATRIAL_SUPERVISED"  # set where a supervisor keeps what we write on stderr
ROOMS: Final = {"seatrial.access": "observability", "seatrial.trades": "trades", "seatrial.metrics": "metrics"}
NOISY: Final = ("httpx", "httpcore", "uvicorn", "asyncio", "numba")


class ShortLine:
    """A console line: time of day, level where it matters, the message, and its facts."""

    SKIPPED: Final = frozenset(
        {"timestamp", "level", "service", "message", "stage", "mode", "dry_run", "alpaca_paper", "profile", "logger"}
    )

    def __call__(self, logger: object, method: str, event: Event) -> str:
        """One line, at most one exception below it."""
        time = str(event.get("timestamp", ""))[11:19]
        level = str(event.get("level", "info"))
        mark = "" if level == "info" else f"{level.upper()} "
        trace = event.pop("exception", "")
        facts = " ".join(
            f"{key}={value}" for key, value in event.items() if key not in self.SKIPPED and value is not None
        )
        line = f"{time} {event.get('service', '')}: {mark}{event.get('message', '')} {facts}".rstrip()
        return f"{line}\n{trace}" if trace else line


class OfRoom(logging.Filter):
    """Lets the records of one folder pass, so that each record stands in one file."""

    def __init__(self, room: str) -> None:
        super().__init__()
        self._room = room

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this file is the record's own."""
        return ROOMS.get(record.name, "system") == self._room


def start_logs(settings: Settings, service: str, console: TextIO | None = None) -> None:
    """Send this process's records, ours and the libraries', to their files and to the console.

    SIGHUP opens the files anew. What nobody caught is a record too.
    """
    shared = _shared(settings, service)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    outputs = settings.values["logs.outputs"]
    if "file" in outputs:
        for handler in _files(settings, service, shared):
            root.addHandler(handler)
    if "stdout" in outputs:
        root.addHandler(_console(console, shared))
    root.setLevel(settings.logs.level)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    _tell_the_uncaught()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, lambda *_: reopen_files())


def silence_logs() -> None:
    """Only errors, and to standard error: for commands whose output is a result, such as a rehearsal."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger().setLevel(logging.ERROR)


def quiet_logs() -> None:
    """For runs that simulate: what thousands of virtual days would say is no news to anybody."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL), cache_logger_on_first_use=True
    )
    logging.getLogger().setLevel(logging.CRITICAL)


def _shared(settings: Settings, service: str) -> list[Any]:
    """What every record goes through, ours and the libraries'. Redaction is the last that touches it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        _fixed_fields(settings, service),
        Redaction(secrets_of(settings)),
    ]


def _files(settings: Settings, service: str, shared: list[Any]) -> list[logging.Handler]:
    for folder in FOLDERS:
        (settings.logs.folder / folder).mkdir(parents=True, exist_ok=True)
    paths = {"system": log_file(settings, service), "observability": access_file(settings, service)}
    if service == TRADING_ROLE:
        paths |= {"trades": trades_file(settings), "metrics": metrics_file(settings)}
    formatter = _formatter(structlog.processors.JSONRenderer(default=str), shared)
    handlers: list[logging.Handler] = []
    for room, path in paths.items():
        file = log_file_of(settings, path)
        file.addFilter(OfRoom(room))
        handlers.append(file)
    everything = combined_file(settings) if service == TRADING_ROLE else None
    if everything is not None:
        handlers.append(log_file_of(settings, everything))
    for handler in handlers:
        handler.setFormatter(formatter)
    return handlers


def _console(console: TextIO | None, shared: list[Any]) -> logging.Handler:
    """Short lines for people at a terminal, JSON on stdout for whoever collects it, warnings for a supervisor."""
    supervised = SUPERVISED in os.environ
    if console is None and not supervised and not sys.stderr.isatty():
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(_formatter(structlog.processors.JSONRenderer(default=str), shared))
        return handler
    handler = logging.StreamHandler(console or sys.stderr)
    handler.setFormatter(_formatter(ShortLine(), shared))
    if supervised and console is None:
        handler.setLevel(logging.WARNING)  # the files have everything, and nobody rotates what it keeps
    return handler


def _formatter(renderer: Any, shared: list[Any]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        foreign_pre_chain=shared,
    )


def _fixed_fields(settings: Settings, service: str) -> Any:
    fixed = {
        "service": service,
        "stage": str(settings.stage),
        "mode": str(settings.mode),
        "dry_run": settings.dry_run,
        "alpaca_paper": settings.mode is not Mode.LIVE,
        "profile": str(settings.stage),
    }

    def add(logger: object, method: str, event: Event) -> Event:
        named = {"request_id": None, "workflow_id": None, "symbol": None}
        return {**named, **fixed, **event}

    return add


def _tell_the_uncaught() -> None:
    """An error nobody caught goes through redaction like every other record."""
    log = structlog.get_logger("seatrial")

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("nobody caught this", exc_info=(kind, error, trace))

    sys.excepthook = uncaught
    threading.excepthook = lambda told: uncaught(told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)
