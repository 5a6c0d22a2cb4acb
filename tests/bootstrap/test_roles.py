"""A role pays for its own rooms only."""

from __future__ import annotations

import subprocess
import sys

WATCH_ALONE = """
import asyncio, sys
from seatrial.bootstrap import roles


async def begun(settings, say):
    print("numba" in sys.modules, "seatrial.core.compiled" in sys.modules)


served = roles._serve_of(roles.WATCH)
roles._serve_of = lambda role: begun
from seatrial.bootstrap.settings import load_settings
roles.serve_role(roles.WATCH, load_settings({"logs.folder": sys.argv[1]}), print)
"""


def test_watch_never_loads_the_compiler(tmp_path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WATCH_ALONE, str(tmp_path)], capture_output=True, text=True, cwd=tmp_path
    )

    assert ran.returncode == 0, ran.stderr
    assert "False False" in ran.stdout.splitlines(), ran.stdout
