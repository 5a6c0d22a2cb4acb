"""All that can be asked, at the doors of REST and of the WebSocket API."""

from __future__ import annotations

from seatrial.emulators.binance.desk import Endpoint
from seatrial.emulators.binance.endpoints import PRIVATE, REFUSED
from seatrial.emulators.binance.listen_keys import ENDPOINTS as LISTEN_KEYS
from seatrial.emulators.binance.public_market import MARKET
from seatrial.emulators.binance.public_rules import RULES
from seatrial.emulators.binance.public_tickers import TICKERS


def everything(*, listen_keys: bool) -> tuple[Endpoint, ...]:
    """All endpoints; those of listenKeys only where they are played."""
    return (*RULES, *MARKET, *TICKERS, *PRIVATE, *(LISTEN_KEYS if listen_keys else ()), *REFUSED)
