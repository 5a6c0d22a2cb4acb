"""The smoke check of the installation these settings describe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from seatrial.bootstrap.doors import doors
from seatrial.bootstrap.evidence import Recorded, record_measurement
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode
from seatrial.deploy.smoke.suite import Outcome, smoke
from seatrial.deploy.smoke.system import Expected, System

OnOutcome = Callable[[Outcome], None]


def run_smoke(
    settings: Settings, on_outcome: OnOutcome, *, token: str | None = None, with_order: bool = True
) -> Sequence[Outcome]:
    """Look at everything once; `on_outcome` hears each check as it ends. No order where it could be real money."""
    return asyncio.run(_run(settings, on_outcome, token, with_order and settings.mode is not Mode.LIVE))


def record_smoke(
    settings: Settings, outcomes: Sequence[Outcome], *, token: str | None = None, with_order: bool = True
) -> Recorded:
    """One pass as evidence of the release that runs. Without a test order it proves nothing where one is possible.

    Raises:
        EvidenceFault: the chain cannot be written.
    """
    if not with_order and settings.mode is not Mode.LIVE:
        return Recorded(None, "a pass without a test order is no evidence in this mode")
    body = {
        "checks": [outcome.name for outcome in outcomes],
        "failed": [outcome.name for outcome in outcomes if not outcome.passed],
    }
    return record_measurement(settings, "smoke", body, token)


def role_urls(settings: Settings) -> dict[str, str]:
    """Every role of ours by name; the venues behind them are looked at by the roles."""
    named = {door.name.replace(" ", "-"): door.url(settings.host) for door in doors(settings) if door.role != "venues"}
    return {name: url for name, url in named.items() if name not in {"execution-(alias)", "dashboard"}}


async def _run(settings: Settings, on_outcome: OnOutcome, token: str | None, with_order: bool) -> list[Outcome]:
    expected = Expected(str(settings.stage), str(settings.mode))
    outcomes = []
    async with System(role_urls(settings), expected, token=token) as system:
        async for outcome in smoke(system, with_order=with_order):
            on_outcome(outcome)
            outcomes.append(outcome)
    return outcomes
