"""`DATABASE_*` and `POSTGRES_*` lead to one journal, or refuse naming the two that disagree."""

from __future__ import annotations

import pytest

from seatrial.bootstrap.settings import load_settings
from seatrial.domain.faults import ConfigurationFault

PARTS = {"POSTGRES_HOST": "db", "POSTGRES_DB": "sea", "POSTGRES_USER": "me"}
SCRIPT = """
    dev      DATABASE_URL=postgresql://u:p@h/d                     -> postgresql://u:p@h/d
    dev      DATABASE_URL=postgres://u:p@h:5433/d                  -> postgresql://u:p@h:5433/d
    dev      DATABASE_URL=postgresql+psycopg://u:p@h/d             -> postgresql://u:p@h/d
    dev      DATABASE_URL=postgresql://u@h/d DB_PASSWORD=p@ss/word -> postgresql://u:p%40ss%2Fword@h/d
    dev      DATABASE_URL=postgresql://u@h/d STAGING_DB_PASSWORD=p -> postgresql://u@h/d
    staging  DATABASE_URL=postgresql://u@h/d STAGING_DB_PASSWORD=p -> postgresql://u:p@h/d
    dev      POSTGRES_HOST=db POSTGRES_DB=sea POSTGRES_USER=me     -> postgresql://me@db:5432/sea
    dev      POSTGRES_HOST=db POSTGRES_DB=sea POSTGRES_USER=me POSTGRES_PORT=5433 DB_PASSWORD=p -> postgresql://me:p@db:5433/sea
    dev      POSTGRES_DB=sea POSTGRES_USER=me POSTGRES_PASSWORD=p  -> SQLite
    dev      POSTGRES_HOST= POSTGRES_DB= DATABASE_URL=postgresql://u:p@h/d -> postgresql://u:p@h/d
    dev      DATABASE_TYPE=sqlite                                  -> SQLite
"""


def test_the_variables_of_the_runbooks_lead_to_one_journal(tmp_path):
    for line in SCRIPT.strip().splitlines():
        given, _, told = line.partition("->")
        stage, *pairs = given.split()

        settings = load_settings({"stage": stage}, dict(pair.split("=", 1) for pair in pairs), tmp_path)

        assert (settings.journal_url.reveal() or "SQLite") == told.strip(), line
        assert "p@ss" not in settings.sources["journal.url"]


def test_files_of_databases_find_their_settings(tmp_path):
    told = load_settings({}, {"DATABASE_TYPE": "duckdb", "DATABASE_PATH": "m.db", "SQLITE_PATH": "e.db"}, tmp_path)
    assert (told.values["observability.duckdb_path"], told.values["observability.sqlite_path"]) == ("m.db", "e.db")
    assert load_settings({}, {"DATABASE_PATH": "x.duckdb"}, tmp_path).values["observability.duckdb_path"] == "x.duckdb"
    assert load_settings({}, {"DATABASE_PATH": "x.db"}, tmp_path).values["journal.path"] == "x.db"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"DATABASE_URL": "postgresql://u:p@h/d", "POSTGRES_HOST": "other"},
            "DATABASE_URL and .*POSTGRES_HOST name",
        ),
        ({"DATABASE_URL": "postgresql://u:p@h/d", "DB_PASSWORD": "q"}, r"DATABASE_URL.*DB_PASSWORD.*disagree"),
        ({"DATABASE_URL": "postgresql://u:p@h/d", "DATABASE_TYPE": "sqlite"}, "DATABASE_TYPE.*DATABASE_URL disagree"),
        ({"POSTGRES_PASSWORD": "a", "DB_PASSWORD": "b", **PARTS}, r"POSTGRES_PASSWORD.*DB_PASSWORD.*disagree"),
        ({"DATABASE_TYPE": "postgresql"}, "POSTGRES_HOST is missing"),
        ({"DATABASE_TYPE": "postgresql", "DATABASE_PATH": "x.db", **PARTS}, "DATABASE_PATH"),
        ({"DATABASE_TYPE": "oracle"}, "DATABASE_TYPE = 'oracle' .*postgresql, sqlite or duckdb"),
        ({"DATABASE_URL": "postgresql://u:${DB_PASSWORD}@h/d"}, "expanded"),
        ({"DATABASE_URL": "mysql://u:p@h/d"}, "postgresql://"),
        ({"POSTGRES_PORT": "many", **PARTS}, "POSTGRES_PORT = 'many'"),
    ],
)
def test_two_databases_and_half_a_database_refuse(tmp_path, environment, sentence):
    with pytest.raises(ConfigurationFault, match=sentence) as refused:
        load_settings({}, environment, tmp_path)
    assert "u:p@" not in str(refused.value)
