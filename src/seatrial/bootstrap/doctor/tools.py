"""The programs a staging machine needs beside Python, and their versions."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from seatrial.bootstrap.doctor.findings import Finding, fine, lacking

ANSWER_SECONDS_MAX = 10.0
GROUP = "versions"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program: how it is asked for its version, and the least one."""

    name: str
    ask: tuple[str, ...]
    least: tuple[int, ...]
    why: str


TOOLS = (
    Tool("Docker", ("docker", "--version"), (24,), "the staging stack runs in containers"),
    Tool("Compose", ("docker", "compose", "version"), (2, 20), "it starts the staging stack"),
    Tool("Git", ("git", "--version"), (2, 40), "a deployment is a tagged commit"),
    Tool("Node", ("node", "--version"), (18,), "the dashboard's page can be built with it"),
)
PYTHON_LEAST = (3, 11)


def tool_findings(*, strict: bool) -> Iterator[Finding]:
    """Python first, then each tool; absent or too old is a failure where the stage needs it."""
    yield fine(GROUP, "Python", f"{platform.python_version()} (>= {_text(PYTHON_LEAST)})")
    for tool in TOOLS:
        yield judged(tool, version_said(tool), strict=strict)


def judged(tool: Tool, version: tuple[int, ...] | None, *, strict: bool) -> Finding:
    """What a version means; None is an absent tool."""
    wanted = f">= {_text(tool.least)}"
    if version is None:
        return lacking(
            GROUP, tool.name, f"absent ({wanted}); {tool.why}", f"install {tool.name} {wanted}", strict=strict
        )
    said = f"{_text(version)} ({wanted})"
    if version < tool.least:
        return lacking(
            GROUP, tool.name, f"{said} is too old; {tool.why}", f"install {tool.name} {wanted}", strict=strict
        )
    return fine(GROUP, tool.name, said)


def version_said(tool: Tool) -> tuple[int, ...] | None:
    """The first version in what the tool prints; None where it does not run or names none."""
    program = shutil.which(tool.ask[0])
    if program is None:
        return None
    try:
        ran = subprocess.run(
            [program, *tool.ask[1:]],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_SECONDS_MAX,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", ran.stdout)
    if ran.returncode != 0 or found is None:
        return None
    return tuple(int(part) for part in found.groups() if part is not None)


def _text(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
