"""One virtual environment per client, made from its lock on first use and kept outside the repository.

A client whose folder has no `requirements.lock` lives in the project's own environment. The folder of an
environment is named by what its lock says, so an edited lock makes a new one and nobody uses a stale one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSTALL_SECONDS_MAX = 600


class NotInstalled(Exception):
    """One sentence on why a client has no environment."""


def cache_folder() -> Path:
    """`SEATRIAL_CLIENTS`, else a folder in the user's cache."""
    if chosen := os.environ.get("SEATRIAL_CLIENTS"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seatrial" / "clients"


def lock_of(client: str) -> Path:
    """Where the versions of a client and all it needs are pinned, with hashes."""
    return HERE / client / "requirements.lock"


def python_of(client: str) -> str:
    """The interpreter that has the client.

    Raises:
        NotInstalled: it is not there and cannot be installed.
    """
    lock = lock_of(client)
    if not lock.exists():
        return sys.executable
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / f"{client}-{version}-{digest}"
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f"{client}.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # two test processes may want the same client
            if not (folder / "installed").exists():
                _make(folder, python, lock)
    return str(python)


def _make(folder: Path, python: Path, lock: Path) -> None:
    """With uv where there is one, else with pip; both check every hash."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
    if uv:
        steps = [
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(lock)],
        ]
    else:
        steps = [
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(lock)],
        ]
    for step in steps:
        try:
            done = subprocess.run(step, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired as late:
            raise NotInstalled(f"{lock.parent.name} was not installed within {INSTALL_SECONDS_MAX} s") from late
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
            raise NotInstalled(f"{lock.parent.name} cannot be installed from its lock: {last}")
    (folder / "installed").touch()
