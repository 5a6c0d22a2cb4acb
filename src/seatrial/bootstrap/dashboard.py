"""The dashboard of this installation: where its page lies, and every role's doors under one origin."""

from __future__ import annotations

from functools import partial

from seatrial import __version__
from seatrial.bootstrap.access import Access
from seatrial.bootstrap.page_place import page_folder
from seatrial.bootstrap.randomness import fresh_name
from seatrial.bootstrap.servers import Served
from seatrial.bootstrap.settings import Settings
from seatrial.services.api.dashboard import dashboard_doors
from seatrial.services.api.session_doors import session_routes
from seatrial.services.health import Health, Identity, Part
from seatrial.services.page import PageFiles
from seatrial.services.platform import Platform


def dashboard_served(settings: Settings, platform: Platform, access: Access) -> Served:
    """The application of port 3000."""
    page = PageFiles(page_folder())
    identity = Identity("dashboard", __version__, str(settings.stage), str(settings.mode))
    application = dashboard_doors(
        page,
        platform.doors,
        session_routes(access.gate),
        Health(identity, platform.parts.clock, [Part("page", page.check, vital=False)]),
        new_request_id=partial(fresh_name, "req"),
        gate=access.gate,
    )
    return Served(application, settings.ports.dashboard, "ports.dashboard")
