"""Where trials run: in this process, or in several of this machine. The answers are the same; only the wait differs."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

from seatrial.domain.faults import SeatrialFault

if TYPE_CHECKING:
    from seatrial.bootstrap.research.job import Job
    from seatrial.runs.search.trial import Proposal, Trial

WAITING_PER_WORKER = 4  # proposals handed out ahead, so that nobody waits for the next

_job: Job | None = None  # of this worker


def worker_count(asked: int | None) -> int:
    """How many workers: what was asked, else one per core this process may use."""
    return asked if asked is not None else max(1, len(os.sched_getaffinity(0)))


@contextmanager
def process_pool(job: Job, workers: int) -> Iterator[Callable[[Sequence[Proposal]], Iterator[Trial]]]:
    """Runs proposals in `workers` processes; with one worker, in this one.

    Raises:
        SeatrialFault: a worker died, for want of memory for example. What had finished is in the log.
    """
    if workers == 1:
        yield lambda proposals: map_here(job, proposals)
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=start_worker, initargs=(pickle.dumps(job),)
    )
    try:
        yield lambda proposals: _spread(pool, proposals, workers * WAITING_PER_WORKER)
    except BrokenProcessPool as dead:
        raise SeatrialFault("a worker died: finished trials are kept, continue with --resume") from dead
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def map_here(job: Job, proposals: Sequence[Proposal]) -> Iterator[Trial]:
    """One after the other, in this process."""
    from seatrial.bootstrap.research.job import try_once

    return (try_once(job, proposal) for proposal in proposals)


def start_worker(pickled: bytes) -> None:
    """Prepare a fresh process: the compiled core first, then what it will run."""
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    global _job
    prepare_compiled_core()
    _job = pickle.loads(pickled)


def answer(proposal: Proposal) -> Trial:
    """One trial in a worker that was started."""
    from seatrial.bootstrap.research.job import try_once

    assert _job is not None, "start_worker ran"
    return try_once(_job, proposal)


def _spread(pool: ProcessPoolExecutor, proposals: Sequence[Proposal], ahead: int) -> Iterator[Trial]:
    waiting: set[Future[Trial]] = set()
    rest = iter(proposals)
    while True:
        for proposal in rest:
            waiting.add(pool.submit(answer, proposal))
            if len(waiting) >= ahead:
                break
        if not waiting:
            return
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
