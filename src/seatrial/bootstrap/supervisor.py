"""`seatrial up`: three processes started at once, kept alive, stopped in the reverse order of their dependencies.

Killing one leaves the others running, and the supervisor starts it again: every process recovers by the
same path by which it starts.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from types import FrameType

from seatrial.bootstrap import run_files
from seatrial.bootstrap.children import REFUSAL_CODES, Child, Say
from seatrial.bootstrap.compiling import compile_core
from seatrial.bootstrap.credentials import require_accounts
from seatrial.bootstrap.doors import doors, roles
from seatrial.bootstrap.local_access import access_line
from seatrial.bootstrap.market_identity import claim_market, market_name
from seatrial.bootstrap.ports import require_free
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import ConfigurationFault

POLL_S = 0.1
DEGRADED_WAIT_S = 20.0  # a role that answers but is degraded for so long is told and goes on
START_WAIT_S = 120.0
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_S = 60.0  # a process that lived this long starts again without delay


@dataclass(slots=True)
class Watched:
    """A child and its misfortunes."""

    child: Child
    deaths: int = 0
    restart_at_s: float | None = None
    announced: bool = False


class Supervisor:
    """Starts, watches and stops the roles. One object lives as long as one `seatrial up`."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._watched = [Watched(Child(role, settings, say)) for role in roles(settings)]
        self._signals = 0

    def run(self) -> int:
        """Until Ctrl-C or SIGTERM. 0 after an orderly stop, else the code of the child that could not start.

        Raises:
            ConfigurationFault: it runs already.
            PortTaken: a port is taken; names who holds it.
        """
        require_accounts(self._settings)
        self._refuse_second()
        settings = self._settings
        self._listen_for_signals()
        run_files.write(
            settings.state,
            run_files.this_process(run_files.SUPERVISOR, str(settings.stage), str(settings.mode), {}),
        )
        try:
            claim_market(settings)  # here, before two of its children would
            compile_core(self._say)
            code = self._start_all()
            if code == 0 and not self._signals:
                self._announce()
                self._watch()
            return code
        finally:
            self._stop_all()
            run_files.remove(settings.state, run_files.SUPERVISOR)

    def _refuse_second(self) -> None:
        for run in run_files.running(self._settings.state):
            raise ConfigurationFault(
                f"{run.role} runs already (pid {run.pid}): `seatrial status` shows it, `seatrial down` stops it"
            )
        require_free(self._settings.host, ((door.setting, door.port) for door in doors(self._settings)))

    def _listen_for_signals(self) -> None:
        def stop(number: int, frame: FrameType | None) -> None:
            self._signals += 1
            if self._signals == 1:
                self._say("stopping; Ctrl-C again forces it")
            else:
                for watched in self._watched:
                    watched.child.kill()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)

    # ------------------------------------------------------------- start

    def _start_all(self) -> int:
        """All at once, so that one loads while another waits; each is told when the ones it needs are well."""
        for watched in self._watched:
            watched.child.start()
        self._say("starting " + ", ".join(watched.child.role for watched in self._watched))
        for watched in self._watched:
            code = self._await(watched)
            if code or self._signals:
                return code
        return 0

    def _await(self, watched: Watched) -> int:
        child = watched.child
        deadline_s = time.monotonic() + START_WAIT_S
        answered_s: float | None = None
        while not self._signals:
            if child.exit_code is not None:
                return self._failed(child, f"ended while starting ({_how(child.exit_code)})")
            if child.healthy():
                watched.announced = True
                self._say(self._healthy_line(child))
                return 0
            if answered_s is None and child.answers():
                answered_s = time.monotonic()
            if answered_s is not None and time.monotonic() > answered_s + DEGRADED_WAIT_S:
                for line in child.troubles() or [self._healthy_line(child)]:
                    self._say(line)
                return 0
            if time.monotonic() > deadline_s:
                return self._failed(child, f"was not healthy within {START_WAIT_S:.0f} s")
            time.sleep(POLL_S)
        return 0

    def _failed(self, child: Child, why: str) -> int:
        self._say(f"{child.role:<9} {why}")
        for line in child.last_words():
            self._say(f"          {line}")
        code = child.exit_code
        return code if code in REFUSAL_CODES else 1

    def _healthy_line(self, child: Child) -> str:
        ports = " ".join(str(door.port) for door in child.doors)
        return f"{child.role:<9} healthy  on {ports}  after {time.monotonic() - child.started_s:.1f} s"

    def _announce(self) -> None:
        settings = self._settings
        market = market_name(settings)
        self._say("")
        self._say(f"stage {settings.stage}, mode {settings.mode}, {market}, {settings.speed} x market time")
        for door in doors(settings):
            self._say(f"  {door.name:<18} {door.url(settings.host)}")
        self._say(access_line(settings))
        self._say("seatrial status | logs | down from another terminal; Ctrl-C here stops everything in order")

    # ------------------------------------------------------------- watch

    def _watch(self) -> None:
        while not self._signals:
            for watched in self._watched:
                self._keep_alive(watched)
            time.sleep(POLL_S)

    def _keep_alive(self, watched: Watched) -> None:
        child, now_s = watched.child, time.monotonic()
        if watched.restart_at_s is not None:
            if now_s >= watched.restart_at_s:
                watched.restart_at_s = None
                child.start()
        elif not child.running:
            self._plan_restart(watched, now_s)
        elif not watched.announced and child.healthy():
            watched.announced = True
            self._say(self._healthy_line(child))

    def _plan_restart(self, watched: Watched, now_s: float) -> None:
        child = watched.child
        if now_s - child.started_s > STEADY_S:
            watched.deaths = 0
        wait_s = BACKOFF_S[min(watched.deaths, len(BACKOFF_S) - 1)]
        watched.deaths += 1
        watched.announced = False
        watched.restart_at_s = now_s + wait_s
        self._say(f"{child.role:<9} ended ({_how(child.exit_code)}); starting it again in {wait_s} s")

    # -------------------------------------------------------------- stop

    def _stop_all(self) -> None:
        for watched in reversed(self._watched):
            child = watched.child
            if not child.running:
                child.stop()
            elif child.stop():
                self._say(f"{child.role:<9} stopped")
            else:
                self._say(f"{child.role:<9} did not stop in time and was killed")


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
