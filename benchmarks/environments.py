"""One virtual environment per peer, made on first use: they disagree about versions, and we want none of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Environments:
    """Interpreters by peer. A peer that cannot be installed is asked for once and skipped from then on."""

    def __init__(self, cache: Path, *, install: bool) -> None:
        self.cache = cache
        self._install = install

    def python_of(self, peer: str) -> str:
        """The interpreter that has the package; our own where `peer` is empty.

        Raises:
            RuntimeError: it is not installed and must not be, or cannot be.
        """
        if not peer:
            return sys.executable
        folder = self.cache / peer
        python = folder / "bin" / "python"
        if not (folder / "installed").exists():
            if not self._install:
                raise RuntimeError(f"{peer} is not installed; run without --no-install")
            self._make(folder, peer)
        return str(python)

    def _make(self, folder: Path, peer: str) -> None:
        """With uv where there is one, else with pip."""
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
        python = str(folder / "bin" / "python")
        if uv:
            steps = [
                [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
                [uv, "pip", "install", "--quiet", "--python", python, peer, "numpy"],
            ]
        else:
            steps = [
                [sys.executable, "-m", "venv", "--clear", str(folder)],
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer, "numpy"],
            ]
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"{peer} cannot be installed: {done.stderr[-400:]}")
        (folder / "installed").touch()
