"""`seatrial policy`: shows what is asked, and says what is too little."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from seatrial.cli.policy import policy
from seatrial.domain.faults import BadSetting
from seatrial.release.policy_file import BUILT_IN, built_in, built_in_text


def test_the_policy_shown_is_the_policy_written():
    shown = CliRunner().invoke(policy, ["show", "solo"]).output
    assert shown.endswith(built_in_text("solo"))
    assert "1 approval, 72 h to think it over; arms live, at most 0.25 of the account" in shown.splitlines()[0]


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_digest_shown_is_the_one_evidence_names(name):
    told = json.loads(CliRunner().invoke(policy, ["show", name, "--json"]).output)
    assert told["digest"] == built_in(name).digest


def test_a_weak_policy_is_told_how_and_ends_with_1(tmp_path):
    path = tmp_path / "weak.yaml"
    path.write_text(built_in_text("default").replace("{for: 24h", "{for: 1h"))
    ran = CliRunner().invoke(policy, ["lint", str(path)], standalone_mode=False)
    assert ran.return_value == 1
    assert "gates.cooling_off.for: at least 24h" in ran.output
    told = CliRunner().invoke(policy, ["lint", str(path), "--json"], standalone_mode=False)
    assert json.loads(told.output)["weaker"] == ["gates.cooling_off.for: at least 24h"]


def test_a_policy_that_is_not_understood_is_refused(tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text(built_in_text("default").replace("need: 2", "need: some"))
    with pytest.raises(BadSetting, match=r"odd\.yaml: gates\.approvals\.need: accepted is a whole number"):
        CliRunner().invoke(policy, ["lint", str(path)], catch_exceptions=False)
