"""Every door of every role, without a running system: the doors are built around nobody and only asked to tell."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.routing import BaseRoute

from seatrial.services.api.dashboard import dashboard_doors
from seatrial.services.api.doors import Told
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.execution import execution_doors
from seatrial.services.api.market_data import market_data_doors
from seatrial.services.api.observability import observability_doors
from seatrial.services.api.openapi import told_of
from seatrial.services.api.orchestrator import orchestrator_doors
from seatrial.services.api.session_doors import session_routes
from seatrial.services.api.signals import signals_doors
from seatrial.services.api.watch import watch_doors

MOUNTED = "/doors/"  # where the dashboard has the roles, so that a page asks only where it came from


class Nobody:
    """Stands where a role would: doors may hold it and take methods of it, and no request ever reaches one."""

    def __getattr__(self, name: str) -> Nobody:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nobody()

    def __call__(self, *_: object, **__: object) -> Nobody:
        return Nobody()

    def __iter__(self) -> Iterator[Nobody]:
        return iter(())

    def __len__(self) -> int:
        return 0


_NOBODY: Any = Nobody()


def _dashboard() -> Envelope:
    """The page's own doors; those of the roles are described by the roles."""
    return dashboard_doors(_NOBODY, {}, session_routes(_NOBODY), _NOBODY, new_request_id=_NOBODY)


BUILDERS: Mapping[str, Callable[..., Any]] = {
    "execution": execution_doors,
    "market-data": market_data_doors,
    "signals": signals_doors,
    "orchestrator": orchestrator_doors,
    "observability": observability_doors,
    "watch": watch_doors,
    "dashboard": _dashboard,
}


def routes_of(role: str) -> list[BaseRoute]:
    """The doors of one role, as a running one has them, around nobody."""
    builder = BUILDERS[role]
    given = {
        name: Nobody()
        for name, parameter in inspect.signature(builder).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    built = builder(**given)
    return list(getattr(built, "routes", built))


def doors_told(role: str) -> list[Told]:
    """What the doors of one role tell."""
    return told_of(routes_of(role))
