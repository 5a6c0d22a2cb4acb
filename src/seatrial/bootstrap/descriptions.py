"""The description of every door, for `seatrial openapi`: for programs, for Postman, for the dashboard's types."""

from __future__ import annotations

from typing import Any

from seatrial import __version__
from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.numba_cache import prepare_compiled_core

MOUNTED = "/doors/"  # where the dashboard has the roles, so that a page asks only where it came from


def described(role: str | None, *, postman: bool = False) -> dict[str, Any]:
    """The document of one role, or of all roles as the dashboard's port has them. Needs no running system.

    `watch` runs in a process of its own, where the dashboard does not reach: it has a document only by itself.
    """
    prepare_compiled_core()
    from seatrial.bootstrap.unstarted import routes_of_every_role
    from seatrial.services.api.description_doors import title
    from seatrial.services.api.openapi import RoleDoors, document, told_of
    from seatrial.services.api.postman import collection

    told = {each: told_of(routes) for each, routes in routes_of_every_role().items()}
    if postman:
        roles = list(told) if role is None else [role]
        documents = {
            each: document([RoleDoors(each, told[each])], title=title(each), version=__version__) for each in roles
        }
        return collection(documents, {each: _address(each) for each in roles}, version=__version__)
    if role is not None:
        return document([RoleDoors(role, told[role])], title=title(role), version=__version__)
    parts = [
        RoleDoors(each, doors, "" if each == "dashboard" else MOUNTED + each)
        for each, doors in told.items()
        if each != "watch"
    ]
    return document(parts, title="Seatrial", version=__version__)


def _address(role: str) -> str:
    """Where a role listens unless the settings say otherwise; in Postman a variable."""
    return f"http://127.0.0.1:{BY_NAME['ports.' + role.replace('-', '_')].default}"
