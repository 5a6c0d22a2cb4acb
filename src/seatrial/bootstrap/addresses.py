"""Addresses as settings: venues, databases, networks. What two runbooks spell differently becomes one text."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

POSTGRES_SCHEMES = ("postgresql", "postgres")
LIVE_ALPACA = "api.alpaca.markets"
PAPER_ALPACA = "paper-api.alpaca.markets"
TESTNET_BINANCE = "testnet.binance.vision"
_LIVE_BINANCE_DOMAINS = ("binance.com", "binance.us")


def web_address(raw: object) -> str:
    """An `http(s)` address of a venue without the path of its API's version, so that `/v2` and none are equal."""
    text = _split(raw, ("http", "https"))
    path = text.path.rstrip("/")
    for version in ("/v2", "/v3", "/api"):
        path = path.removesuffix(version)
    if path or text.query or text.fragment or text.username:
        raise ValueError(raw)
    return f"{text.scheme}://{text.netloc.lower()}"


def stream_address(raw: object) -> str:
    """A `ws(s)` address, used as it is; empty where the venue's own is meant."""
    if isinstance(raw, str) and not raw.strip():
        return ""
    return _split(raw, ("ws", "wss")).geturl()


def database_address(raw: object) -> str:
    """A PostgreSQL address; drivers named in its scheme, as in `postgresql+psycopg`, are dropped. May be empty."""
    if not isinstance(raw, str):
        raise TypeError(raw)
    if not raw.strip():
        return ""
    if "${" in raw:
        raise ValueError("a variable in it was not expanded")
    scheme, separator, rest = raw.strip().partition("://")
    if scheme.partition("+")[0] not in POSTGRES_SCHEMES or not separator:
        raise ValueError("scheme")
    address = f"postgresql://{rest}"
    split = urlsplit(address)
    if split.port == 0 or not split.path.strip("/"):
        raise ValueError("no database is named")
    return address


def networks(raw: object) -> tuple[str, ...]:
    """Networks such as `10.0.0.0/8`, separated by commas or blanks."""
    if not isinstance(raw, str):
        raise TypeError(raw)
    return tuple(str(ipaddress.ip_network(word)) for word in raw.replace(",", " ").split())


def host_of(address: str) -> str:
    """The host an address names, in lower case; empty where it names none."""
    return (urlsplit(address).hostname or "").lower()


def is_live_host(host: str) -> bool:
    """Behind this host is real money. Alpaca's market data has hosts of its own, which move none."""
    return host == LIVE_ALPACA or any(host == domain or host.endswith(f".{domain}") for domain in _LIVE_BINANCE_DOMAINS)


def is_paper_host(host: str) -> bool:
    """A venue's own paper or testnet host."""
    return host in (PAPER_ALPACA, TESTNET_BINANCE) or host.endswith(f".{TESTNET_BINANCE}")


def _split(raw: object, schemes: tuple[str, ...]) -> SplitResult:
    if not isinstance(raw, str):
        raise TypeError(raw)
    split = urlsplit(raw.strip())
    if split.scheme not in schemes or not split.hostname or split.port == 0:
        raise ValueError(raw)
    return split
