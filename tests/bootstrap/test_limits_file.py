"""The limits come from one file, exactly, and the environment can only tighten them."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.bootstrap.limit_keys import KEYS
from seatrial.bootstrap.limits_file import limits_path, load_limits
from seatrial.domain.faults import BadSetting, UnknownSetting
from seatrial.domain.limits import RiskLimits
from seatrial.domain.money import CASH_SCALE

FILE = Path(__file__).resolve().parents[2] / "config" / "risk_limits.toml"


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text()
    assert old in text
    path = tmp_path / "risk_limits.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_file_of_the_house_holds_the_staging_values():
    assert load_limits(FILE, {}).limits == RiskLimits()


def test_every_limit_has_a_key_and_every_key_a_limit():
    assert {key.field for key in KEYS.values()} == set(RiskLimits.__dataclass_fields__)


def test_percent_and_money_become_whole_units_exactly(tmp_path):
    path = edited(tmp_path, "default_stop_loss_percent = 3.0", "default_stop_loss_percent = 2.3")
    assert load_limits(path, {}).limits.default_stop_loss_ppm == 23_000

    path = edited(tmp_path, "max_daily_loss = 2000", "max_daily_loss = 1999.99")
    assert load_limits(path, {}).limits.max_daily_loss_units == 199_999_000_000


def test_a_misspelt_limit_is_refused_and_the_right_name_offered(tmp_path):
    path = edited(tmp_path, "max_daily_loss", "max_dayly_loss")

    with pytest.raises(UnknownSetting, match=r"loss_limits\.max_dayly_loss.*did you mean loss_limits\.max_daily_loss"):
        load_limits(path, {})


def test_a_missing_limit_is_refused(tmp_path):
    path = edited(tmp_path, "max_weekly_loss = 5000\n", "")

    with pytest.raises(BadSetting, match=r"loss_limits\.max_weekly_loss is missing"):
        load_limits(path, {})


@pytest.mark.parametrize("value", ["0", "-1", '"a lot"', "nan", "true"])
def test_a_limit_that_is_no_amount_is_refused(tmp_path, value):
    with pytest.raises(BadSetting, match=r"position_limits\.max_total_exposure"):
        load_limits(edited(tmp_path, "max_total_exposure = 20000", f"max_total_exposure = {value}"), {})


def test_the_environment_tightens_a_limit_and_never_loosens_one():
    tight = load_limits(FILE, {"MAX_DAILY_LOSS": "500", "MAX_POSITION_SIZE": "10000"})

    assert tight.limits.max_daily_loss_units == 500 * CASH_SCALE
    assert tight.sources["max_daily_loss_units"] == "environment MAX_DAILY_LOSS"
    assert tight.limits.max_notional_per_position_units == 5_000 * CASH_SCALE
    assert load_limits(FILE, {"CIRCUIT_BREAKER_ENABLED": "false"}).limits.breaker_enabled


def test_a_stage_with_a_file_of_its_own_takes_its_limits_from_there():
    assert limits_path(FILE.parent, "dev").name == "risk_limits.dev.toml"
    assert limits_path(FILE.parent, "staging") == FILE
    dev, staging = load_limits(limits_path(FILE.parent, "dev"), {}).limits, load_limits(FILE, {}).limits
    assert dev.breaker_auto_resume
    assert not staging.breaker_auto_resume
    assert dev.max_daily_loss_units == staging.max_daily_loss_units
