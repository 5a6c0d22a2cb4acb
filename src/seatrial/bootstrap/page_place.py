"""Where the dashboard's page lies. Apart from `dashboard`, so that light commands need no server."""

from __future__ import annotations

from pathlib import Path

import seatrial


def page_folder() -> Path:
    """Where `make page` builds to, and where a wheel carries it."""
    return Path(seatrial.__file__).parent / "page"
