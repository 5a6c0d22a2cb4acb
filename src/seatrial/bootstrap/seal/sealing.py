"""One command, sealed: namespaces, names, certificates and venues around it, and its exit code back.

Two moments matter. Before the namespace is entered, the control doors are listened on outside, so that
`seatrial fault` reaches the venues from another terminal; afterwards nothing of this process reaches outside.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.numba_cache import prepare_compiled_core
from seatrial.bootstrap.ports import listen
from seatrial.bootstrap.seal import namespace
from seatrial.bootstrap.seal.authority import issue
from seatrial.bootstrap.seal.hosts import FUTURES, PLACES, PORTS, hosts_text
from seatrial.bootstrap.seal.mounts import Trusted, cover
from seatrial.bootstrap.seal.trust import bundles, variables
from seatrial.bootstrap.settings import Settings
from seatrial.domain.time import SECOND_NS

if TYPE_CHECKING:
    from seatrial.bootstrap.emulation.asked import Asked
    from seatrial.bootstrap.local_venues import LocalVenues

VENUES = ("alpaca", "binance")
GRACE_SECONDS = 10.0
NOT_EXECUTABLE = 126
NOT_FOUND = 127
BY_SIGNAL = 128

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What to seal, and in which market."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    settings: Settings
    asked: Asked
    trust: tuple[Path, ...] = ()
    as_json: bool = False
    outside: dict[str, socket.socket] = field(default_factory=dict)


def seal(sealed: Sealed, *, say: Say) -> int:
    """Run the command in its own network; answers its exit code, 128 and its signal, or 126 and 127 as a shell does.

    Raises:
        CannotSeal: this machine does not let us; nothing was changed.
        SeatrialFault: the market or the faults are refused.
    """
    program = shutil.which(sealed.command[0])
    if program is None:
        say(f"{sealed.command[0]}: no such command")
        return NOT_FOUND
    for venue in VENUES:
        port = getattr(sealed.settings.ports, venue)
        sealed.outside[venue] = listen(sealed.settings.host, port, f"ports.{venue}")
    namespace.enter()
    prepare_compiled_core()  # starts no thread, but what imports it may
    with TemporaryDirectory(prefix="seatrial-seal-", ignore_cleanup_errors=True) as folder:
        names = [name for place in PLACES for name in place.names]
        now = datetime.fromtimestamp(WallClock().now_ns() // SECOND_NS, UTC)
        found = bundles(sealed.command, sealed.environment, sealed.trust)
        trusted = cover(Path(folder), hosts_text(PLACES), issue(names, now), found)
        try:
            import uvloop

            return uvloop.run(_serve(sealed, trusted, say))
        finally:
            namespace.uncover(Path(folder))


async def _serve(sealed: Sealed, trusted: Trusted, say: Say) -> int:
    """The venues, their doors of TLS, and the command between them."""
    from seatrial.bootstrap.emulation.serving import served

    hush = (lambda line: None) if sealed.as_json else say
    async with AsyncExitStack() as stack:
        venues, _ = await stack.enter_async_context(served(sealed.settings, sealed.asked, say=hush))
        await _open_doors(sealed, trusted, venues, stack)
        controls = {venue.name: sealed.outside[venue.name].getsockname()[1] for venue in venues.venues}
        say(_told(sealed, controls))
        keys = {venue.name: (venue.key, venue.secret) for venue in venues.venues}
        environment = variables(sealed.environment, trusted.bundle, trusted.authority, keys)
        return await _command(sealed, environment, say)


async def _open_doors(sealed: Sealed, trusted: Trusted, venues: LocalVenues, stack: AsyncExitStack) -> None:
    """TLS on the real ports inside, and the plain control doors outside."""
    from seatrial.emulators.binance.futures import build_no_futures
    from seatrial.emulators.socket import CountingProxy, SocketServer

    futures = await SocketServer.open(build_no_futures(WallClock()))
    stack.push_async_callback(futures.close)
    ports = {FUTURES.venue: futures.port}
    for venue in venues.venues:
        inside = await SocketServer.open(venue.application)
        outside = await SocketServer.open(venue.application, listener=sealed.outside[venue.name])
        stack.push_async_callback(inside.close)
        stack.push_async_callback(outside.close)
        ports[venue.name] = inside.port
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(trusted.chain, trusted.key)
    for place in PLACES:
        for port in PORTS if place.venue in ports else ():
            door = await CountingProxy.open(ports[place.venue], host=place.address, port=port, tls=tls)
            stack.push_async_callback(door.close)


def _told(sealed: Sealed, ports: Mapping[str, int]) -> str:
    controls = {venue: f"http://{sealed.settings.host}:{port}" for venue, port in ports.items()}
    names = {place.venue: place.names for place in PLACES}
    if sealed.as_json:
        return json.dumps({"sealed": names, "ports": PORTS, "control": controls})
    count = sum(len(each) for each in names.values())
    where = " ".join(f"{venue} {url}" for venue, url in controls.items())
    return f"sealed: {count} names of the venues lead to local ones, and nothing else can be reached; faults: {where}"


async def _command(sealed: Sealed, environment: Mapping[str, str], say: Say) -> int:
    """Run it to its end. It gets our SIGTERM; Ctrl-C reaches it from the terminal by itself."""
    try:
        child = await asyncio.create_subprocess_exec(
            *sealed.command, env=environment, preexec_fn=namespace.die_with_parent, stdin=None, stdout=None, stderr=None
        )
    except OSError as fault:
        say(f"{sealed.command[0]}: {fault.strerror}")
        return NOT_EXECUTABLE
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, lambda: loop.create_task(_stop(child)))
    code = await child.wait()
    return BY_SIGNAL - code if code < 0 else code


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), GRACE_SECONDS)
        except TimeoutError:
            child.kill()
