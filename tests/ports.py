"""Ports for processes that a test starts: two workers never hand out the same one, nor one the kernel gives away."""

from __future__ import annotations

import os
from itertools import count

from seatrial.bootstrap.ports import listen
from seatrial.domain.faults import PortTaken

FIRST = 15_000  # below the ports the kernel chooses from
PER_WORKER = 2_000
WORKERS_MAX = 8

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS_MAX
_offsets = count(os.getpid() * 37)


def free_ports(wanted: int) -> list[int]:
    """Ports that nobody listens on now, all different."""
    ports: list[int] = []
    while len(ports) < wanted:
        port = FIRST + _worker * PER_WORKER + next(_offsets) % PER_WORKER
        try:
            listen("127.0.0.1", port, "test").close()
        except PortTaken:
            continue
        ports.append(port)
    return ports
