"""Every door of every role, of a system that is built like any other and never started.

It lives in a folder that is thrown away. So what is described without a running system cannot differ from what a
running one serves.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from starlette.routing import BaseRoute

from seatrial import __version__
from seatrial.bootstrap.access import Access, open_access
from seatrial.bootstrap.accounts import VENUES
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.dashboard import dashboard_served
from seatrial.bootstrap.platform_role import Company, build_platform
from seatrial.bootstrap.releases.running import RunningRelease
from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.domain.ids import JournalEpoch
from seatrial.journal.port import Opening
from seatrial.journal.sqlite import SqliteJournal
from seatrial.market.instruments import instrument_of
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.watch import watch_doors
from seatrial.services.health import Identity
from seatrial.services.platform import Platform
from seatrial.services.watch import build_watch

SYMBOLS = {"alpaca": "AAPL", "binance": "BTCUSDT"}

Routes = dict[str, list[BaseRoute]]  # by role


def routes_of_every_role() -> Routes:
    """The doors of the platform's roles, of the dashboard and of watch."""
    with TemporaryDirectory(prefix="seatrial-doors-") as folder:
        return asyncio.run(_build(Path(folder)))


async def _build(folder: Path) -> Routes:
    nowhere = {"state": str(folder), "evidence": str(folder / "evidence")}
    none = {"strategies.alpaca": "", "strategies.binance": ""}  # the doors are the same, whatever trades
    settings = load_settings(nowhere | none, {}, folder)
    access = open_access(settings, WallClock(), "unstarted")
    platform = _platform(settings, folder, access)
    dashboard = dashboard_served(settings, platform, access).application
    watch = await _watch_doors()
    applications = {**platform.doors, "dashboard": dashboard, "watch": watch}
    await platform.close()
    return {role: list(each.routes) for role, each in applications.items() if isinstance(each, Envelope)}


def _platform(settings: Settings, folder: Path, access: Access) -> Platform:
    opening = Opening("unstarted", JournalEpoch("unstarted"), "", "")
    journal = SqliteJournal.open(folder / "journal.db", opening, inline=True, sync=False)
    listed = {venue: [instrument_of(SYMBOLS[venue])] for venue in VENUES}
    company = Company(access, RunningRelease(settings))
    return build_platform(settings, WallClock(), listed, journal, company=company)


async def _watch_doors() -> Envelope:
    async with httpx.AsyncClient(base_url="http://nowhere") as nowhere:
        watch = build_watch(
            identity=Identity("watch", __version__, "dev", "sim"),
            clock=WallClock(),
            execution=nowhere,
            market_data=None,
            venues=[],
            instruments={},
        )
        return watch_doors(watch, new_request_id=str)
