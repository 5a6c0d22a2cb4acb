"""A role pays for its own rooms only."""

from __future__ import annotations

import subprocess
import sys

WATCH_ALONE = """
import sys
from seatrial.bootstrap import logs, roles
before = "seatrial.core.compiled" in sys.modules
roles._serve_of("watch")
print(before, "numba" in sys.modules, "seatrial.core.compiled" in sys.modules)
"""


def test_watch_never_loads_the_compiler_and_logs_come_before_it() -> None:
    ran = subprocess.run([sys.executable, "-c", WATCH_ALONE], capture_output=True, text=True)

    assert (ran.returncode, ran.stdout) == (0, "False False False\n"), ran.stderr
