"""Runs the project's own tests and measures what came of it. The output is kept beside the chain, by its digest."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from seatrial.bootstrap.evidence import chain_of
from seatrial.bootstrap.releases.digests import sha256_hex
from seatrial.bootstrap.releases.tree import is_this_tree
from seatrial.bootstrap.settings import Settings
from seatrial.release.manifest import Manifest
from seatrial.release.verdict import JsonObject

OUTPUT_BYTES_MAX = 8 << 20  # of the end, where the counts are
_COUNT = re.compile(r"(\d+) (passed|failed|errors?)\b")

OnLine = Callable[[str], None]


def run_tests(settings: Settings, manifest: Manifest, on_line: OnLine, root: Path | None = None) -> JsonObject:
    """Run the test command in the project's folder; the body of a measurement of `build_tests`."""
    root = root or Path()
    command = settings.release.test_command
    same_before = is_this_tree(settings, manifest, root)
    started_s = time.monotonic()
    exit_code, output, told = _run(command, root, on_line) if same_before else (None, b"", "the tree is another one")
    digest = sha256_hex(output)
    if output:
        chain_of(settings).keep_blob(output)
    passed, failed = counts(output.decode(errors="replace"))
    return {
        "gate": "build_tests",
        "command": command,
        "exit_code": exit_code,
        "passed": passed,
        "failed": failed,
        "output_sha256": digest,
        "output_bytes": len(output),
        "same_before": same_before,
        "same_after": same_before and is_this_tree(settings, manifest, root),
        "seconds": int(time.monotonic() - started_s),
        "told": told,
    }


def counts(output: str) -> tuple[int | None, int | None]:
    """Passed and failed of the last summary line in pytest's words; (None, None) where there is none."""
    for line in reversed(output.splitlines()):
        found = {word.rstrip("s") if word.startswith("error") else word: int(n) for n, word in _COUNT.findall(line)}
        if found:
            return found.get("passed", 0), found.get("failed", 0) + found.get("error", 0)
    return None, None


def _run(command: str, root: Path, on_line: OnLine) -> tuple[int | None, bytes, str]:
    """Exit code, the end of what was printed, and why it could not be started."""
    words = shlex.split(command)
    environment = {name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")}
    try:
        process = subprocess.Popen(
            words, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError, IndexError) as fault:
        return None, b"", str(fault)
    assert process.stdout is not None
    output = bytearray()
    with process:
        for line in _lines(process.stdout):
            output += line
            del output[:-OUTPUT_BYTES_MAX]
            on_line(line.decode(errors="replace").rstrip())
    return process.returncode, bytes(output), ""


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(65_536):
        yield line
