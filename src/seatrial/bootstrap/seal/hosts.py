"""The venues' real names, and at which local address each is answered.

Each venue has a loopback address of its own, so that a client that names no host in its TLS greeting is
understood, too. Sources: Alpaca's and Binance's documentation of their API addresses (`venues.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

PORTS = (443, 9443)


class Place(NamedTuple):
    """A venue inside the seal."""

    venue: str
    address: str
    names: tuple[str, ...]


ALPACA = Place(
    "alpaca",
    "127.0.0.2",
    (
        "paper-api.alpaca.markets",
        "api.alpaca.markets",
        "data.alpaca.markets",
        "data.sandbox.alpaca.markets",
        "stream.data.alpaca.markets",
        "stream.data.sandbox.alpaca.markets",
    ),
)
BINANCE = Place(
    "binance",
    "127.0.0.3",
    (
        "api.binance.com",
        "api1.binance.com",
        "api2.binance.com",
        "api3.binance.com",
        "api4.binance.com",
        "api-gcp.binance.com",
        "data-api.binance.vision",
        "data-stream.binance.vision",
        "stream.binance.com",
        "ws-api.binance.com",
        "testnet.binance.vision",
        "api.testnet.binance.vision",
        "stream.testnet.binance.vision",
        "ws-api.testnet.binance.vision",
        "demo-api.binance.com",
        "demo-stream.binance.com",
        "demo-ws-api.binance.com",
    ),
)
FUTURES = Place("futures", "127.0.0.4", ("fapi.binance.com", "dapi.binance.com", "eapi.binance.com"))
PLACES = (ALPACA, BINANCE, FUTURES)


def hosts_text(places: Iterable[Place]) -> str:
    """`/etc/hosts` as the command sees it: loopback, the venues, and nobody else."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    lines += [f"{place.address} {name}" for place in places for name in place.names]
    return "\n".join(lines) + "\n"
