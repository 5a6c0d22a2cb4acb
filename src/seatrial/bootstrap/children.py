"""One role as a child process: started, listened to, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from seatrial.bootstrap import run_files
from seatrial.bootstrap.doors import Door, ask_all, doors_of
from seatrial.bootstrap.logs_folder import console_file
from seatrial.bootstrap.settings import Settings

STOP_WAIT_S = 15.0
TAIL_LINES_MAX = 12
REFUSAL_CODES = (2, 3, 4)  # usage, configuration, data: starting again would end the same way

Say = Callable[[str], None]


class Child:
    """A role's process. What it prints on stdout is for people and is passed on; stderr is its log."""

    def __init__(self, role: str, settings: Settings, say: Say) -> None:
        self.role = role
        self.doors: tuple[Door, ...] = doors_of(settings, role)
        self._settings = settings
        self._say = say
        self._process: subprocess.Popen[str] | None = None
        self.started_s = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        console = console_file(self._settings, self.role)
        console.parent.mkdir(parents=True, exist_ok=True)
        with console.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "seatrial", "serve", self.role, *self._settings.as_arguments()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "SEATRIAL_SUPERVISED": "1"},
            )
        self.started_s = time.monotonic()
        assert self._process.stdout is not None
        threading.Thread(target=self._pass_on, args=(self._process.stdout,), daemon=True).start()
        self._remember()

    def _remember(self) -> None:
        settings = self._settings
        urls = {door.name: door.url(settings.host) for door in self.doors}
        run_files.write(
            settings.state, run_files.of_process(self.pid, self.role, str(settings.stage), str(settings.mode), urls)
        )

    def _pass_on(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._say(f"{self.role:<9} {line.rstrip()}")

    @property
    def pid(self) -> int:
        """The process's id; only after `start`."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return None if self._process is None else self._process.poll()

    @property
    def running(self) -> bool:
        """It was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def healthy(self) -> bool:
        """Every one of its doors says so."""
        return self.running and all(health.healthy for health in ask_all(self.doors, self._settings.host))

    def answers(self) -> bool:
        """Every one of its doors answers, and none says it is unhealthy."""
        states = {health.status for health in ask_all(self.doors, self._settings.host)}
        return self.running and states <= {"healthy", "degraded"}

    def troubles(self) -> list[str]:
        """What its doors complain of, one line each."""
        asked = ask_all(self.doors, self._settings.host)
        return [
            f"{self.role:<9} {health.status}  {health.door.name}: {health.message}"
            for health in asked
            if not health.healthy
        ]

    def stop(self, wait_s: float = STOP_WAIT_S) -> bool:
        """Ask it to end, wait, and kill it when it does not. True when it ended by itself."""
        if self._process is None or not self.running:
            self._forget()
            return True
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self._forget()
        return True

    def kill(self) -> None:
        """End it at once; what it had committed is recovered at the next start."""
        if self._process is not None and self.running:
            self._process.kill()
            self._process.wait()
        self._forget()

    def _forget(self) -> None:
        run_files.remove(self._settings.state, self.role)

    def last_words(self) -> list[str]:
        """The end of what it logged: why it died, usually."""
        return tail(console_file(self._settings, self.role), TAIL_LINES_MAX)


def tail(path: Path, lines_max: int) -> list[str]:
    """The last lines of a text file; none where there is no such file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines_max:]
    except OSError:
        return []
