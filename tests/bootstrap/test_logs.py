"""Records carry the runbooks' fields, and no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from seatrial.bootstrap.log_reader import last_records, short_line
from seatrial.bootstrap.logs import start_logs
from seatrial.bootstrap.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def settings_in(tmp_path, **chosen: str) -> Settings:
    said = {"logs.folder": str(tmp_path / "logs"), "emulators.secret": "s3cr3t-s3cr3t"}
    return load_settings(said | chosen, {}, tmp_path)


def test_a_record_carries_the_fields_the_runbooks_name(tmp_path):
    settings = settings_in(tmp_path)
    start_logs(settings, "platform", io.StringIO())

    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger().info("order sent", symbol="AAPL")
    logging.getLogger("a.library").warning("websocket lost")

    ours, theirs = last_records(settings, ("platform",), 10)
    assert (ours["message"], ours["symbol"], ours["request_id"], ours["level"]) == ("order sent", "AAPL", "r-1", "info")
    assert theirs["message"] == "websocket lost"
    for field in (
        "timestamp",
        "level",
        "service",
        "workflow_id",
        "profile",
        "stage",
        "mode",
        "dry_run",
        "alpaca_paper",
    ):
        assert field in ours, field


def test_no_secret_reaches_a_log_however_it_hides(tmp_path):
    settings = settings_in(tmp_path)
    console = io.StringIO()
    start_logs(settings, "platform", console)
    log = structlog.get_logger()

    log.info("signed with s3cr3t-s3cr3t", api_secret="another", nested={"url": "x?sig=s3cr3t-s3cr3t"})
    log.info("whole", secret=settings.emulator_secret)
    try:
        int("s3cr3t-s3cr3t")
    except ValueError:
        log.exception("failed")

    written = (tmp_path / "logs" / "platform" / "platform.log").read_text() + console.getvalue()
    assert "s3cr3t-s3cr3t" not in written
    assert "another" not in written
    assert "ValueError" in written


def test_the_console_line_is_short_and_the_file_is_rotated(tmp_path):
    settings = settings_in(tmp_path, **{"logs.max_size_mb": "1", "logs.max_backups": "2"})
    console = io.StringIO()
    start_logs(settings, "venues", console)

    structlog.get_logger().info("bar", symbol="AAPL")
    assert console.getvalue().split(" ", 1)[1] == "venues: bar symbol=AAPL\n"
    for _ in range(30):
        logging.getLogger("bulk").info("x" * 100_000)

    files = sorted(path.name for path in (tmp_path / "logs" / "venues").iterdir())
    assert files == ["venues.log", "venues.log.1", "venues.log.2"]


def test_a_record_reads_back_as_one_line():
    record = json.loads(
        '{"timestamp": "2026-01-01T10:11:12Z", "service": "watch", "level": "warning", "message": "late"}'
    )
    assert short_line(record) == "10:11:12 watch     WARNING late"
