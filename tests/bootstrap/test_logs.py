"""Records carry the runbooks' fields, and no secret."""

from __future__ import annotations

import io
import json
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from seatrial.bootstrap.log_counts import count_errors
from seatrial.bootstrap.log_reader import Wanted, last_records, short_line, stored_records
from seatrial.bootstrap.log_rotation import DAYS_KEPT, log_file_of
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
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


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

    written = (tmp_path / "logs" / "system" / "platform.log").read_text() + console.getvalue()
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

    files = sorted(path.name for path in (tmp_path / "logs" / "system").iterdir())
    assert files == ["venues.log", "venues.log.1", "venues.log.2"]


def test_a_record_reads_back_as_one_line():
    record = json.loads(
        '{"timestamp": "2026-01-01T10:11:12Z", "service": "watch", "level": "warning", "message": "late"}'
    )
    assert short_line(record) == "10:11:12 watch     WARNING late"


SECRETS = {
    "ALPACA_PAPER_API_KEY": "PKPLANTED0KEY0KEY0KE",
    "ALPACA_PAPER_API_SECRET": "planted/secret+of=alpaca0",
    "BINANCE_API_KEY": "planted-binance-key-000001",
    "BINANCE_API_SECRET": "planted-binance-secret-0001",
    "COINGECKO_API_KEY": "CG-planted-coingecko-key",
    "DATABASE_URL": "postgresql://trader:planted%40password@db.internal:5432/ledger",
}
TOKEN = "st_0123abcd_" + 32 * "5a"
SHAPES = (
    f"Authorization: Bearer {TOKEN}",
    "{'APCA-API-SECRET-KEY': 'unseen-secret-of-a-venue'}",
    "GET /api/v3/order?symbol=BTCUSDT&timestamp=1&signature=0f0f0f0f0f0f0f0f0f",
    "connect to postgresql://other:unseen-password@host/db failed",
    "basic dXNlcjp1bnNlZW4tc2VjcmV0",
)
PLANTED = (
    *(value for name, value in SECRETS.items() if name != "DATABASE_URL"),
    "planted%40password",
    "planted@password",
    TOKEN,
    TOKEN.rpartition("_")[2],
    "unseen-secret-of-a-venue",
    "0f0f0f0f0f0f0f0f0f",
    "unseen-password",
    "dXNlcjp1bnNlZW4tc2VjcmV0",
)


class Careless:
    """A value whose text gives it away, as exceptions and clients of libraries do."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Careless({self.text})"


def test_every_planted_secret_is_cut_out_of_every_file_and_of_the_console(tmp_path):
    said = {"logs.folder": str(tmp_path / "logs"), "logs.file": str(tmp_path / "logs" / "trading.log")}
    settings = load_settings(said, SECRETS, tmp_path)
    console = io.StringIO()
    start_logs(settings, "platform", console)

    for name in ("seatrial", "seatrial.access", "seatrial.trades", "seatrial.metrics", "a.library"):
        log = structlog.get_logger(name)
        for text in (*SECRETS.values(), *SHAPES):
            log.info(f"said {text}", where=text, nested={"deep": [{"deeper": (text, text.encode(), Careless(text))}]})
            log.info("named", headers={"Authorization": text, "Cookie": text}, **{"api_secret": text})
            log.info("a key", inside={text: 1})
            logging.getLogger(name).warning("formatted %s and %r", text, {"x": text})
            try:
                raise RuntimeError(text) from ValueError(text)  # noqa: TRY301 - what is said by an exception
            except RuntimeError:
                log.exception("failed")

    written = console.getvalue() + "".join(path.read_text() for path in (tmp_path / "logs").rglob("*.log"))
    assert written.count("RuntimeError") > 10
    assert [text for text in PLANTED if text in written] == []


def test_each_record_stands_in_the_file_of_its_folder(tmp_path):
    settings = settings_in(tmp_path, **{"logs.file": str(tmp_path / "logs" / "trading.log")})
    start_logs(settings, "platform", io.StringIO())

    for name in ("seatrial", "seatrial.access", "seatrial.trades", "seatrial.metrics"):
        structlog.get_logger(name).info(f"by {name}")

    places = {
        "system/platform.log": "by seatrial",
        "observability/api.log": "by seatrial.access",
        "trades/trades.log": "by seatrial.trades",
        "metrics/metrics.log": "by seatrial.metrics",
    }
    for place, message in places.items():
        (line,) = (tmp_path / "logs" / place).read_text().splitlines()
        assert json.loads(line)["message"] == message
    assert len((tmp_path / "logs" / "trading.log").read_text().splitlines()) == 4
    assert len(last_records(settings, ("platform",), 100)) == 4


def test_outputs_choose_between_console_and_files(tmp_path):
    console = io.StringIO()
    start_logs(settings_in(tmp_path, **{"logs.outputs": "stdout"}), "watch", console)
    structlog.get_logger().info("seen")

    assert "seen" in console.getvalue()
    assert not (tmp_path / "logs").exists()


def test_a_hang_up_opens_the_files_anew(tmp_path):
    settings = settings_in(tmp_path)
    start_logs(settings, "watch", io.StringIO())
    path = tmp_path / "logs" / "system" / "watch.log"
    structlog.get_logger().info("before")
    path.rename(path.with_name("watch.log.1"))
    structlog.get_logger().info("still the moved file")

    signal.raise_signal(signal.SIGHUP)
    structlog.get_logger().info("after")

    assert [json.loads(line)["message"] for line in path.read_text().splitlines()] == ["after"]
    assert "still" in path.with_name("watch.log.1").read_text()
    assert [record["message"] for record in last_records(settings, ("watch",), 9, Wanted(level="info"))] == [
        "before",
        "still the moved file",
        "after",
    ]


def test_days_are_compressed_and_the_oldest_forgotten(tmp_path):
    settings = settings_in(tmp_path, **{"logs.rotation": "daily"})
    path = tmp_path / "day.log"
    file = log_file_of(settings, path)
    for day in range(1, DAYS_KEPT + 4):
        file.emit(logging.LogRecord("x", logging.INFO, "", 0, f'{{"message": "day {day}"}}', (), None))
        file.rolloverAt = 0
        file.baseFilename = str(path)
        path.touch()
        kept = path.with_name(f"day.log.2026-01-{day:02d}")
        file.stream.close()
        file.rotate(str(path), f"{kept}.gz")
        file.stream = file._open()
        for old in file.getFilesToDelete():
            Path(old).unlink()
    file.close()

    days = sorted(each.name for each in tmp_path.glob("day.log.*.gz"))
    assert (len(days), days[0]) == (DAYS_KEPT, "day.log.2026-01-04.gz")
    assert next(stored_records(path))["message"] == "day 4"


def test_records_are_found_by_level_age_and_id_also_where_they_were_rotated(tmp_path):
    settings = settings_in(tmp_path)
    start_logs(settings, "platform", io.StringIO())
    log = structlog.get_logger()
    with structlog.contextvars.bound_contextvars(workflow_id="run-1", request_id="req-9"):
        log.info("decided")
        structlog.get_logger("seatrial.trades").info("order sent", client_order_id="O1")
    log.error("broke", workflow_id="run-2")
    log.critical("died")

    def found(**wanted: str) -> list[str]:
        return [record["message"] for record in last_records(settings, (), 50, Wanted(**wanted))]

    assert found(id="run-1") == ["decided", "order sent"]
    assert found(id="req-9") == ["decided", "order sent"]
    assert found(id="O1") == ["order sent"]
    assert found(level="error") == ["broke", "died"]
    assert found(since="2999-01-01T00:00:00Z") == []
    assert len(found(since="2020-01-01T00:00:00Z")) == 4

    counted = count_errors(settings, "2020-01-01T00:00:00Z")
    assert (counted.errors, counted.criticals, counted.covered) == (1, 1, False)
    assert count_errors(settings, "2999-01-01T00:00:00Z").covered
