"""One role in this process: logs, compiled core, event loop, and an exit code for whatever ends it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from seatrial.bootstrap.commit import commit_sha
from seatrial.bootstrap.numba_cache import prepare_compiled_core
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import ConfigurationFault, DataFault, SeatrialFault

Serve = Callable[[Settings, Callable[[str], None]], Coroutine[Any, Any, None]]


def serve_role(role: str, settings: Settings, say: Callable[[str], None]) -> int:
    """Run one role until SIGTERM; the outermost frame of its process.

    Raises:
        ConfigurationFault: the start is refused.
        DataFault: its data is.
    """
    import structlog
    import uvloop

    from seatrial.bootstrap.logs import start_logs

    start_logs(settings, role)
    log = structlog.get_logger("seatrial")
    log.info("starting", role=role, pid=_pid(), data=str(settings.data or "synthetic"), speed=str(settings.speed))
    log.info(f"Commit SHA: {commit_sha()}")
    log.info(f"DRY_RUN={settings.dry_run} ALPACA_PAPER={settings.dry_run}")
    try:
        uvloop.run(_serve_of(role)(settings, say))
    except (ConfigurationFault, DataFault):
        raise
    except SeatrialFault as fault:
        log.critical("the role ends", why=str(fault), exc_info=fault)
        return 1
    except Exception:
        log.critical("the role ends by a bug", exc_info=True)
        return 1
    log.info("stopped in order")
    return 0


def _serve_of(role: str) -> Serve:
    """Imported only here: each role pays for its own rooms, and watch for no compiler, of which it runs nothing."""
    if role == "watch":
        from seatrial.bootstrap.watch_role import serve_watch

        return serve_watch
    prepare_compiled_core()
    if role == "venues":
        from seatrial.bootstrap.venues_role import serve_venues

        return serve_venues
    from seatrial.bootstrap.platform_role import serve_platform

    return serve_platform


def _pid() -> int:
    import os

    return os.getpid()
