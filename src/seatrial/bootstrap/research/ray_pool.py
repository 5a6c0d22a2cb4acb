"""Trials on a Ray cluster, for when one machine is outgrown. Every node needs seatrial installed, and nothing else."""

from __future__ import annotations

import hashlib
import os
import pickle
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from seatrial.domain.faults import ConfigurationFault, SeatrialFault

if TYPE_CHECKING:
    from seatrial.bootstrap.research.job import Job
    from seatrial.runs.search.trial import Proposal, Trial

WAITING_PER_CORE = 2
LISTENER_SECONDS = 5.0

_started: str = ""  # digest of the job this worker holds


@contextmanager
def ray_pool(job: Job, address: str, nodes: set[str]) -> Iterator[Callable[[Sequence[Proposal]], Iterator[Trial]]]:
    """Runs proposals on the cluster at `address`; `nodes` gathers the ids of those that answered.

    Raises:
        ConfigurationFault: Ray is not installed, or no cluster answers.
        SeatrialFault: a node failed in a way that Ray could not mend.
    """
    try:
        ray: Any = import_module("ray")
    except ImportError as absent:
        needed = "--ray needs the package ray: `make extras`, or pip install 'seatrial[ray]'"
        raise ConfigurationFault(needed) from absent
    require_listener(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", runtime_env=_environment())
    except (ConnectionError, RuntimeError, ValueError) as fault:
        raise ConfigurationFault(f"--ray {address}: no Ray cluster answers there: {fault}") from fault
    try:
        pickled = pickle.dumps(job)
        yield lambda proposals: _spread(ray, pickled, proposals, nodes)
    except ray.exceptions.RayError as fault:
        raise SeatrialFault(f"Ray: {fault}; finished trials are kept, continue with --resume") from fault
    finally:
        ray.shutdown()


def require_listener(address: str) -> None:
    """Ray itself waits for minutes where nobody listens.

    Raises:
        ConfigurationFault: the address names a host and a port, and nobody answers there.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return  # auto, local: Ray's own words
    try:
        socket.create_connection((host, int(port)), LISTENER_SECONDS).close()
    except (OSError, OverflowError) as fault:
        raise ConfigurationFault(f"--ray {address}: no Ray cluster answers there: {fault}") from fault


def _environment() -> dict[str, Any]:
    """What a node's workers see of this process's environment: where modules are, if that was said."""
    path = os.environ.get("PYTHONPATH")
    return {"env_vars": {"PYTHONPATH": path}} if path else {}


def answer_of(digest: str, pickled: bytes, proposal: Proposal) -> tuple[str, Trial]:
    """One trial on a node, and which node it was."""
    from seatrial.bootstrap.research import pools

    ray: Any = import_module("ray")

    global _started
    if _started != digest:
        pools.start_worker(pickled)
        _started = digest
    return ray.get_runtime_context().get_node_id(), pools.answer(proposal)


def _spread(ray: Any, pickled: bytes, proposals: Sequence[Proposal], nodes: set[str]) -> Iterator[Trial]:
    stored, digest = ray.put(pickled), hashlib.sha256(pickled).hexdigest()
    remote = ray.remote(num_cpus=1, max_retries=3)(answer_of)
    ahead = max(1, int(ray.cluster_resources().get("CPU", 1))) * WAITING_PER_CORE
    waiting: list[Any] = []
    rest = iter(proposals)
    while True:
        for proposal in rest:
            waiting.append(remote.remote(digest, stored, proposal))
            if len(waiting) >= ahead:
                break
        if not waiting:
            return
        done, waiting = ray.wait(waiting)
        for reference in done:
            node, trial = ray.get(reference)
            nodes.add(node)
            yield trial
