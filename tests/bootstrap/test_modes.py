"""The runbooks' flags lead to one stage and one mode; the strictest wins."""

from __future__ import annotations

import pytest

from seatrial.bootstrap.settings import load_settings
from seatrial.domain.faults import BadSetting, ConfigurationFault, LiveCredentialOutsideProd

SCRIPT = """
    dev                                     ->  dev      sim      nothing said
    dev      DRY_RUN=true                   ->  dev      dry_run  alone it sends nothing
    dev      DRY_RUN=1                      ->  dev      dry_run  and 1 is true
    dev      DRY_RUN=no                     ->  dev      sim      false has no opinion
    dev      DRY_RUN=true ALPACA_PAPER=true ->  dev      paper    orders reach the paper venue and nothing else
    dev      ALPACA_PAPER=on                ->  dev      paper    asked for by name
    dev      SEATRIAL_MODE=sim DRY_RUN=true ->  dev      sim      a local venue is named
    dev      SEATRIAL_MODE=sim ALPACA_PAPER=true -> dev  sim      the stricter of two
    staging  ALPACA_PAPER=true              ->  staging  paper
    prod     ALPACA_PAPER=false             ->  prod     live     asked for, where live exists
    prod     ALPACA_PAPER=false DRY_RUN=true -> prod     dry_run  strictest
    prod     SEATRIAL_MODE=live ALPACA_PAPER=true -> prod paper   strictest
    prod     SEATRIAL_MODE=live DRY_RUN=yes ->  prod     dry_run  strictest
    prod     SEATRIAL_MODE=paper ALPACA_PAPER=false -> prod paper strictest
    dev      ALPACA_PAPER=false DRY_RUN=true -> dev      dry_run  nothing is sent, so nothing is live
    dev      ALPACA_BASE_URL=https://paper-api.alpaca.markets/v2 -> dev paper an address asks like a flag
    dev      ALPACA_ENDPOINT=https://paper-api.alpaca.markets DRY_RUN=on -> dev paper and names a venue
    dev      ALPACA_BASE_URL=http://127.0.0.1:6001 DRY_RUN=true -> dev dry_run any other address asks nothing
    prod     ALPACA_BASE_URL=https://api.alpaca.markets -> prod live
    prod     ALPACA_BASE_URL=https://api.alpaca.markets DRY_RUN=true -> prod dry_run
"""


def test_the_flags_of_the_runbooks_lead_to_one_mode(tmp_path):
    for line in SCRIPT.strip().splitlines():
        given, _, told = line.partition("->")
        stage, *pairs = given.split()
        expected_stage, expected_mode = told.split()[:2]
        environment = dict(pair.split("=", 1) for pair in pairs)

        settings = load_settings({"stage": stage}, environment, tmp_path)

        assert (settings.stage, settings.mode) == (expected_stage, expected_mode), line


@pytest.mark.parametrize("variable", ["DRY_RUN", "ALPACA_PAPER", "QT_EXECUTION_BINANCE_TESTNET", "STAGING_MODE"])
@pytest.mark.parametrize("raw", ["maybe", "", "2", "tru"])
def test_a_flag_that_is_no_boolean_refuses_and_never_reads_as_false(tmp_path, variable, raw):
    with pytest.raises(BadSetting, match=rf"{variable} = .*use true, false, 1, 0"):
        load_settings({}, {variable: raw}, tmp_path)


@pytest.mark.parametrize("stage", ["dev", "staging"])
def test_live_exists_only_in_prod(tmp_path, stage):
    with pytest.raises(ConfigurationFault, match="exists only in stage prod"):
        load_settings({"stage": stage, "mode": "live"}, {}, tmp_path)
    with pytest.raises(ConfigurationFault, match="ALPACA_PAPER=false"):
        load_settings({"stage": stage}, {"ALPACA_PAPER": "false"}, tmp_path)


@pytest.mark.parametrize(
    ("environment", "stage"),
    [
        ({"ENVIRONMENT": "Production"}, "prod"),
        ({"APP__STAGE": "staging"}, "staging"),
        ({"STAGING_MODE": "true"}, "staging"),
        ({"STAGING_MODE": "false"}, "dev"),
        ({"ENVIRONMENT": "staging", "STAGING_MODE": "1"}, "staging"),
    ],
)
def test_older_names_of_the_stage_are_understood(tmp_path, environment, stage):
    assert load_settings({}, environment, tmp_path).stage == stage


@pytest.mark.parametrize(
    "environment",
    [{"ENVIRONMENT": "prod", "APP__STAGE": "dev"}, {"ENVIRONMENT": "prod", "STAGING_MODE": "true"}],
)
def test_two_stages_cannot_be_ordered_so_both_sources_are_named(tmp_path, environment):
    with pytest.raises(ConfigurationFault) as refused:
        load_settings({}, environment, tmp_path)

    assert all(variable in str(refused.value) for variable in environment)


@pytest.mark.parametrize("variable", ["ALPACA_LIVE_API_KEY", "ALPACA_LIVE_API_SECRET"])
def test_a_live_credential_outside_prod_stops_the_start_and_is_not_shown(tmp_path, variable):
    with pytest.raises(LiveCredentialOutsideProd, match=f"{variable} found in staging environment") as refused:
        load_settings({"stage": "staging"}, {variable: "AKVERYSECRET"}, tmp_path)

    assert "AKVERYSECRET" not in str(refused.value)
    assert load_settings({"stage": "prod"}, {variable: "AKVERYSECRET"}, tmp_path).stage == "prod"


def test_a_live_endpoint_outside_prod_stops_the_start(tmp_path):
    with pytest.raises(LiveCredentialOutsideProd, match="live host"):
        load_settings({}, {"ALPACA_BASE_URL": "https://api.alpaca.markets/v2"}, tmp_path)


@pytest.mark.parametrize(
    "environment",
    [
        {"ALPACA__ENDPOINT": "https://api.alpaca.markets"},
        {"SEATRIAL_BINANCE_BASE_URL": "https://api1.binance.com/api/v3"},
        {"SEATRIAL_MARKET_DATA_WEBSOCKET_URL": "wss://api.alpaca.markets/stream"},
    ],
)
def test_a_live_host_outside_prod_names_both_sources(tmp_path, environment):
    with pytest.raises(LiveCredentialOutsideProd, match="live host") as refused:
        load_settings({"stage": "staging"}, environment, tmp_path)

    assert all(word in str(refused.value) for word in (*environment, "staging (command line)"))


def test_paper_orders_never_go_to_a_live_address(tmp_path):
    with pytest.raises(ConfigurationFault, match=r"ALPACA_PAPER=true.*ALPACA_BASE_URL.*disagree"):
        load_settings(
            {"stage": "prod"}, {"ALPACA_PAPER": "true", "ALPACA_BASE_URL": "https://api.alpaca.markets"}, tmp_path
        )


def test_a_live_key_under_a_paper_name_is_found_by_its_beginning(tmp_path):
    with pytest.raises(LiveCredentialOutsideProd, match="ALPACA_API_KEY holds the key of a live account") as refused:
        load_settings({}, {"ALPACA_API_KEY": "AKVERYSECRET"}, tmp_path)

    assert "AKVERYSECRET" not in str(refused.value)


def test_two_accounts_refuse_and_two_names_of_one_do_not(tmp_path):
    with pytest.raises(ConfigurationFault, match=r"ALPACA_PAPER_API_KEY.*ALPACA_KEY.*disagree") as refused:
        load_settings({}, {"ALPACA_PAPER_API_KEY": "PKONE", "ALPACA_KEY": "PKTWO"}, tmp_path)
    assert "PKONE" not in str(refused.value)

    same = load_settings({}, {"ALPACA_PAPER_API_KEY": "PKONE", "ALPACA__KEY": "PKONE"}, tmp_path)
    assert same.sources["alpaca.paper_key"] == "environment ALPACA_PAPER_API_KEY"
    assert "they say the same" in str(same.conflicts[0])


def test_a_venue_that_is_not_ours_keeps_the_pace_of_the_world(tmp_path):
    settings = load_settings({"speed": "60"}, {"ALPACA_PAPER": "true"}, tmp_path)

    assert (settings.speed, settings.sources["speed"]) == (1, "mode paper")
    assert "real time" in str(settings.conflicts[0])
