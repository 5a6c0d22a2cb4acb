"""`seatrial db upgrade`: the database reaches the newest schema, once, and says which one it is last."""

from __future__ import annotations

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.databases.evidence_rows import index_evidence
from seatrial.bootstrap.databases.places import LedgerPlace, refuse_running
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import JournalEpoch
from seatrial.domain.instrument import Instrument
from seatrial.journal.database import Database
from seatrial.journal.port import Opening
from seatrial.journal.schema import EXPECTED_VERSION, Upgrade, upgrade, version_of
from seatrial.market.instruments import instrument_of


def upgrade_ledger(settings: Settings, place: LedgerPlace) -> Upgrade:
    """Run the migrations that are missing; nothing at all where none is.

    At the newest schema this is safe at any time. An older one is upgraded only while nothing runs here: the
    running code would write tables it does not know.

    Raises:
        ConfigurationFault: the platform runs and the schema is older; or it is newer than this code.
        EvidenceFault: a file of evidence does not read.
        JournalFault: the database cannot be reached or written.
    """
    if place.exists:
        database = place.connect(read_only=True)
        try:
            found = version_of(database)
        finally:
            database.close()
        if 0 < found < EXPECTED_VERSION:
            refuse_running(settings, "an upgrade")
    database = place.connect(read_only=False)
    try:
        opening = Opening("", JournalEpoch(""), "", "", at_ns=WallClock().now_ns(), instruments=_traded(database))
        done = upgrade(database, opening)
        index_evidence(settings, database)
        return done
    finally:
        database.close()


def _traded(database: Database) -> tuple[Instrument, ...]:
    """The grids of everything that was ever filled here, for a history from before grids were kept."""
    if "fills" not in database.tables():
        return ()
    found: list[Instrument] = []
    for (symbol,) in database.read("SELECT DISTINCT symbol FROM fills"):
        try:
            found.append(instrument_of(symbol))
        except RequestFault:
            continue  # no symbol of ours: its lots keep an unknown value
    return tuple(found)
