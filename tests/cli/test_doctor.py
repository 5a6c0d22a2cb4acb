"""`seatrial doctor`: what holds and why, what is wrong and what to do, by exit codes that scripts can trust."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from seatrial.bootstrap.doctor.env_file import env_file_findings, read_env_file
from seatrial.bootstrap.doctor.findings import Finding, Level
from seatrial.bootstrap.doctor.staging_credentials import credential_findings
from seatrial.bootstrap.doctor.tools import TOOLS, judged, version_said
from seatrial.bootstrap.settings import Ports

ROOT = Path(__file__).resolve().parents[2]
OURS = ("SEATRIAL_", "ALPACA", "DRY_RUN", "DATABASE", "POSTGRES")
HASH = "$2b$12$" + "a" * 53
LIVE = {"ALPACA_LIVE_API_KEY": "AKHUNTER2", "ALPACA_LIVE_API_SECRET": "hunter2"}
PAPER = {"ALPACA_PAPER_API_KEY": "PKHUNTER2", "ALPACA_PAPER_API_SECRET": "hunter2"}


def seatrial(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: raw for name, raw in os.environ.items() if not name.startswith(OURS)} | variables
    command = [sys.executable, "-m", "seatrial", "doctor", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def asked(*arguments: str, cwd: Path, **variables: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(seatrial(*arguments, "--json", cwd=cwd, **variables).stdout)
    told["by_name"] = {finding["name"]: finding for finding in told["findings"]}
    return told


def failures(findings: Iterable[Finding]) -> str:
    """What is wrong, one sentence a line."""
    return "\n".join(finding.message for finding in findings if finding.level is Level.FAILURE)


def env_file(folder: Path, **changes: str) -> Path:
    """The example, filled in as somebody would, then changed."""
    filled = {
        **PAPER,
        **{f"{each}_HOST": f"{each.lower()}.example.com" for each in ("API", "GRAFANA", "PROMETHEUS", "ALERTMANAGER")},
        **{f"{each}_BASIC_AUTH_USER": "team" for each in ("GRAFANA", "PROMETHEUS", "ALERTMANAGER")},
        **{f"{each}_BASIC_AUTH_HASH": HASH.replace("$", "$$") for each in ("GRAFANA", "PROMETHEUS", "ALERTMANAGER")},
        "GRAFANA_PASSWORD": "hunter2",
        "STAGING_ALLOWED_CIDRS": "10.0.0.0/8",
        "TLS_EMAIL": "team@example.com",
    } | changes
    lines = (ROOT / ".env.staging.example").read_text().splitlines()
    kept = [line for line in lines if line.partition("=")[0] not in filled]
    path = folder / ".env.staging"
    path.write_text("\n".join([*kept, *(f"{name}={raw}" for name, raw in filled.items())]) + "\n")
    return path


def test_each_value_is_shown_with_its_source_what_gave_way_and_no_secret(tmp_path):
    told = asked(
        "--seed",
        "9",
        cwd=tmp_path,
        DRY_RUN="1",
        DATABASE_URL="postgresql://u:hunter2-hunter2@127.0.0.1:1/d",
        MAX_DAILY_LOSS="5000",
        LOG_LEVEL="info",
        LOGGING__LEVEL="INFO",
        TLS_EMAIL="a@example.com",
    )

    rows = {row["name"]: row for row in told["settings"]}
    assert rows["seed"] == {"name": "seed", "value": 9, "source": "command line"}
    assert told["mode"] == {"value": "dry_run", "source": "environment DRY_RUN"}
    assert rows["limits.max_daily_loss"]["value"] == "2000"
    assert {each["name"] for each in told["conflicts"]} == {"limits.max_daily_loss", "logs.level"}
    variables = {each["name"]: each for each in told["variables"]}
    assert variables["TLS_EMAIL"]["set"]
    assert variables["TLS_EMAIL"]["acts_on"] == "nothing reads it yet"
    assert told["by_name"]["database"]["level"] == "failure"
    assert "hunter2" not in json.dumps(told)


def test_a_healthy_house_ends_with_0_and_a_sick_one_with_1_saying_what_to_do(tmp_path):
    shutil.copytree(ROOT / "strategies", tmp_path / "strategies")
    ports = [part for name in Ports.__slots__ for part in ("--set", f"ports.{name}={_free_port()}")]
    well = seatrial(*ports, cwd=tmp_path)
    assert well.returncode == 0, well.stdout
    for part in ("stage and mode", "where sources disagreed", "credentials", "versions", "machine", "trades AAPL, SPY"):
        assert part in well.stdout

    (tmp_path / "strategies" / "trend.py").write_text("import nothing_of_the_kind\n")
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = str(holder.getsockname()[1])
        sick = seatrial(*ports, "--set", f"ports.watch={taken}", cwd=tmp_path)
    assert sick.returncode == 1
    assert "trend.py:1: ModuleNotFoundError" in sick.stdout
    assert f"ports.watch = {taken} is taken" in sick.stdout


def test_credentials_are_present_or_absent_and_told_apart_by_fingerprint_only(tmp_path):
    told = asked("--mode", "paper", "--set", "trading.venues=alpaca", cwd=tmp_path, **PAPER)["by_name"]

    assert told["ALPACA_PAPER_API_KEY"]["message"].startswith("present, fingerprint ")
    assert told["BINANCE_API_KEY"]["message"] == "absent"
    assert told["mode paper"]["level"] == "ok"
    assert "HUNTER2" not in json.dumps(told)
    missing = asked("--mode", "paper", cwd=tmp_path, **PAPER)["by_name"]["mode paper"]
    assert missing["message"].startswith("BINANCE_API_KEY and BINANCE_API_SECRET not found")


def test_a_configuration_that_is_refused_ends_with_3(tmp_path):
    assert seatrial(cwd=tmp_path, DRY_RUN="maybe").returncode == 3
    assert seatrial("--env-file", "nowhere", cwd=tmp_path).returncode == 3


@pytest.mark.parametrize(
    ("variables", "sentences"),
    [
        ({**PAPER, "DRY_RUN": "true"}, ()),
        ({"DRY_RUN": "true"}, ("ALPACA_PAPER_API_KEY not found", "ALPACA_PAPER_API_SECRET not found")),
        ({"ALPACA_KEY": "a", "ALPACA_SECRET": "b", "DRY_RUN": "true"}, ("ALPACA_PAPER_API_KEY not found",)),
        (
            {**PAPER, **LIVE, "DRY_RUN": "1"},
            (
                "ALPACA_LIVE_API_KEY found in staging environment",
                "ALPACA_LIVE_API_SECRET found in staging environment",
            ),
        ),
        (PAPER, ("DRY_RUN not found",)),
        ({**PAPER, "DRY_RUN": "no"}, ("DRY_RUN is not true",)),
        ({**PAPER, "DRY_RUN": "maybe"}, ("DRY_RUN = 'maybe'",)),
        ({**PAPER, "DRY_RUN": "true", "PROD_DB_PASSWORD": "hunter2"}, ("PROD_DB_PASSWORD found in staging",)),
        (
            {**PAPER, "DRY_RUN": "true", "DATABASE_URL": "postgresql://u:hunter2@prod-db.example.com/d"},
            ("DATABASE_URL names a production database",),
        ),
        ({**PAPER, "DRY_RUN": "true", "DATABASE_URL": "postgresql://u:prod@staging-db/products"}, ()),
    ],
)
def test_the_check_before_a_deployment_uses_the_runbooks_words_and_exact_names(variables, sentences):
    wrong = failures(credential_findings(variables))

    assert bool(wrong) == bool(sentences)
    for sentence in sentences:
        assert sentence in wrong
    assert "hunter2" not in wrong.lower()


def test_the_check_before_a_deployment_ends_with_1_until_it_may_go_on(tmp_path):
    assert seatrial("--credentials", cwd=tmp_path, DRY_RUN="true", **PAPER).returncode == 0
    refused = seatrial("--credentials", cwd=tmp_path, **LIVE)
    assert refused.returncode == 1
    assert "ALPACA_LIVE_API_KEY found in staging environment" in refused.stdout


def test_a_filled_example_passes_but_for_this_machine(tmp_path):
    told = asked("--env-file", str(env_file(tmp_path)), cwd=tmp_path)

    wrong = [each for each in told["findings"] if each["level"] == "failure"]
    assert [each for each in wrong if each["group"] == "variables"] == []
    assert told["by_name"]["settings"]["message"] == "understood: stage staging, mode paper"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"API_HOST": ""}, "API_HOST is missing"),
        ({"GRAFANA_PASSWORD": "CHANGE_ME"}, "still holds the example's text"),
        ({"GRAFANA_BASIC_AUTH_HASH": "secret"}, "GRAFANA_BASIC_AUTH_HASH = 'secret' (this file) is not accepted"),
        ({"ENABLE_DASHBOARD": "perhaps"}, "ENABLE_DASHBOARD = 'perhaps' (this file) is not accepted"),
        ({"STAGING_ALLOWED_CIDRS": "10.0.0.300"}, "STAGING_ALLOWED_CIDRS"),
        (LIVE, "ALPACA_LIVE_API_KEY found in staging environment"),
    ],
)
def test_what_is_wrong_with_a_file_of_variables_is_found_before_anything_starts(tmp_path, changes, sentence):
    wrong = failures(env_file_findings(read_env_file(env_file(tmp_path, **changes))))

    assert sentence in wrong
    assert "hunter2" not in wrong.lower()


def test_a_single_dollar_is_pointed_out_and_an_unknown_name_gets_the_nearest(tmp_path):
    told = asked(
        "--env-file", str(env_file(tmp_path, GRAFANA_BASIC_AUTH_HASH=f"'{HASH}'", MAX_DAILY_LOS="1")), cwd=tmp_path
    )

    found = {(each["name"], each["level"]): each.get("next", "") for each in told["findings"]}
    assert "double each $" in found["GRAFANA_BASIC_AUTH_HASH", "warning"]
    assert found["MAX_DAILY_LOS", "warning"] == "did you mean MAX_DAILY_LOSS?"


def test_tools_absent_or_old_are_warnings_here_and_failures_in_staging():
    docker = TOOLS[0]

    assert judged(docker, None, strict=False).level is Level.WARNING
    assert judged(docker, None, strict=True).level is Level.FAILURE
    assert judged(docker, (23, 9), strict=True).level is Level.FAILURE
    assert judged(docker, (24, 0, 1), strict=True).level is Level.OK
    assert version_said(TOOLS[2]) is not None, "git is here"


@pytest.mark.parametrize("script", ["check_env.py", "validate_config.sh", "check_dependencies.sh"])
def test_the_scripts_of_the_runbooks_are_the_doctor(script):
    ran = subprocess.run([ROOT / "scripts" / script, "--help"], capture_output=True, text=True)

    assert "seatrial doctor" in ran.stdout, ran.stderr


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
