"""`seatrial db upgrade | verify | backup | restore | seed`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.progress import progress_bar

if TYPE_CHECKING:
    from seatrial.bootstrap.databases.checking import Checked

url_option = click.option(
    "--database-url",
    metavar="URL",
    envvar=None,
    help="postgresql://... or sqlite:///FILE.  [DATABASE_URL, else events.db in the state folder]",
)


@click.group(
    epilog="""\b
Examples:
  seatrial db upgrade
  seatrial db verify --json
  seatrial db backup && seatrial db restore backups/2026-11-21T121819Z
"""
)
def db() -> None:
    """The ledger's database: upgrade, verify, backup, restore, seed."""


@db.command(
    epilog="""\b
Examples:
  seatrial db upgrade
  seatrial db upgrade --database-url postgresql://seatrial@db/seatrial
  seatrial db upgrade --check          only look: does it answer, and which schema has it

Safe to repeat. The last line is the version reached. An older schema is upgraded only while the platform is down.
"""
)
@url_option
@click.option("--check", is_flag=True, help="Connect and tell the version; change nothing.")
@shared.json_option
@shared.settings_options
def upgrade(database_url: str | None, check: bool, as_json: bool, **options: Any) -> int:
    """Bring the database to the newest schema, once."""
    from seatrial.bootstrap.databases.checking import check_connection
    from seatrial.bootstrap.databases.places import place_of
    from seatrial.bootstrap.databases.upgrading import upgrade_ledger

    settings = shared.load(options)
    if check:
        return _tell(check_connection(place_of(settings, database_url)), as_json)
    place = place_of(settings, database_url, moving=True)
    done = upgrade_ledger(settings, place)
    if as_json:
        click.echo(json.dumps({"database": place.name, "before": done.before, "schema_version": done.after}))
        return exits.OK
    what = "is at the newest schema" if done.before == done.after else f"upgraded from schema version {done.before}"
    click.echo(f"{place.name} {what}")
    click.echo(f"schema version {done.after}")
    return exits.OK


@db.command(
    epilog="""\b
Examples:
  seatrial db verify
  seatrial db verify --database-url sqlite:///copies/events.db
  seatrial db verify --json

Reads only, and works while the platform trades. Exit code 1 when something differs; it is named.
"""
)
@url_option
@shared.json_option
@shared.settings_options
def verify(database_url: str | None, as_json: bool, **options: Any) -> int:
    """Check schema, pages and journal, and that every table says what the journal says."""
    from seatrial.bootstrap.databases.checking import check_ledger
    from seatrial.bootstrap.databases.places import place_of

    settings = shared.load(options)
    with progress_bar("entries", shown=not as_json) as on_progress:
        checked = check_ledger(place_of(settings, database_url), lambda seq: on_progress(seq, seq))
    return _tell(checked, as_json)


@db.command(
    epilog="""\b
Examples:
  seatrial db backup
  seatrial db backup --to /mnt/backups

Works while the platform trades. The folder it makes restores as a whole; events.db.backup, metrics.duckdb.backup
and <date>.sql beside it are the newest backup's files.
"""
)
@url_option
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder.  [backups]")
@shared.json_option
@shared.settings_options
def backup(database_url: str | None, folder: Path | None, as_json: bool, **options: Any) -> int:
    """Copy ledger, market segments, metrics and configuration, with a manifest of digests."""
    from seatrial.bootstrap.databases.backing_up import back_up
    from seatrial.bootstrap.databases.places import place_of

    settings = shared.load(options)
    done = back_up(settings, place_of(settings, database_url), folder or Path(settings.values["backups"]))
    records, entries = sum(done.manifest.rows.values()), done.manifest.last_seq
    if as_json:
        told = {"folder": str(done.folder), "records": records, "last_seq": entries, "names": [*map(str, done.names)]}
        click.echo(json.dumps(told))
        return exits.OK
    for name in done.names:
        click.echo(str(name))
    click.echo(f"{done.folder}: {records} records, journal up to entry {entries}")
    return exits.OK


@db.command(
    epilog="""\b
Examples:
  seatrial db restore backups/2026-11-21T121819Z
  seatrial db restore backups/events.db.backup
  seatrial db restore backups/metrics.duckdb.backup

Digests are checked first. What is there now is moved to aside/ in the state folder; nothing is deleted.
"""
)
@click.argument("path", type=click.Path(path_type=Path))
@url_option
@click.option("--yes", is_flag=True, help="Also in the place of a newer ledger, or of another one.")
@shared.json_option
@shared.settings_options
def restore(path: Path, database_url: str | None, yes: bool, as_json: bool, **options: Any) -> int:
    """Put the backup at PATH in the place of the databases. Not while the platform runs."""
    from seatrial.bootstrap.databases.places import place_of
    from seatrial.bootstrap.databases.restoring import restore as put_back

    settings = shared.load(options)
    done = put_back(settings, place_of(settings, database_url, moving=True), path, confirmed=yes)
    if as_json:
        click.echo(json.dumps({"records": done.records, "rows": done.rows, "aside": done.aside}))
        return exits.OK
    for table, rows in done.rows.items():
        click.echo(f"{table:<16} {rows}")
    for former in done.aside:
        click.echo(f"moved aside: {former}")
    click.echo(f"Records restored: {done.records}")
    return exits.OK


@db.command(
    epilog="""\b
Examples:
  seatrial db seed --env staging

Trades of the configured strategies on our own market, anonymised, in the table seeded_trades, each row with its
source. Refused in prod, and where the ledger has entries of its own.
"""
)
@click.option("--env", "environment", required=True, metavar="STAGE", help="dev or staging.")
@url_option
@shared.market_options
@shared.json_option
@shared.settings_options
def seed(environment: str, database_url: str | None, as_json: bool, **options: Any) -> int:
    """Fill an empty staging database with anonymised historical trades to look at."""
    if options.get("stage") is None and environment in ("dev", "staging"):
        options["stage"] = environment
    settings = shared.load(options)
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from seatrial.bootstrap.databases.places import place_of
    from seatrial.bootstrap.databases.seeding import refuse_seed
    from seatrial.bootstrap.databases.seeding import seed as plant

    refuse_seed(settings, environment)
    count, source = plant(settings, place_of(settings, database_url, moving=True))
    if as_json:
        click.echo(json.dumps({"trades": count, "source": source}))
    else:
        click.echo(f"Seeded {count} trades into seeded_trades ({source})")
    return exits.OK


def _tell(checked: Checked, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps(checked.as_json()))
        return exits.OK if checked.ok else exits.FAILED
    for finding in checked.findings:
        mark = {True: "ok", False: "FAILED", None: "unchecked"}[finding.ok]
        click.echo(f"{finding.check:<14} {mark:<10} {finding.told}")
    for table, rows in checked.rows.items():
        click.echo(f"  {table:<20} {rows:>10} rows")
    return exits.OK if checked.ok else exits.FAILED
