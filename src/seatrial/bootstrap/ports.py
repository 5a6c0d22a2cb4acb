"""Listening sockets, taken before anything else starts, and who holds the ones we cannot have."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from seatrial.domain.faults import PortTaken

BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that listens on a port."""

    pid: int
    name: str


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket on one port; port 0 lets the machine choose.

    Raises:
        PortTaken: naming the setting and the process that holds the port.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, so that asyncio sets TCP_NODELAY
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as fault:
        listener.close()
        raise taken(host, port, setting, fault) from fault
    listener.setblocking(False)
    return listener


def require_free(host: str, ports: Iterable[tuple[str, int]]) -> None:
    """Raise `PortTaken` for the first of these ports that somebody else listens on."""
    for setting, port in ports:
        if port:
            listen(host, port, setting).close()


def reachable(host: str) -> str:
    """Where a door that listens on this address is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(host, host)


def taken(host: str, port: int, setting: str, fault: OSError) -> PortTaken:
    """The one sentence about a port that cannot be had."""
    if fault.errno != errno.EADDRINUSE:
        return PortTaken(f"{setting} = {host}:{port} cannot be listened on: {fault.strerror}")
    holder = holder_of(port)
    who = f"{holder.name} (pid {holder.pid}) holds it" if holder else "a process of another user holds it"
    return PortTaken(f"{setting} = {port} is taken: {who}; stop it, or choose another with --set {setting}=PORT")


def holder_of(port: int) -> Holder | None:
    """Who listens on a port, None when that is hidden from us."""
    import psutil

    try:
        connections = psutil.net_connections("tcp")
    except psutil.Error:
        return None
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return Holder(connection.pid, _name_of(connection.pid))
    return None


def _name_of(pid: int) -> str:
    import psutil

    try:
        words: list[str] = psutil.Process(pid).cmdline()
    except psutil.Error:
        return "a process"
    return " ".join(words[:5]) or "a process"
