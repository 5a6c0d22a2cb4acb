"""Every variable of the runbooks is known, and each value of each parses or refuses; none reads as something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from seatrial.bootstrap import parsing
from seatrial.bootstrap.doctor.examination import known_variables
from seatrial.bootstrap.settings import load_settings
from seatrial.bootstrap.variables import KNOWN, LATER, SECRETS, SWITCHES, TIGHTENERS
from seatrial.domain.faults import ConfigurationFault, DataFault

# The list of the runbooks, as it stands in the conformance table.
LISTED = """
ALPACA_PAPER_API_KEY ALPACA_PAPER_API_SECRET ALPACA_API_KEY ALPACA_API_KEY_ID ALPACA_API_SECRET ALPACA_SECRET_KEY
ALPACA_API_SECRET_KEY ALPACA_KEY ALPACA_SECRET ALPACA__KEY ALPACA__SECRET ALPACA__ENDPOINT ALPACA_ENDPOINT
ALPACA_BASE_URL ALPACA_LIVE_API_KEY ALPACA_LIVE_API_SECRET BINANCE_API_KEY BINANCE_API_SECRET COINGECKO_API_KEY
ALPACA_PAPER DRY_RUN ENVIRONMENT APP__STAGE STAGING_MODE QT_EXECUTION_EXCHANGE QT_EXECUTION_BINANCE_TESTNET
QT_EXECUTION_QUOTE_ASSET QUANTUM_TRADER_REFRESH_SECONDS QUANTUM_TRADER_EXECUTION_SECONDS
ALPACA__EQUITY_DEPLOYMENT_PCT EQUITY_DEPLOYMENT_PCT LOGGING__LEVEL LOG_LEVEL EMAIL__PASSWORD SLACK_WEBHOOK_URL
LLM_API_KEY DATABASE_URL DATABASE_TYPE DATABASE_PATH SQLITE_PATH POSTGRES_HOST POSTGRES_PORT POSTGRES_DB POSTGRES_USER
POSTGRES_PASSWORD DB_PASSWORD STAGING_DB_PASSWORD REDIS_HOST REDIS_PASSWORD MAX_DAILY_LOSS MAX_POSITION_SIZE
CIRCUIT_BREAKER_ENABLED ENABLE_OBSERVABILITY ENABLE_DASHBOARD METRICS_ENABLED ENABLE_PROMETHEUS_METRICS METRICS_PORT
DASHBOARD_PORT MARKET_DATA_PORT EXECUTION_PORT RISK_MANAGER_PORT VITE_API_URL API_HOST GRAFANA_HOST PROMETHEUS_HOST
ALERTMANAGER_HOST TLS_EMAIL TLS_CERT_MODE ACME_CA GRAFANA_BASIC_AUTH_USER GRAFANA_BASIC_AUTH_HASH
PROMETHEUS_BASIC_AUTH_USER PROMETHEUS_BASIC_AUTH_HASH ALERTMANAGER_BASIC_AUTH_USER ALERTMANAGER_BASIC_AUTH_HASH
GRAFANA_PASSWORD STAGING_ALLOWED_CIDRS AWS_ROLE_ARN AWS_REGION
"""
NAMED = LISTED.split()

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
PLAUSIBLE = """
true FALSE yes 0 1 2 maybe 5002 -1 1e9 1e999999999 nan inf \u0663 95% 0.95 https://api.alpaca.markets/v2 http://h:0
https://paper-api.alpaca.markets postgresql://u:p@h/d sqlite:///x staging production alpaca USDT debug a.duckdb ${HOME}
10.0.0.0/8 config live paper AKLIVE wss://api.alpaca.markets/stream
"""
plausible = st.sampled_from(PLAUSIBLE.split())


@pytest.mark.parametrize("name", NAMED)
def test_every_variable_of_the_runbooks_is_known_to_the_doctor(name):
    told = {each.variable.name: each for each in known_variables({})}

    assert name in told
    assert told[name].variable.meaning
    assert told[name].effect


@examples(max_examples=600)
@given(name=st.sampled_from(sorted(KNOWN)), raw=st.one_of(plausible, texts))
def test_any_value_of_any_variable_parses_or_refuses_naming_it_and_what_is_accepted(tmp_path_factory, name, raw):
    folder = tmp_path_factory.getbasetemp()
    try:
        settings = load_settings({}, {name: raw}, folder)
    except (ConfigurationFault, DataFault) as refused:
        sentence = str(refused)
        assert name in sentence or name.startswith("SEATRIAL_") or "POSTGRES_" in sentence, sentence
        assert any(word in sentence for word in ("use", "unset", "missing", "exists only", "needs")), sentence
        return
    leads_to = KNOWN[name].leads_to
    if (
        leads_to in settings.values
        and KNOWN[name] not in SWITCHES
        and raw.strip()
        and settings.sources[leads_to].endswith(name)
    ):
        assert settings.values[leads_to] == KNOWN[name].kind.parse(raw)


@given(raw=texts)
def test_a_boolean_in_words_is_true_or_false_or_refused(raw):
    try:
        value = parsing.boolean(raw)
    except ValueError:
        assert raw.strip().lower() not in parsing.TRUE_WORDS | parsing.FALSE_WORDS
    else:
        assert value == (raw.strip().lower() in parsing.TRUE_WORDS)


@pytest.mark.parametrize("variable", [each.name for each in (*SWITCHES, *TIGHTENERS) if each.kind is parsing.BOOLEAN])
def test_a_blank_boolean_refuses(tmp_path, variable):
    with pytest.raises(ConfigurationFault, match=variable):
        load_settings({}, {variable: " "}, tmp_path)


def test_what_nothing_reads_yet_changes_nothing(tmp_path):
    untouched = load_settings({}, {}, tmp_path)
    told = load_settings({}, {each.name: "anything" for each in LATER}, tmp_path)

    assert {name: told.values[name] for name in untouched.values if "cidrs" not in name} == {
        name: value for name, value in untouched.values.items() if "cidrs" not in name
    }


@pytest.mark.parametrize("secret", SECRETS, ids=lambda each: each.name)
def test_every_secret_may_live_in_a_file(tmp_path, secret):
    (tmp_path / "secret").write_text("postgresql://u:p@h/d\n")
    carrier = f"{secret.name}_FILE"
    other = {"stage": "prod"} if "LIVE" in secret.name else {}

    settings = load_settings(other, {carrier: str(tmp_path / "secret")}, tmp_path)
    if settings.values.get(secret.leads_to):
        assert settings.values[secret.leads_to].reveal() == "postgresql://u:p@h/d"
        assert settings.sources[secret.leads_to] == f"environment {carrier}"

    with pytest.raises(ConfigurationFault, match=f"{carrier} = .* cannot be read"):
        load_settings(other, {carrier: str(tmp_path / "nowhere")}, tmp_path)
    with pytest.raises(ConfigurationFault, match=f"{secret.name} and the file of {carrier} disagree"):
        load_settings(other, {carrier: str(tmp_path / "secret"), secret.name: "another"}, tmp_path)
