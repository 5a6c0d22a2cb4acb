"""The ledger's commands as a person types them, and the same under the runbooks' names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")} | variables
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def seatrial(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "seatrial", *arguments, cwd=cwd, **variables)


def test_upgrade_ends_with_the_version_backup_and_restore_with_the_count(tmp_path: Path) -> None:
    for _ in range(2):
        ran = seatrial("db", "upgrade", cwd=tmp_path)
        assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "schema version 2"), ran.stderr

    assert (tmp_path / "data" / "events.db").exists()
    told = json.loads(seatrial("db", "verify", "--json", cwd=tmp_path).stdout)
    assert told["ok"]
    assert told["rows"]["schema_version"] == 2

    made = seatrial("db", "backup", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "backups" / "events.db.backup").exists()
    back = seatrial("db", "restore", "backups/events.db.backup", cwd=tmp_path)
    assert back.returncode == 0, back.stderr
    assert back.stdout.splitlines()[-1] == "Records restored: 2"


def test_a_wrong_database_or_backup_ends_with_a_sentence_and_its_code(tmp_path: Path) -> None:
    for arguments, code, told in (
        (["db", "verify"], 1, "`seatrial db upgrade` makes one"),
        (["db", "upgrade", "--database-url", "mysql://x"], 3, "sqlite:///"),
        (["db", "restore", "nothing"], 4, "there is no backup"),
        (["db", "seed", "--env", "prod"], 3, "never seeded"),
        (["metrics", "export", "--output", "x.csv"], 4, "the running platform makes it"),
        (["metrics", "prune", "--older-than", "soon"], 2, "such as 7d"),
        (["logs", "--since", "soon"], 2, "accepted is an age"),
    ):
        ran = seatrial(*arguments, cwd=tmp_path)
        assert ran.returncode == code, (arguments, ran.stderr)
        assert told in ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("script", "arguments", "told"),
    [
        ("scripts/init_postgres_schema.py", ["--database-url", "sqlite:///made.db"], "schema version 2"),
        ("scripts/alembic", ["upgrade", "head"], "schema version 2"),
        ("scripts/validate_postgresql.py", ["--database-url", "sqlite:///absent.db"], "makes one"),
        ("scripts/backup_databases.sh", [], "there is no database"),
        ("scripts/export_metrics.py", ["--output=X.csv"], "the running platform makes it"),
        ("scripts/import_metrics.py", ["--input=X.csv"], "there is no X.csv"),
        ("backend/scripts/seed_trades.py", ["--env", "prod"], "never seeded"),
    ],
)
def test_a_script_of_the_runbooks_is_the_command(tmp_path: Path, script: str, arguments: list[str], told: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = run(str(ROOT / script), *arguments, cwd=tmp_path, PATH=path)
    assert told in ran.stdout + ran.stderr


def test_alembic_understands_two_things_and_says_so(tmp_path: Path) -> None:
    ran = run(str(ROOT / "scripts" / "alembic"), "downgrade", "base", cwd=tmp_path)
    assert ran.returncode == 1
    assert "only `upgrade head`" in ran.stderr


def test_harvest_speaks_of_the_same_things(tmp_path: Path) -> None:
    told = run(sys.executable, "-m", "seatrial.cli.harvest", "--help", cwd=tmp_path)
    assert "harvest daemon --interval 300" in told.stdout
    checked = run(
        sys.executable,
        "-m",
        "seatrial.cli.harvest",
        "verify-postgres",
        "--database-url",
        "sqlite:///x.db",
        cwd=tmp_path,
    )
    assert checked.returncode == 1
    assert "makes one" in checked.stdout


def test_staging_schema_init_wants_its_file(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text("utf-8"))
    ran = run("make", "-o", "install", "staging-schema-init", cwd=tmp_path)
    assert ran.returncode != 0
    assert "Missing .env.staging" in ran.stdout
