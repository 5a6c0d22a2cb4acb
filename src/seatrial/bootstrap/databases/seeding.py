"""`seatrial db seed`: historical trades to look at, in a staging database that has none of its own.

They are what the configured strategies would have done on our own recorded or made-up market, in a table of their
own with their source in every row: nothing that reads orders, fills or positions ever meets one.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from seatrial.bootstrap.backtests import run_backtest
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.databases.places import LedgerPlace
from seatrial.bootstrap.market_identity import market_name
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Stage
from seatrial.bootstrap.strategy_files import chosen_strategies
from seatrial.bootstrap.symbols import strategy_texts
from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.faults import ConfigurationFault
from seatrial.domain.ids import JournalEpoch
from seatrial.domain.time import rfc3339
from seatrial.journal.database import Database
from seatrial.journal.port import Opening
from seatrial.journal.schema import upgrade

SESSIONS = 5
TRADER_LETTERS = 8


def refuse_seed(settings: Settings, environment: str) -> None:
    """Raise `ConfigurationFault` unless the environment named is this stage, and it is not prod."""
    if environment not in ("dev", "staging"):
        raise ConfigurationFault(f"--env {environment}: a database of prod is never seeded, accepted is dev or staging")
    if settings.stage is Stage.PROD:
        raise ConfigurationFault("this is stage prod: its database is never seeded")


def seed(settings: Settings, place: LedgerPlace) -> tuple[int, str]:
    """Fill `seeded_trades`; returns how many trades, and where they come from.

    Raises:
        ConfigurationFault: the ledger has entries of its own.
        JournalFault: the database cannot be written.
    """
    database = place.connect(read_only=False)
    try:
        upgrade(database, Opening("", JournalEpoch(""), "", "", at_ns=WallClock().now_ns()))
        _refuse_real(place, database)
        source = f"seeded: {market_name(settings)}"
        rows = [_row(number, source, trader, trade) for number, (trader, trade) in enumerate(_trades(settings), 1)]
        with database.transaction():
            database.execute("DELETE FROM seeded_trades")
            database.execute_many("INSERT INTO seeded_trades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return len(rows), source
    finally:
        database.close()


def _refuse_real(place: LedgerPlace, database: Database) -> None:
    entries = int(database.read("SELECT COUNT(*) FROM entries")[0][0])
    if entries:
        raise ConfigurationFault(
            f"{place.name} has {entries} real entries: trades are seeded into an empty ledger only"
        )


def _trades(settings: Settings) -> list[tuple[str, OutcomeFill]]:
    """What each configured strategy would have traded, oldest first, under a name that tells nobody who it was."""
    found: list[tuple[str, OutcomeFill]] = []
    for chosen in chosen_strategies(settings):
        with tempfile.TemporaryDirectory() as scratch:
            texts = strategy_texts(settings, chosen.venue)
            done = run_backtest(settings, chosen.path, texts, session_count=SESSIONS, folder=Path(scratch))
        trader = hashlib.sha256(f"{settings.seed}\x1f{chosen.path}".encode()).hexdigest()[:TRADER_LETTERS]
        found += [(f"trader-{trader}", fill.outcome) for fill in done.result.fills]
    return sorted(found, key=lambda each: each[1].at_ns)


def _row(number: int, source: str, trader: str, trade: OutcomeFill) -> tuple[object, ...]:
    side, traded_at = int(trade.side), rfc3339(trade.at_ns)
    quantities = (trade.qty_units, trade.price_units, trade.fee_units)
    return (number, source, trader, trade.symbol, side, *quantities, traded_at)
