"""What a served door prints when it is ready: its port and what to ask it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence

SYMBOLS = tuple(f"S{number:02d}" for number in range(64))
BARS = 390


def ready(
    port: int, path: str, bodies: Sequence[Mapping[str, object]], headers: Mapping[str, str] | None = None
) -> None:
    """One JSON line on standard output."""
    plan = {
        "port": port,
        "path": path,
        "headers": {"content-type": "application/json", **(headers or {})},
        "bodies": [json.dumps(body) for body in bodies],
    }
    print(json.dumps(plan), flush=True)


def ready_signed(port: int, path: str, bodies: Sequence[str], headers: Mapping[str, str]) -> None:
    """The same of a door that takes signed forms."""
    plan = {
        "port": port,
        "path": path,
        "headers": {"content-type": "application/x-www-form-urlencoded", **headers},
        "bodies": list(bodies),
    }
    print(json.dumps(plan), flush=True)


async def until_told() -> None:
    """Serve until standard input ends."""
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
