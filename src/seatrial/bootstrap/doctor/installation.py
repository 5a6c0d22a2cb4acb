"""What this installation stands on: ports, database, limits, strategies, the dashboard's page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seatrial.bootstrap import run_files
from seatrial.bootstrap.alerts_file import alerts_path, read_alerts
from seatrial.bootstrap.doctor.findings import Finding, Level, fine, lacking
from seatrial.bootstrap.doors import doors
from seatrial.bootstrap.journals import events_path
from seatrial.bootstrap.page_place import page_folder
from seatrial.bootstrap.ports import holder_of, require_free
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.sources import DEFAULT
from seatrial.bootstrap.stages import Stage
from seatrial.domain.faults import ConfigurationFault, PortTaken, SeatrialFault

GROUP = "installation"
CONNECT_SECONDS_MAX = 3


def installation_findings(settings: Settings) -> Iterator[Finding]:
    """Each part, in the order in which a start needs them."""
    yield from port_findings(settings)
    yield database_finding(settings)
    yield _limits(settings)
    yield from _strategies(settings)
    yield _page(settings)
    yield from _alerts(settings)


def port_findings(settings: Settings) -> Iterator[Finding]:
    """Every port: free, ours, or who holds it."""
    ours = {run.pid: run.role for run in run_files.running(settings.state)}
    for door in doors(settings):
        name = f"{door.setting} {door.port}"
        try:
            require_free(settings.host, [(door.setting, door.port)])
        except PortTaken as fault:
            holder = holder_of(door.port)
            if holder is not None and holder.pid in ours:
                yield fine(GROUP, name, f"{ours[holder.pid]} of this installation listens")
            else:
                yield Finding(GROUP, name, Level.FAILURE, str(fault))
        else:
            yield fine(GROUP, name, "free")


def database_finding(settings: Settings) -> Finding:
    """The journal's database answers, or its file can be made."""
    if not settings.journal_url:
        path = events_path(settings)
        there = "exists" if path.exists() else "will be made"
        return fine(GROUP, "database", f"SQLite, {path} {there}")
    import psycopg

    try:
        with psycopg.connect(settings.journal_url.reveal(), connect_timeout=CONNECT_SECONDS_MAX) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as fault:
        said = " ".join(str(fault).replace(settings.journal_url.reveal(), "the database").split())
        return Finding(
            GROUP,
            "database",
            Level.FAILURE,
            f"journal.url ({settings.sources['journal.url']}) does not answer: {said}",
            "start it, or correct the address",
        )
    return fine(GROUP, "database", f"PostgreSQL {version} answers")


def _limits(settings: Settings) -> Finding:
    files = sorted({source for name, source in settings.sources.items() if name.startswith("limits.")} - {DEFAULT})
    if not files:
        return lacking(
            GROUP,
            "limits",
            "no file of limits: the built-in staging values hold",
            "write config/risk_limits.toml",
            strict=settings.stage is not Stage.DEV,
        )
    return fine(GROUP, "limits", f"valid, from {' and '.join(files)}")


def _strategies(settings: Settings) -> Iterator[Finding]:
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from seatrial.bootstrap.symbols import traded_symbols

    traded = 0
    for venue in settings.values["trading.venues"]:
        try:
            symbols = traded_symbols(settings, venue)
        except SeatrialFault as fault:
            yield Finding(GROUP, f"strategies.{venue}", Level.FAILURE, str(fault), "seatrial strategy check FILE")
            continue
        traded += len(symbols)
        yield fine(GROUP, f"strategies.{venue}", f"trades {', '.join(symbols)}" if symbols else "none")
    if not traded:
        yield Finding(
            GROUP, "strategies", Level.WARNING, "nothing is traded", "seatrial strategy new NAME writes a first one"
        )


def _page(settings: Settings) -> Finding:
    index = page_folder() / "index.html"
    if index.exists():
        return fine(GROUP, "dashboard page", "built")
    return lacking(GROUP, "dashboard page", "not built", "make page", strict=settings.stage is not Stage.DEV)


def _alerts(settings: Settings) -> Iterator[Finding]:
    """The stage's alert rules, where there are any. Nothing sends them yet; a bad file is found out now."""
    path = alerts_path(Path(str(settings.values["config"])), str(settings.stage))
    if not path.exists():
        return
    try:
        rules = read_alerts(path)
    except ConfigurationFault as fault:
        yield Finding(GROUP, "alerts", Level.FAILURE, str(fault))
        return
    channels = ", ".join(rules.channels)
    yield fine(GROUP, "alerts", f"{path}: {len(rules.alerts)} rules over {channels}; nothing sends them yet")
