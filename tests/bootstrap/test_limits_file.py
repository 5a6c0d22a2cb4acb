"""The limits come from one file, exactly, and the environment can only tighten them."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.bootstrap.limit_keys import KEYS, SYMBOL_KEYS, read_limit
from seatrial.bootstrap.limits_file import limits_path, load_limits
from seatrial.core.limit_rows import ACCOUNT_COLUMNS, SYMBOL_COLUMNS
from seatrial.domain.faults import BadSetting, RequestFault, UnknownSetting
from seatrial.domain.limits import NO_LIMIT, RiskLimits
from seatrial.domain.money import CASH_SCALE

FILE = Path(__file__).resolve().parents[2] / "config" / "risk_limits.toml"


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text()
    assert old in text
    path = tmp_path / "risk_limits.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_file_of_the_house_holds_the_staging_values():
    found, ours = load_limits(FILE, {}).limits, {key.field for key in KEYS.values() if key.optional}
    for field in RiskLimits.__dataclass_fields__:
        same = getattr(found, field) == getattr(RiskLimits(), field)
        assert same or (field in ours and getattr(RiskLimits(), field) == NO_LIMIT)


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


# -------------------------------------------------------------------- scopes


def scoped(tmp_path: Path, more: str) -> Path:
    path = tmp_path / "risk_limits.toml"
    path.write_text(FILE.read_text() + "\n" + more)
    return path


def test_what_is_ours_may_be_left_out_and_is_off_then(tmp_path):
    kept = [line for line in FILE.read_text().splitlines() if not any(
        line.startswith(f"{name.rpartition('.')[2]} =") for name, key in KEYS.items() if key.optional
    )]  # fmt: skip
    path = tmp_path / "risk_limits.toml"
    path.write_text("\n".join(kept))

    assert load_limits(path, {}).limits == RiskLimits()


def test_off_is_a_word_only_where_a_limit_may_be_off(tmp_path):
    path = edited(tmp_path, "max_order_value = 5000", 'max_order_value = "off"')
    assert load_limits(path, {}).limits.max_order_value_units == NO_LIMIT

    with pytest.raises(BadSetting, match=r"max_daily_loss.*use an amount above 0"):
        load_limits(edited(tmp_path, "max_daily_loss = 2000", 'max_daily_loss = "off"'), {})


@pytest.mark.parametrize(
    ("old", "new", "accepted"),
    [
        ("max_leverage = 1", "max_leverage = 0", "a number above 0, at most 100"),
        ("max_leverage = 1", 'max_leverage = "2x"', "a number above 0, at most 100"),
        ("max_drawdown_percent = 20", "max_drawdown_percent = -5", "a percentage above 0"),
        ("max_drawdown_percent = 20", 'max_drawdown_percent = "2000 USD"', "a percentage above 0"),
        ("max_duplicate_orders = 3", "max_duplicate_orders = 9", "a whole number from 1 to 8, or off"),
        ("max_orders_per_second = 20", "max_orders_per_second = 1.5", "a whole number from 1"),
        ("close_only = false", "close_only = 7", "true, false"),
        ("restricted_symbols = []", "restricted_symbols = 5", "symbols separated by commas"),
    ],
)
def test_a_wrong_number_or_unit_names_the_key_and_what_is_accepted(tmp_path, old, new, accepted):
    with pytest.raises(BadSetting, match=f"{old.split(' ')[0]}.*use {accepted}"):
        load_limits(edited(tmp_path, old, new), {})


def test_an_account_and_a_symbol_tighten_and_what_is_looser_gives_way_and_is_told(tmp_path):
    path = scoped(
        tmp_path,
        "[accounts.binance.position_limits]\nmax_total_exposure = 10000\nmax_open_positions = 9\n"
        "[symbols.aapl]\nmax_order_value = 1000\nmax_notional = 90000\nmax_quantity = 12.5\n",
    )
    found = load_limits(path, {})

    assert found.accounts["binance"].max_total_exposure_units == 10_000 * CASH_SCALE
    assert found.accounts["binance"].max_open_positions == 3
    assert found.limits.max_total_exposure_units == 20_000 * CASH_SCALE
    assert found.symbols["AAPL"].max_position_nano == 12_500_000_000
    assert found.sources["accounts.binance.max_total_exposure_units"] == str(path)
    told = [str(conflict) for conflict in found.conflicts]
    assert [line.partition(":")[0] for line in told] == [
        "limits.accounts.binance.max_open_positions",
        "limits.symbols.AAPL.max_notional_per_position",
    ]
    assert all("the strictest wins" in line for line in told)


def test_the_environment_tightens_every_account(tmp_path):
    path = scoped(tmp_path, "[accounts.binance.loss_limits]\nmax_daily_loss = 1500\n")
    assert load_limits(path, {"MAX_DAILY_LOSS": "500"}).accounts["binance"].max_daily_loss_units == 500 * CASH_SCALE


def test_a_users_file_loosens_no_scope_and_restricts_more(tmp_path):
    path = scoped(tmp_path, "[symbols.AAPL]\nmax_order_value = 1000\n")
    more = tmp_path / "mine.toml"
    text = FILE.read_text().replace("restricted_symbols = []", 'restricted_symbols = ["gme"]')
    more.write_text(
        text.replace("max_order_value = 5000", "max_order_value = 9000") + "\n[symbols.AAPL]\nmax_order_value = 4000\n"
    )
    found = load_limits(path, {}, more)

    assert found.limits.max_order_value_units == 5_000 * CASH_SCALE
    assert found.symbols["AAPL"].max_order_value_units == 1_000 * CASH_SCALE
    assert found.limits.restricted_symbols == ("GME",)


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ("[accounts.kraken.loss_limits]\nmax_daily_loss = 1\n", "accounts.kraken.*use alpaca or binance"),
        ("[accounts.binance.loss_limits]\nmax_dayly_loss = 1\n", "max_dayly_loss.*did you mean loss_limits"),
        ("[symbols.AAPL]\nmax_order_valu = 1\n", "symbols.AAPL.max_order_valu.*did you mean max_order_value"),
        ("[symbols]\nAAPL = 5\n", "symbols.AAPL"),
    ],
)  # fmt: skip
def test_an_unknown_scope_or_key_is_refused_by_name(tmp_path, section, named):
    with pytest.raises(UnknownSetting, match=named):
        load_limits(scoped(tmp_path, section), {})


def test_an_operator_says_a_limit_as_the_file_writes_it():
    assert read_limit("order_limits.max_order_value", "1000.50", False) == ("max_order_value_units", 100_050_000_000)
    assert read_limit("order_limits.duplicate_window_seconds", 30, False) == ("duplicate_window_ns", 30 * 10**9)
    assert read_limit("max_quantity", "2.5", True) == ("max_position_nano", 2_500_000_000)
    assert read_limit("restricted", True, True) == ("restricted", 1)
    wrong = (
        ("max_luck", 1, False),
        ("order_limits.max_order_value", -1, False),
        ("max_quantity", "x", True),
        ("position_limits.restricted_symbols", "GME", False),
    )
    for name, value, symbol in wrong:
        with pytest.raises(RequestFault):
            read_limit(name, value, symbol)


def test_every_key_has_its_column_in_the_machine_or_is_no_rule_of_it():
    assert set(ACCOUNT_COLUMNS) | {"targets_per_message_max", "restricted_symbols"} == {
        key.field for key in KEYS.values()
    }
    assert set(SYMBOL_COLUMNS) == {key.field for key in SYMBOL_KEYS.values()}
