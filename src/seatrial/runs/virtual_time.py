"""Time that waits for nobody: an asyncio loop that jumps to its next timer when nothing else is ready.

Simulations, rehearsals and most tests run on it. Ten trading days of waiting cost nothing, and the same
program with the same seed takes the same steps in the same order. Three rules keep that true:

* time is a whole number of nanoseconds; timers of equal time run in the order they were set;
* threads and real sockets raise, because time would jump ahead of their work. With `sockets=True`
  (`rehearse --sockets`) the loop looks at its sockets for a moment before every jump instead;
* where nothing is ready, no timer is set and no socket speaks, nothing can ever happen again:
  the loop raises and lists the tasks that wait.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from typing import Any, NoReturn, TypeVar, TypeVarTuple, Unpack

from seatrial.domain.faults import InvariantBroken
from seatrial.domain.time import SECOND_NS, Instant
from seatrial.runs.jumping_selector import JumpingSelector

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

TASKS_LISTED_MAX = 20

_SOCKET_DOORS = (
    "create_connection",
    "create_server",
    "create_datagram_endpoint",
    "create_unix_connection",
    "create_unix_server",
    "sock_connect",
    "sock_accept",
    "sock_recv",
    "sock_sendall",
    "add_reader",
    "add_writer",
    "getaddrinfo",
)
_PROCESS_DOORS = ("subprocess_exec", "subprocess_shell")  # another process lives in real time, always


class VirtualClock:
    """The loop's time as a `domain.time.Clock`."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now_ns(self) -> Instant:
        """Nanoseconds since 1970 UTC, virtual."""
        return self._loop.now_ns()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is virtual.

    Args:
        epoch_ns: what `now_ns()` says at the start.
        sockets: real sockets (and executors) are allowed; see the module's rules.
    """

    # attributes of asyncio's own base class, named here for the type checker
    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _clock_resolution: float

    def __init__(self, *, epoch_ns: int = 0, sockets: bool = False) -> None:
        self.epoch_ns = epoch_ns
        self.sockets = sockets
        self.elapsed_ns = 0
        self._timers_set = 0
        self._executions = 0  # in executors, not finished
        super().__init__(JumpingSelector(self))
        self._ready = _CountedSteps()
        self._clock_resolution = 1e-9
        for door in _PROCESS_DOORS if sockets else _PROCESS_DOORS + _SOCKET_DOORS:
            setattr(self, door, partial(self._refuse, door))

    # ------------------------------------------------------------- time

    def time(self) -> float:
        """Virtual seconds since the loop was made: asyncio's own measure."""
        return self.elapsed_ns / SECOND_NS

    def now_ns(self) -> Instant:
        """Virtual nanoseconds since 1970 UTC."""
        return Instant(self.epoch_ns + self.elapsed_ns)

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As asyncio's, on whole nanoseconds and first come first served among equals."""
        at_ns = round(when * SECOND_NS)
        self._timers_set += 1
        timer = _OrderedTimer(at_ns, self._timers_set, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def jump(self) -> None:
        """Move time to the next timer."""
        timer = self._scheduled[0]
        assert isinstance(timer, _OrderedTimer)
        self.elapsed_ns = max(self.elapsed_ns, timer.at_ns)
        # asyncio calls a timer due when it is earlier than time() + resolution, in floats
        self._clock_resolution = max(1e-9, 4 * math.ulp(self.time()))

    # ------------------------------------------------------------ steps

    @property
    def steps(self) -> int:
        """How many callbacks the loop has run: the address of a moment, the same in every replay."""
        return self._counted.steps

    def at_step(self, step: int | None, call: Callable[[], None] | None) -> None:
        """Call something just before the callback number `step` runs: where a simulation crashes a process."""
        self._counted.stop_at = step
        self._counted.call = call

    @property
    def _counted(self) -> _CountedSteps:
        assert isinstance(self._ready, _CountedSteps)
        return self._ready

    # ---------------------------------------------- what would break it

    def deadlocked(self) -> NoReturn:
        """Nothing is ready and nothing ever will be."""
        waiting = sorted(repr(task) for task in asyncio.all_tasks(self))
        listed = "; ".join(waiting[:TASKS_LISTED_MAX])
        raise InvariantBroken("time moves", f"{len(waiting)} tasks wait for ever at {self.now_ns()}: {listed}")

    def run_in_executor(self, executor: Any, func: Callable[[Unpack[Ts]], T], *args: *Ts) -> asyncio.Future[T]:
        """Refused on purely virtual time: it would pass while the thread works."""
        if not self.sockets:
            self._refuse("run_in_executor")
        future = super().run_in_executor(executor, func, *args)
        self._executions += 1
        future.add_done_callback(self._executed)
        return future

    def _executed(self, _: asyncio.Future[Any]) -> None:
        self._executions -= 1

    @property
    def executing(self) -> bool:
        """Work is under way in a thread; time must not jump ahead of it."""
        return self._executions > 0

    def _refuse(self, what: str, *_: object, **__: object) -> NoReturn:
        raise InvariantBroken("no threads and no sockets on virtual time", what)


class _OrderedTimer(asyncio.TimerHandle):
    """A timer on whole nanoseconds that keeps its place among equals."""

    __slots__ = ("at_ns", "number")
    _scheduled: bool  # a slot of asyncio's own, named here for the type checker

    def __init__(
        self,
        at_ns: int,
        number: int,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        super().__init__(at_ns / SECOND_NS, callback, args, loop, context)
        self.at_ns = at_ns
        self.number = number

    def __lt__(self, other: object) -> bool:
        assert isinstance(other, _OrderedTimer)
        return (self.at_ns, self.number) < (other.at_ns, other.number)

    __hash__ = asyncio.TimerHandle.__hash__


class _CountedSteps(deque[asyncio.Handle]):
    """The loop's queue of ready callbacks; taking one is a step."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0
        self.stop_at: int | None = None
        self.call: Callable[[], None] | None = None

    def popleft(self) -> asyncio.Handle:
        self.steps += 1
        if self.steps == self.stop_at and self.call is not None:
            self.call()
        return super().popleft()


def run_virtual(
    main: Callable[[VirtualLoop], Coroutine[Any, Any, T]], *, epoch_ns: int = 0, sockets: bool = False
) -> T:
    """Run `main(loop)` on a fresh virtual loop to its end, cancel what it left behind, return its result."""
    loops: list[VirtualLoop] = []

    def make() -> VirtualLoop:
        loops.append(VirtualLoop(epoch_ns=epoch_ns, sockets=sockets))
        return loops[0]

    with asyncio.Runner(loop_factory=make) as runner:
        runner.get_loop()
        return runner.run(main(loops[0]))
