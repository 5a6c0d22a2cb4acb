"""Which of several values holds: later ones, except where the stricter must, or where two accounts would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.bootstrap.limits_file import SourcedLimits, tightened
from seatrial.bootstrap.modes import resolve_mode
from seatrial.bootstrap.precedence import settle
from seatrial.bootstrap.secrets import Secret
from seatrial.bootstrap.settings import load_settings
from seatrial.bootstrap.sources import DEFAULT, Sourced
from seatrial.bootstrap.stages import STRICTNESS, Mode, Stage
from seatrial.domain.faults import ConfigurationFault
from seatrial.domain.limits import RiskLimits

layers = st.lists(
    st.dictionaries(st.sampled_from(["seed", "host", "logs.level"]), st.integers(0, 3)), min_size=1, max_size=5
)
flags = st.lists(
    st.tuples(st.sampled_from(["DRY_RUN", "ALPACA_PAPER", "QT_EXECUTION_BINANCE_TESTNET"]), st.booleans()), max_size=5
)
FIELDS = ("max_daily_loss_units", "max_notional_per_position_units", "max_shares", "breaker_cooldown_ns")


@given(layers)
def test_the_last_layer_that_speaks_holds_and_nobody_else(said):
    values, conflicts = settle(
        [[Sourced(name, value, f"layer {at}") for name, value in layer.items()] for at, layer in enumerate(said)]
    )

    for name in {name for layer in said for name in layer}:
        last = max(at for at, layer in enumerate(said) if name in layer)
        assert (values[name].value, values[name].source) == (said[last][name], f"layer {last}")
    assert all(conflict.holds.value != conflict.others[0].value for conflict in conflicts)


def test_two_accounts_refuse_wherever_they_are_named_and_neither_is_shown():
    with pytest.raises(ConfigurationFault, match=r"config\.toml.*BINANCE_API_KEY.*disagree") as refused:
        settle(
            [
                [Sourced("binance.key", Secret("first-key"), "config/config.toml")],
                [Sourced("binance.key", Secret("second-key"), "environment BINANCE_API_KEY")],
            ]
        )

    assert "first-key" not in str(refused.value)
    assert "second-key" not in str(refused.value)


@given(st.sampled_from(Mode), st.booleans(), flags, flags)
def test_one_more_flag_never_makes_a_chosen_mode_looser(mode, chosen, some, more):
    said = Sourced("mode", mode, "command line" if chosen else DEFAULT)

    def resolved(pairs):
        return resolve_mode(said, Stage.PROD, [Sourced(name, value, name) for name, value in pairs])[0].value

    if chosen:
        assert STRICTNESS.index(resolved(some)) <= STRICTNESS.index(mode)
        if not any(name == "DRY_RUN" and value for name, value in some):
            assert STRICTNESS.index(resolved(some + more)) <= STRICTNESS.index(resolved(some))
    if any(name == "DRY_RUN" and value for name, value in some):
        assert resolved(some) is not Mode.LIVE


@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.integers(1, 10**15)), max_size=6))
def test_a_limit_can_only_be_tightened_whatever_is_asked_in_whatever_order(asked):
    start = SourcedLimits(RiskLimits(), dict.fromkeys(RiskLimits.__slots__, "file"))
    sourced = [Sourced(name, value, "environment") for name, value in asked]

    found = tightened(start, sourced)

    for name in FIELDS:
        values = [getattr(start.limits, name), *(value for field, value in asked if field == name)]
        strict = max(values) if name == "breaker_cooldown_ns" else min(values)
        assert getattr(found.limits, name) == strict
    assert tightened(start, reversed(sourced)).limits == found.limits
    assert all(conflict.why == "the strictest wins" for conflict in found.conflicts)


@pytest.mark.parametrize(
    ("variable", "raw", "limit", "holds"),
    [
        ("MAX_DAILY_LOSS", "5000", "max_daily_loss", "2000"),
        ("MAX_POSITION_SIZE", "10000", "max_notional_per_position", "5000"),
        ("MAX_DAILY_LOSS", "1500", "max_daily_loss", "1500"),
        ("CIRCUIT_BREAKER_ENABLED", "false", "breaker_enabled", "true"),
    ],
)
def test_where_runbook_and_limits_disagree_the_strictest_wins_and_it_is_said(tmp_path, variable, raw, limit, holds):
    settings = load_settings({}, {variable: raw}, tmp_path)

    told = [str(conflict) for conflict in settings.conflicts]
    assert len(told) == 1
    assert told[0].startswith(f"limits.{limit}: {holds} (")
    assert variable in told[0]
    assert "the strictest wins" in told[0]


def test_an_equity_percentage_never_lifts_the_exposure(tmp_path):
    lifted = load_settings({}, {"ALPACA__EQUITY_DEPLOYMENT_PCT": "100"}, tmp_path)

    assert lifted.limits == load_settings({}, {}, tmp_path).limits
    assert (
        str(load_settings({}, {"EQUITY_DEPLOYMENT_PCT": "0.25"}, tmp_path).values["alpaca.equity_deployment_percent"])
        == "25"
    )
    with pytest.raises(ConfigurationFault, match="a percentage such as 95"):
        load_settings({}, {"EQUITY_DEPLOYMENT_PCT": "1"}, tmp_path)
