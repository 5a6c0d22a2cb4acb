"""`seatrial` as a person runs it: a process of its own, read by its exit code and its JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.prove.proof import ROOT


def run(*arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, what `--json` printed, and what went to stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "seatrial", *arguments, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")},
    )
    lines = done.stdout.strip().splitlines()
    return done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr
