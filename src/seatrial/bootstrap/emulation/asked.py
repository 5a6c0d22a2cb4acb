"""What somebody wants emulated: which symbols, in which time, with which fills and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seatrial.bootstrap.seal.hosts import PORTS

NOW, RECORDED = "now", "recorded"
CLOCKS = (RECORDED, NOW)
BOOK, PRINTS = "book", "prints"
FILLS = (BOOK, PRINTS)
AUTO, BARS, DEPTH, QUOTES, TRADES = "auto", "bars", "depth", "quotes", "trades"
REPLAYS = (AUTO, BARS, DEPTH, QUOTES, TRADES)


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything but the settings.

    Args:
        symbols: what is listed; empty lists the well-known ones that the data holds.
        clock: `recorded` keeps the dates of the data, `now` moves its last session to now.
        always_open: no exchange ever closes.
        fills: `book`, in which everybody meets everybody, or `prints` as a backtest fills.
        replay: what of the data is replayed; `auto` is bars where there are any.
        accounts: a TOML file of further accounts.
        faults: a script of faults.
        history: a folder for the operation history, a file a venue.
        tls: a folder for an authority's certificate; the venues are then served under their real names, too.
        tls_ports: where; the real ones unless a test says otherwise.
    """

    symbols: tuple[str, ...] = ()
    clock: str = RECORDED
    always_open: bool = False
    fills: str = BOOK
    replay: str = AUTO
    accounts: Path | None = None
    faults: Path | None = None
    history: Path | None = None
    tls: Path | None = None
    tls_ports: tuple[int, ...] = PORTS
