"""`seatrial emulate --json` as a process of its own: all that a suite may know of it is its one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEED = 60  # a fill, at most forty market seconds away, comes within one


@contextmanager
def emulated(*options: str, speed: int = SPEED) -> Iterator[dict[str, dict[str, str]]]:
    """Serve both venues until the block ends; yields the JSON line."""
    with (
        tempfile.TemporaryDirectory() as folder,
        (Path(folder) / "said").open("w+") as said,
        subprocess.Popen(
            command(*options, "--speed", str(speed)),
            cwd=folder,
            env={name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")},
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            process.wait(10)
            said.seek(0)
            raise AssertionError(f"`seatrial emulate` ended before it was ready: {said.read()[-2000:]}")
        try:
            yield json.loads(line)
        finally:
            process.terminate()
            code = process.wait(30)
            said.seek(0)
            assert code == 0, said.read()[-2000:]


def command(*options: str) -> Sequence[str]:
    """The venues on ports that the machine chooses."""
    python = [sys.executable, "-m", "seatrial", "emulate", "--json", "--alpaca-port", "0", "--binance-port", "0"]
    return [*python, *options]
