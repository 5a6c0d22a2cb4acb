"""The whole smoke check: every look at the system in turn, none skipped because an earlier one failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from seatrial.deploy.smoke import checks, order
from seatrial.deploy.smoke.system import SmokeFailed, System

SUCCESS = "API smoke check completed successfully."

Check = Callable[[System], Awaitable[str]]

LOOKS: tuple[tuple[str, Check], ...] = (
    ("health", checks.health),
    ("ready", checks.ready),
    ("startup", checks.startup),
    ("mode flags", checks.mode_flags),
    ("orchestrator", checks.orchestrator),
    ("scheduler", checks.scheduler),
    ("fresh ticks", checks.ticks),
    ("streams", checks.streams),
    ("exposure", checks.exposure),
    ("rate limits", checks.rate_limits),
    ("prometheus", checks.prometheus),
)
TRADES: tuple[tuple[str, Check], ...] = (
    ("test order", order.order_and_cancel),
    ("database writes", order.database_writes),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check saw. `duration_ms` is the loop's time."""

    name: str
    passed: bool
    message: str
    duration_ms: int


async def smoke(system: System, *, with_order: bool) -> AsyncIterator[Outcome]:
    """Every check, told as soon as it is done. Without an order where real money is behind the doors."""
    loop = asyncio.get_running_loop()
    for name, check in (*LOOKS, *(TRADES if with_order else ())):
        started = loop.time()
        try:
            passed, message = True, await check(system)
        except SmokeFailed as failure:
            passed, message = False, str(failure)
        except (KeyError, TypeError, AttributeError) as surprise:
            passed, message = False, f"the answer is not shaped as agreed: {type(surprise).__name__} {surprise}"
        yield Outcome(name, passed, message, round((loop.time() - started) * 1_000))
