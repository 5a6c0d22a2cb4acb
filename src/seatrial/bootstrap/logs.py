"""Logs: JSON lines in rotating files for machines, one short line on the console for people.

Every record carries the fields the runbooks name. Secrets are cut out of every record, wherever they
hide, before it is written anywhere.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog

from seatrial.bootstrap.logs_folder import log_file
from seatrial.bootstrap.secrets import HIDDEN, Secret
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode

MEGABYTE: Final = 1024 * 1024
SECRET_WORDS: Final = ("secret", "password", "token", "authorization", "signature", "apikey", "api_key", "key_id")
REDACTED_LENGTH_MIN: Final = 6  # a shorter secret would cut holes into ordinary words

Event = MutableMapping[str, Any]


class Redaction:
    """A structlog processor that hides known secrets and whatever is named like one."""

    def __init__(self, secrets: tuple[Secret, ...] = ()) -> None:
        texts = {secret.reveal() for secret in secrets}
        self._texts = tuple(sorted((text for text in texts if len(text) >= REDACTED_LENGTH_MIN), key=len, reverse=True))

    def __call__(self, logger: object, method: str, event: Event) -> Event:
        """The event without its secrets."""
        return {key: self._value(key, value) for key, value in event.items()}

    def _value(self, key: str, value: object) -> object:
        if isinstance(value, Secret) or any(word in key.lower() for word in SECRET_WORDS):
            return HIDDEN
        if isinstance(value, str):
            for text in self._texts:
                value = value.replace(text, HIDDEN)
            return value
        if isinstance(value, Mapping):
            return {inner: self._value(str(inner), each) for inner, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._value("", each) for each in value]
        return value


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


def start_logs(settings: Settings, service: str, console: TextIO | None = None) -> None:
    """Send this process's records, ours and the libraries', to its file and to the console.

    The file is `<logs>/<service>/<service>.log`, rotated by size; rotated ones are numbered.
    """
    redaction = Redaction((settings.emulator_key, settings.emulator_secret, settings.journal_url))
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        _fixed_fields(settings, service),
        redaction,
    ]
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
    root.addHandler(_to_file(settings, service, shared))
    root.addHandler(_to_console(console or sys.stderr, shared))
    root.setLevel(settings.logs.level)
    for noisy in ("httpx", "httpcore", "uvicorn", "asyncio", "numba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


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


def _to_file(settings: Settings, service: str, shared: list[Any]) -> logging.Handler:
    path = log_file(settings, service)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        path,
        maxBytes=settings.logs.max_size_mb * MEGABYTE,
        backupCount=settings.logs.max_backups,
        encoding="utf-8",
    )
    handler.setFormatter(_formatter(structlog.processors.JSONRenderer(default=str), shared))
    return handler


def _to_console(stream: TextIO, shared: list[Any]) -> logging.Handler:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(ShortLine(), shared))
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
