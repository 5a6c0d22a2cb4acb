"""`seatrial.emulate()`: both venues inside a test's own process, on a thread of their own, on real sockets.

with seatrial.emulate(symbols=["BTCUSDT"], seed=7) as venues:
    client = ccxt.binance({"apiKey": venues["binance"]["key"], ...})
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seatrial.bootstrap.numba_cache import prepare_compiled_core

prepare_compiled_core()

from seatrial.bootstrap.emulation.asked import Asked  # noqa: E402
from seatrial.bootstrap.emulation.serving import Described, served  # noqa: E402
from seatrial.bootstrap.settings import Settings, load_settings  # noqa: E402

READY_SECONDS_MAX = 300  # a first run compiles how a bar becomes prints


@contextmanager
def emulate(
    *,
    symbols: Sequence[str] = (),
    data: Path | str | None = None,
    clock: str = "recorded",
    speed: int | str = 1,
    always_open: bool = False,
    seed: int = 1,
    fills: str = "book",
    replay: str = "auto",
    accounts: Path | str | None = None,
    faults: Path | str | None = None,
    history: Path | str | None = None,
    settings: dict[str, str] | None = None,
) -> Iterator[Described]:
    """Both venues for the body of a `with`; ports are free ones, accounts are fresh.

    The options are those of `seatrial emulate`; `settings` are any others by name, such as `emulators.cash_binance`.

    Yields:
        What the command prints as JSON: addresses and keys, by venue.

    Raises:
        ConfigurationFault, DataFault, RequestFault: what is asked for cannot be had.
    """
    chosen = {"ports.alpaca": "0", "ports.binance": "0", "speed": str(speed), "seed": str(seed)}
    chosen["data"] = "" if data is None else str(data)  # whatever the environment says: a test is the same everywhere
    asked = Asked(
        symbols=tuple(symbols),
        clock=clock,
        always_open=always_open,
        fills=fills,
        replay=replay,
        accounts=None if accounts is None else Path(accounts),
        faults=None if faults is None else Path(faults),
        history=None if history is None else Path(history),
    )
    served_thread = _Thread(load_settings(chosen | (settings or {})), asked)
    served_thread.start()
    try:
        yield served_thread.described()
    finally:
        served_thread.stop()


class _Thread(threading.Thread):
    """A loop of its own, in which the venues live until `stop`."""

    def __init__(self, settings: Settings, asked: Asked) -> None:
        super().__init__(name="emulated venues", daemon=True)
        self._settings = settings
        self._asked = asked
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._described: Described | None = None
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Serve until stopped; whatever ends it is kept for who waits."""
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - told in the caller's thread
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        async with served(self._settings, self._asked, say=lambda line: None) as (_, described):
            self._described = described
            self._ready.set()
            await self._stopped.wait()

    def described(self) -> Described:
        """Once the doors are open; raises what kept them shut."""
        self._ready.wait(READY_SECONDS_MAX)
        if self._failure is not None:
            raise self._failure
        assert self._described is not None, "the doors open in time"
        return self._described

    def stop(self) -> None:
        """Close the doors and wait for it."""
        if self._loop is not None and self._stopped is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
        self.join()
        if self._failure is not None:
            raise self._failure
