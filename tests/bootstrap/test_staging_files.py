"""`system.staging.json`, `config.toml`, `alerts.staging.yaml`: read as they are, each value with its place."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.bootstrap.alert_conditions import EQUALITIES, ORDERINGS, SUBJECTS, parse_condition
from seatrial.bootstrap.alerts_file import alerts_path, read_alerts
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.faults import BadSetting, ConfigurationFault, UnknownSetting

ROOT = Path(__file__).resolve().parents[2]
STAGING = {"stage": "staging"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


def system(folder: Path, told: object) -> Path:
    path = folder / "config" / "system.staging.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def test_the_house_s_own_file_is_understood_and_every_key_has_its_setting(folder):
    settings = load_settings(STAGING, {}, folder)

    path = str(folder / "config" / "system.staging.json")
    assert (settings.mode, settings.sources["mode"]) == ("paper", path)
    assert settings.values["observability.metrics_interval_ms"] == 100
    assert settings.values["logs.outputs"] == ("stdout", "file")
    assert str(settings.logs.folder) == "logs"
    assert settings.limits.max_open_positions == 3
    assert load_settings({}, {}, folder).mode == "sim", "it is read in its own stage only"


def test_it_stands_between_the_stage_file_and_the_environment_and_says_what_gave_way(folder):
    (folder / "config" / "staging.toml").write_text("[ports]\nexecution = 6\nwatch = 6\n")
    system(folder, {"services": {"execution_engine": {"port": 7}, "risk_manager": {"port": 7}}})

    settings = load_settings(STAGING, {"EXECUTION_PORT": "8"}, folder)

    assert (settings.ports.execution, settings.ports.watch) == (8, 7)
    assert [str(each).split(" holds")[0] for each in settings.conflicts] == [
        f"ports.execution: 7 ({folder}/config/system.staging.json)",
        f"ports.watch: 7 ({folder}/config/system.staging.json)",
        "ports.execution: 8 (environment EXECUTION_PORT)",
    ]


def test_a_file_s_false_against_the_environment_s_dry_run_is_true_and_said_aloud(folder):
    system(folder, {"services": {"execution_engine": {"mode": "paper", "dry_run": False}}})

    settings = load_settings(STAGING, {"DRY_RUN": "true"}, folder)

    assert settings.mode == "paper"
    assert "dry_run: true (environment DRY_RUN=true) holds over false" in str(settings.conflicts[0])


def test_another_file_of_limits_can_only_tighten(folder):
    text = (folder / "config" / "risk_limits.toml").read_text()
    loose = text.replace("max_daily_loss = 2000", "max_daily_loss = 9000").replace("max_shares = 500", "max_shares = 5")
    (folder / "loose.toml").write_text(loose)
    system(folder, {"services": {"risk_manager": {"config_file": "loose.toml"}}})

    limits = load_settings(STAGING, {}, folder).limits

    assert (limits.max_daily_loss_units, limits.max_shares) == (2000 * 10**8, 5)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"services": {"execution_engine": {"prot": 1}}}, r"services\.execution_engine\.prot .*did you mean"),
        ({"servces": {}}, r"servces .* is not a setting"),
        ({"environment": "prod"}, r"environment = prod .*stage = staging \(command line\) disagree"),
        ({"services": {"execution_engine": {"dry_run": "maybe"}}}, r"dry_run = 'maybe' .*true, false"),
        ({"services": {"execution_engine": {"port": "high"}}}, r"port = 'high' .*a port from"),
        ({"logging": {"format": "text"}}, r"logging\.format = 'text' .*use json"),
        ("[1]", "is not a JSON object"),
        ("{", "is not JSON: .*line 1"),
        ('{"environment": "staging", "environment": "staging"}', "environment is there twice"),
    ],
)
def test_what_is_not_understood_in_it_refuses_naming_the_file(folder, told, sentence):
    path = system(folder, told)

    with pytest.raises(ConfigurationFault, match=sentence) as refused:
        load_settings(STAGING, {}, folder)
    assert str(path) in str(refused.value)


def test_testnet_keys_may_live_in_a_file_and_nothing_else_may(folder):
    path = folder / "config" / "config.toml"
    path.write_text('[binance]\napi_key = "tk"\napi_secret = "ts"\ntestnet = true\n')

    settings = load_settings({}, {}, folder)
    assert (settings.values["binance.key"].reveal(), settings.sources["binance.key"]) == ("tk", str(path))
    assert settings.mode == "sim", "keys alone ask for nothing"
    with pytest.raises(ConfigurationFault, match="disagree"):
        load_settings({}, {"BINANCE_API_KEY": "other"}, folder)

    path.write_text("[binance]\ntestnet = false\n")
    with pytest.raises(ConfigurationFault, match="exists only in stage prod"):
        load_settings({}, {}, folder)
    path.write_text('[alpaca]\napi_key = "x"\n')
    with pytest.raises(UnknownSetting, match=r"alpaca\.api_key in .*config\.toml"):
        load_settings({}, {}, folder)


def test_credentials_come_from_no_stage_file_and_no_command_line(folder):
    with pytest.raises(BadSetting, match="ALPACA_PAPER_API_KEY_FILE in the environment"):
        load_settings({"alpaca.paper_key": "PK"}, {}, folder)
    (folder / "config" / "dev.toml").write_text('[alpaca]\npaper_key = "PK"\n')
    with pytest.raises(BadSetting, match="use ALPACA_PAPER_API_KEY in the environment"):
        load_settings({}, {}, folder)


# --------------------------------------------------------------------- alerts


def test_the_house_s_alerts_are_those_of_the_runbooks():
    rules = read_alerts(alerts_path(ROOT / "config", "staging"))

    assert [alert.name for alert in rules.alerts] == [
        "Service Down",
        "Daily Loss Warning",
        "Circuit Breaker Activated",
        "High Error Rate",
        "Scheduler Skipped Run",
        "API Error Rate > 5 % for 5 min",
        "Model Confidence Low",
    ]
    assert set(rules.channels) == {"email", "slack", "sms", "pager"}
    assert rules.pager_after_minutes == 15
    assert rules.alerts[1].condition.value == Decimal(-1500)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("daily_pnl < -1500", "daily_pln < -1500", r"yaml:10 alerts\[1\]\.condition = .*SUBJECT OPERATOR VALUE"),
        ("daily_pnl < -1500", "daily_pnl < lots", r"yaml:10 alerts\[1\]\.condition"),
        ("error_rate > 5%\n", "error_rate > 5\n", r"alerts\[3\]\.condition"),
        ("channels: [slack]", "channels: [fax]", r"alerts\[6\]\.channels\[0\] = 'fax' .*email, slack, sms, pager"),
        ("channels: [slack]", "channels: []", r"alerts\[6\]\.channels"),
        ("severity: critical", "severity: dire", r"alerts\[0\]\.severity = 'dire' .*info, warning, critical"),
        ("    severity: critical\n", "", r"alerts\[0\]: severity is missing"),
        ("name: Daily Loss Warning", "name: Service Down", "two alerts named 'Service Down'"),
        ("provider: twilio", "provider: other", r"provider = 'other' .*twilio"),
        ("${SLACK_WEBHOOK_URL}", "https://hooks.example.com/x", "does not belong in a file"),
        ("pager_after_minutes: 15", "pager_after_minutes: 0", "a whole number from 1"),
        ("escalation:", "escalate:", "escalate is not a key: did you mean escalation"),
        ("alerts:", "alerts: [", "is not YAML: .*line"),
    ],
)
def test_what_is_not_understood_in_alerts_refuses_with_file_and_place(tmp_path, old, new, sentence):
    text = (ROOT / "config" / "alerts.staging.yaml").read_text()
    path = tmp_path / "alerts.staging.yaml"
    path.write_text(text.replace(old, new, 1))

    with pytest.raises(ConfigurationFault, match=sentence) as refused:
        read_alerts(path)
    assert str(path) in str(refused.value)


words = st.sampled_from(
    [*SUBJECTS, *EQUALITIES, *ORDERINGS, "'healthy'", "true", "-1500", "5%", "0.5", "5", "for 5 min"]
)


@given(st.one_of(st.text(max_size=30), st.lists(words, max_size=5).map(" ".join)))
def test_a_condition_parses_or_is_a_value_error_and_never_something_else(text):
    try:
        condition = parse_condition(text)
    except ValueError:
        return
    assert condition.subject in SUBJECTS
    assert condition.operator in (*EQUALITIES, *ORDERINGS)
    assert condition.subject in text
