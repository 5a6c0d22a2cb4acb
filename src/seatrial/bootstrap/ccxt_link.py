"""Connections through ccxt: the exchange's own sandbox, or Binance as a local venue emulates it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.links import Line, account_of, connection_of
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.venue_urls import local_binance
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import Instrument
from seatrial.venues.binance.door import BinanceUrls
from seatrial.venues.ccxt.client import CcxtVenue
from seatrial.venues.ccxt.exchange import PREFIX, open_exchange, require_known
from seatrial.venues.connection import Connection

EMULATED = "binance"  # the one exchange of ccxt that a local venue speaks as


def emulated_at(urls: BinanceUrls) -> Mapping[str, Any]:
    """ccxt's Binance at another address (`venues.md` 1.3)."""
    v1, sapi = urls.rest_v3.removesuffix("/api/v3") + "/api/v1", urls.rest_v3.removesuffix("/api/v3") + "/sapi/v1"
    stream = urls.stream.removesuffix("/stream")
    sockets = {"spot": f"{stream}/ws", "margin": f"{stream}/ws", "ws-api": {"spot": urls.ws_api}}
    rest = urls.rest_v3
    return {"urls": {"api": {"public": rest, "private": rest, "v1": v1, "sapi": sapi, "ws": sockets}}}


def ccxt_of(
    settings: Settings,
    venue: str,
    instruments: Sequence[Instrument],
    line: Line,
) -> CcxtVenue:
    """`ccxt:NAME` in this mode: the exchange's sandbox in mode paper, the emulated Binance on local venues.

    Raises:
        ConfigurationFault: credentials are missing, or ccxt is not installed.
        RequestFault: not an exchange that can be traded on so, or not in this mode.
    """
    exchange, own = venue.removeprefix(PREFIX), uses_own_venues(settings)
    if own and exchange != EMULATED:
        accepted = f"{PREFIX}{EMULATED}, the one exchange that local venues emulate; --mode paper for a sandbox"
        raise RequestFault("venue", accepted, venue)
    require_known(exchange)
    keys = account_of(settings, EMULATED if own else "ccxt")
    connection = connection_of(settings, AccountId(venue), keys, instruments, line)
    more: Mapping[str, Any] = {"password": settings.values["ccxt.password"].reveal()}
    if own:
        more = emulated_at(local_binance(settings.host, settings.ports.binance))
    return ccxt_venue(connection, exchange, more=more, sandbox=not own)


def ccxt_venue(
    connection: Connection, name: str, *, more: Mapping[str, Any], sandbox: bool = False, poll_seconds: float = 2.0
) -> CcxtVenue:
    """A venue by ccxt's name of the exchange.

    Raises:
        ConfigurationFault: ccxt is not installed.
        RequestFault: not an exchange that can be traded on so, or one without a sandbox.
    """
    timeout_ms = int(connection.timeout_seconds * 1_000)
    exchange: Any = open_exchange(name, connection.key, connection.secret, timeout_ms=timeout_ms, more=more)
    if sandbox:
        if not exchange.urls.get("test"):
            raise RequestFault("venue", "an exchange with a sandbox, as mode is paper", f"{PREFIX}{name}")
        exchange.set_sandbox_mode(True)
    return CcxtVenue(connection, exchange, poll_seconds=poll_seconds)
