"""The venues under their real names: TLS on the real ports, for a bot in a container beside them.

`seatrial seal` gives each venue an address of its own. A container has one, so here the name in the TLS greeting
decides who answers. The authority is made for this run; its key never leaves memory, its certificate is written down
for whoever is to trust it.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.ports import reachable, taken
from seatrial.bootstrap.seal.authority import Certificates, issue
from seatrial.bootstrap.seal.hosts import FUTURES, PLACES, PORTS, Place
from seatrial.domain.faults import BadSetting, ConfigurationFault
from seatrial.domain.time import SECOND_NS
from seatrial.emulators.binance.futures import build_no_futures
from seatrial.emulators.socket import CountingProxy, SocketServer

AUTHORITY = "authority.pem"

Greeted = Callable[[ssl.SSLObject, str | None, ssl.SSLContext], int | None]


async def open_named_doors(
    folder: Path, host: str, venues: Mapping[str, int], stack: AsyncExitStack, *, tls_ports: Iterable[int] = PORTS
) -> str:
    """Answer under every name; closed with the stack. Returns what to say of it.

    Args:
        folder: where the authority's certificate is written; made where it is not there.
        host: the address to listen on.
        venues: the plain port of each venue, by its name.
        tls_ports: where TLS is spoken.

    Raises:
        BadSetting: the folder cannot be written to.
        PortTaken: a port cannot be listened on.
    """
    futures = await SocketServer.open(build_no_futures(WallClock()))
    stack.push_async_callback(futures.close)
    plain = {**venues, FUTURES.venue: futures.port}
    places = [place for place in PLACES if place.venue in plain]
    certificates = issue([name for place in places for name in place.names], _today())
    doors = _Doors(places, plain, certificates, venues_host=host)
    for port in tls_ports:
        await doors.listen(host, port, stack)
    _write(folder, certificates.authority)
    count = sum(len(place.names) for place in places)
    on = " and ".join(str(port) for port in doors.ports)
    return f"{count} names of the venues are answered over TLS on {on}; trust {folder / AUTHORITY}"


class _Doors:
    """A certificate and a way onward for each venue; the greeting chooses."""

    def __init__(
        self, places: Iterable[Place], plain: Mapping[str, int], certificates: Certificates, *, venues_host: str
    ) -> None:
        at = {FUTURES.venue: "127.0.0.1"}
        self.ports: list[int] = []
        self._by_name: dict[str, ssl.SSLContext] = {}
        self._onward: dict[ssl.SSLContext, CountingProxy] = {}
        for place in places:
            context = _context(certificates)
            self._by_name |= dict.fromkeys(place.names, context)
            self._onward[context] = CountingProxy(plain[place.venue], at.get(place.venue, reachable(venues_host)))
        self._first = _context(certificates)
        self._first.sni_callback = self._greeted

    async def listen(self, host: str, port: int, stack: AsyncExitStack) -> None:
        """Greet on one port."""
        try:
            server = await asyncio.start_server(self._serve, host, port, ssl=self._first)
        except OSError as fault:
            if fault.errno == errno.EACCES:
                raise ConfigurationFault(
                    f"port {port} is kept to root here: run as root, or in a container with "
                    "--sysctl net.ipv4.ip_unprivileged_port_start=0"
                ) from fault
            raise taken(host, port, "tls", fault) from fault
        self.ports.append(server.sockets[0].getsockname()[1])
        stack.push_async_callback(self._close, server)

    def _greeted(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> int | None:
        if (name or "").lower() not in self._by_name:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._by_name[str(name).lower()]
        return None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._onward[writer.get_extra_info("ssl_object").context].serve(reader, writer)

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        for proxy in self._onward.values():
            await proxy.close()


def _context(certificates: Certificates) -> ssl.SSLContext:
    """Python reads a chain from files only: they live for a moment, for this user alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory(prefix="seatrial-tls-") as folder:
        chain, key = Path(folder) / "chain.pem", Path(folder) / "key.pem"
        chain.write_bytes(certificates.chain)
        key.touch(mode=0o600)
        key.write_bytes(certificates.key)
        context.load_cert_chain(chain, key)
    return context


def _write(folder: Path, authority: bytes) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / AUTHORITY).write_bytes(authority)
    except OSError as fault:
        raise BadSetting(f"--tls {folder}: the authority cannot be written there: {fault.strerror}") from fault


def _today() -> datetime:
    return datetime.fromtimestamp(WallClock().now_ns() // SECOND_NS, UTC)
