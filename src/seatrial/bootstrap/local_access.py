"""Whether the developer's own machine needs a token, and the line that says so."""

from __future__ import annotations

from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Stage


def access_is_local(settings: Settings) -> bool:
    """Whether this machine is admitted without a token."""
    return settings.stage is Stage.DEV and settings.values["access.local"] == "auto"


def access_line(settings: Settings) -> str:
    """One line for whoever starts the system: who may come in."""
    if access_is_local(settings):
        return "access: this machine without a token (stage dev), everybody else with one: `seatrial token create`"
    return "access: with a token only, `seatrial token create NAME --scope viewer` makes one"
