"""The description of every door, for `seatrial openapi`: for programs, for Postman, for the dashboard's types."""

from __future__ import annotations

from typing import Any

from seatrial import __version__
from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.numba_cache import prepare_compiled_core


def described(role: str | None, *, postman: bool = False) -> dict[str, Any]:
    """The document of one role, or of all roles as the dashboard's port has them. Needs no running system.

    `watch` runs in a process of its own, where the dashboard does not reach: it has a document only by itself.
    """
    prepare_compiled_core()
    from seatrial.services.api.catalogue import BUILDERS, MOUNTED, doors_told
    from seatrial.services.api.description_doors import title
    from seatrial.services.api.openapi import RoleDoors, document
    from seatrial.services.api.postman import collection

    if postman:
        roles = list(BUILDERS) if role is None else [role]
        documents = {
            each: document([RoleDoors(each, doors_told(each))], title=title(each), version=__version__)
            for each in roles
        }
        return collection(documents, {each: _base(each) for each in roles}, version=__version__)
    if role is not None:
        return document([RoleDoors(role, doors_told(role))], title=title(role), version=__version__)
    parts = [
        RoleDoors(each, doors_told(each), "" if each == "dashboard" else MOUNTED + each)
        for each in BUILDERS
        if each != "watch"
    ]
    return document(parts, title="Seatrial", version=__version__)


def _base(role: str) -> str:
    """Where a role listens unless the settings say otherwise; in Postman a variable."""
    return f"http://127.0.0.1:{BY_NAME['ports.' + role.replace('-', '_')].default}"
