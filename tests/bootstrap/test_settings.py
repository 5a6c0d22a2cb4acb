"""Settings know their source, and a start that is not understood is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.domain.faults import BadSetting, ConfigurationFault, UnknownSetting
from seatrial.domain.limits import RiskLimits

ROOT = Path(__file__).resolve().parents[2]


def load(tmp_path: Path, environment: dict[str, str] | None = None, **chosen: str) -> Settings:
    said = {name.replace("__", "."): raw for name, raw in chosen.items()}
    return load_settings(said, environment or {}, tmp_path)


def stage_file(tmp_path: Path, text: str, stage: str = "dev") -> Path:
    path = tmp_path / "config" / f"{stage}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_without_any_file_the_defaults_hold_and_say_so(tmp_path):
    settings = load(tmp_path)

    assert (settings.stage, settings.mode, settings.ports.execution) == ("dev", "sim", 5002)
    assert settings.sources["ports.execution"] == "default"
    assert settings.limits == RiskLimits()


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(tmp_path):
    path = stage_file(tmp_path, "speed = 2\nseed = 2\nstate = 'file'\n")

    settings = load(tmp_path, {"SEATRIAL_SPEED": "3", "SEATRIAL_SEED": "3"}, speed="4")

    assert (settings.speed, settings.sources["speed"]) == (4, "command line")
    assert (settings.seed, settings.sources["seed"]) == (3, "environment SEATRIAL_SEED")
    assert (str(settings.state), settings.sources["state"]) == ("file", str(path))
    assert settings.sources["host"] == "default"


def test_an_unknown_setting_in_a_file_is_refused_with_the_nearest_name(tmp_path):
    stage_file(tmp_path, "[ports]\nexecutoin = 1\n")

    with pytest.raises(UnknownSetting, match=r"ports\.executoin in .*dev\.toml.*did you mean ports\.execution\?"):
        load(tmp_path)


def test_an_unknown_variable_of_ours_is_refused_and_a_foreign_one_is_not_ours_to_judge(tmp_path):
    with pytest.raises(UnknownSetting, match=r"SEATRIAL_SPED in the environment.*did you mean SEATRIAL_SPEED"):
        load(tmp_path, {"SEATRIAL_SPED": "1"})

    assert load(tmp_path, {"SPED": "1"}).stage == "dev"


@pytest.mark.parametrize(
    ("name", "raw", "accepted"),
    [
        ("speed", "fast", "a number above 0"),
        ("speed", "0", "a number above 0"),
        ("speed", "nan", "a number above 0"),
        ("seed", "1.5", "a whole number"),
        ("ports__execution", "70000", "a port from 0 to 65535"),
        ("logs__level", "loud", "DEBUG, INFO"),
        ("stage", "qa", "dev, staging or prod"),
        ("mode", "demo", "dry_run, sim, paper or live"),
        ("emulators__cash_alpaca", "0.000000001", "at most eight decimals"),
    ],
)
def test_a_bad_value_is_refused_naming_setting_value_source_and_what_is_accepted(tmp_path, name, raw, accepted):
    with pytest.raises(BadSetting) as refused:
        load(tmp_path, **{name: raw})

    sentence = str(refused.value)
    assert name.replace("__", ".") in sentence
    assert repr(raw) in sentence
    assert "command line" in sentence
    assert accepted in sentence


def test_a_bad_secret_is_refused_without_being_shown(tmp_path):
    stage_file(tmp_path, "[journal]\nurl = 12345678\n")

    with pytest.raises(BadSetting) as refused:
        load(tmp_path)

    assert "12345678" not in str(refused.value)


def test_an_older_name_of_a_variable_is_understood_and_two_that_disagree_are_refused(tmp_path):
    assert load(tmp_path, {"EXECUTION_PORT": "7002"}).ports.execution == 7002
    assert load(tmp_path, {"LOGGING__LEVEL": "warning"}).logs.level == "WARNING"

    with pytest.raises(ConfigurationFault, match=r"LOG_LEVEL.*LOGGING__LEVEL.*disagree"):
        load(tmp_path, {"LOG_LEVEL": "info", "LOGGING__LEVEL": "debug"})


def test_a_file_that_is_not_toml_is_refused_naming_file_and_place(tmp_path):
    stage_file(tmp_path, "speed = = 3\n")

    with pytest.raises(ConfigurationFault, match=r"dev\.toml is not TOML: .*line 1"):
        load(tmp_path)


def test_a_folder_of_data_must_be_a_folder(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(BadSetting, match="does not exist: use a readable folder"):
        load(tmp_path, data=str(tmp_path / "nowhere"))
    with pytest.raises(BadSetting, match="is a file: use a readable folder"):
        load(tmp_path, data=str(tmp_path / "file"))
    assert load(tmp_path, data=str(tmp_path)).data == tmp_path


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_every_stage_file_of_the_house_is_understood(stage):
    settings = load_settings({"stage": stage}, {}, ROOT)

    assert settings.stage == stage
    assert settings.dry_run, "no stage sends an order to real money unless it is said"


def test_what_the_command_line_chose_is_said_again_to_a_child_process(tmp_path):
    settings = load(tmp_path, speed="7", ports__alpaca="7001")

    assert settings.as_arguments() == ["--set", "speed=7", "--set", "ports.alpaca=7001"]
