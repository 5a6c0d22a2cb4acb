"""Which address a request really comes from, and whether that address may come at all.

Behind a proxy every connection has the proxy's address. The client's own stands in `X-Forwarded-For`, which
anybody may write, so it is believed only from a proxy we were told to trust, and only from its right end on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.datastructures import Headers

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

FORWARDING = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "via")
FORWARDED_LENGTH_MAX = 2_000
IPV6_HOST_BITS = 64  # one subscriber's network: its addresses are one caller


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks such as `10.0.0.0/8`, or single addresses.

    Raises:
        ValueError: naming the one that is neither.
    """
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ip_network(text))
        except ValueError as fault:
            raise ValueError(f"{text}: {fault}") from None
    return tuple(found)


class Unreadable(Exception):
    """A trusted proxy said something about its client that is not an address."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The rules: who may come (empty: everybody), whose forwarding is believed, which addresses are our own."""

    allowed: tuple[Network, ...] = ()
    trusted: tuple[Network, ...] = ()
    own: tuple[Address, ...] = ()

    def client(self, asgi: Mapping[str, Any], headers: Headers) -> Address | None:
        """The address a request comes from; None where there is none, as over a Unix socket.

        Raises:
            Unreadable: the nearest address a trusted proxy names is not one.
        """
        found = peer(asgi)
        forwarded = ",".join(headers.getlist("x-forwarded-for"))
        hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
        while found is not None and hops and _within(found, self.trusted):
            if len(forwarded) > FORWARDED_LENGTH_MAX:
                raise Unreadable("X-Forwarded-For is too long")
            found = _hop(hops.pop())
        return found

    def admits(self, client: Address | None, asgi: Mapping[str, Any], headers: Headers) -> bool:
        """Whether this address may come. The machine itself always may, where no proxy spoke for another."""
        if not self.allowed:
            return True
        if client is None:
            return False
        return _within(client, self.allowed) or (self.is_own(client) and not forwards(headers))

    def is_own(self, address: Address | None) -> bool:
        """Whether it is this machine's own address."""
        return address is not None and (address.is_loopback or address in self.own)

    def encrypted(self, asgi: Mapping[str, Any], headers: Headers) -> bool:
        """Whether the caller's own connection is encrypted, which only a trusted proxy can say of another."""
        if asgi["scheme"] in {"https", "wss"}:
            return True
        found = peer(asgi)
        trusted = found is not None and _within(found, self.trusted)
        return trusted and headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower() == "https"


def peer(asgi: Mapping[str, Any]) -> Address | None:
    """The other end of the connection."""
    client = asgi.get("client")
    try:
        return _plain(ip_address(client[0])) if client else None
    except ValueError:
        return None


def forwards(headers: Headers) -> bool:
    """Whether some proxy carried this request, trusted or not."""
    return any(name in headers for name in FORWARDING)


def counted_as(address: Address | None) -> str:
    """Under which name an address is counted: a whole network of IPv6, which one subscriber owns."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> IPV6_HOST_BITS << IPV6_HOST_BITS, 128 - IPV6_HOST_BITS)))
    return str(address or "unknown")


def _hop(text: str) -> Address:
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return _plain(ip_address(bare))
    except ValueError:
        raise Unreadable("X-Forwarded-For names something that is not an address") from None


def _plain(address: Address) -> Address:
    """`::ffff:10.0.0.1` is 10.0.0.1."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _within(address: Address, among: Sequence[Network]) -> bool:
    return any(address in network for network in among)
