import pytest

from seatrial.domain.faults import ConfigurationFault, RequestFault
from seatrial.strategy.load import load_strategy, parse_assignments, reload_strategy, source_changed
from seatrial.strategy.new import write_strategy

TWO_NUMBERS = """
from seatrial.strategy import Strategy

class Mine(Strategy):
    symbols = ("AAPL",)
    fast = 5
    weight = 0.1
    loud = False
    def on_bar(self, context, bar): ...
"""


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(TWO_NUMBERS)
    return path


def test_parameters_are_texts_of_the_attributes_own_type(mine):
    texts = {"fast": "20", "weight": "0.25", "loud": "yes", "symbols": "MSFT, SPY"}

    loaded = load_strategy(mine, texts)

    assert loaded.name == "Mine"
    assert loaded.parameters == {
        "fast": 20, "weight": 0.25, "loud": True, "schedule": "on bar close", "symbols": ("MSFT", "SPY"),
        "warmup_bars": 0, "timeframes": (), "timer": "", "after_stop": "wait",
    }  # fmt: skip
    assert load_strategy(mine).strategy.fast == 5


KNOWN = "a parameter among after_stop, fast, loud, schedule, symbols, timeframes, timer, warmup_bars, weight"


@pytest.mark.parametrize(
    ("texts", "accepted"),
    [
        ({"fast": "2.5"}, "a whole number"),
        ({"weight": "nan"}, "a finite number"),
        ({"weight": "much"}, "a number"),
        ({"loud": "maybe"}, "true, yes, on, 1 or false, no, off, 0"),
        (
            {"slow": "1"},
            KNOWN,
        ),
        (
            {"on_bar": "1"},
            KNOWN,
        ),
    ],
)
def test_a_parameter_that_does_not_fit_names_itself_and_what_is_accepted(mine, texts, accepted):
    with pytest.raises(RequestFault) as caught:
        load_strategy(mine, texts)

    assert caught.value.field in texts
    assert caught.value.accepted == accepted


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\ndef broken(:\n", "mine.py:2: invalid syntax"),
        ("x = 1\n\nboom\n", "mine.py:3: NameError: name 'boom' is not defined"),
        ("import not_there_at_all\n", "mine.py:1: ModuleNotFoundError"),
        ("x = 1\n", "defines no class derived from seatrial.strategy.Strategy"),
        (TWO_NUMBERS + "\nclass Other(Mine): ...\n", "mine.py:Mine|Other"),
    ],
)
def test_a_file_that_does_not_run_names_file_and_line(mine, source, said):
    mine.write_text(source)

    with pytest.raises(ConfigurationFault) as caught:
        load_strategy(mine)

    assert said in str(caught.value)


def test_one_of_several_classes_is_picked_by_name(mine):
    mine.write_text(TWO_NUMBERS + "\nclass Other(Mine): ...\n")

    assert load_strategy(mine.with_name("mine.py:Other")).name == "Other"
    assert load_strategy(mine, name="Mine").name == "Mine"


def test_the_digest_names_source_and_parameters(mine):
    plain, again, tuned = load_strategy(mine), load_strategy(mine), load_strategy(mine, {"fast": "6"})

    assert plain.digest == again.digest
    assert plain.digest != tuned.digest
    assert plain.source_digest == tuned.source_digest


def test_a_saved_edit_is_seen_and_a_broken_one_leaves_the_running_strategy_alone(mine):
    loaded = load_strategy(mine, {"fast": "7"})
    assert not source_changed(loaded)

    mine.write_text(TWO_NUMBERS.replace("0.1", "0.2"))
    assert source_changed(loaded)
    edited = reload_strategy(loaded)
    assert (edited.strategy.fast, edited.strategy.weight) == (7, 0.2)

    mine.write_text("class (")
    with pytest.raises(ConfigurationFault):
        reload_strategy(edited)
    assert edited.strategy.weight == 0.2


def test_a_missing_file_is_told_plainly(tmp_path):
    with pytest.raises(ConfigurationFault, match=r"nowhere\.py"):
        load_strategy(tmp_path / "nowhere.py")


def test_assignments_are_name_equals_value():
    assert parse_assignments(("fast=20", "symbols=AAPL,SPY")) == {"fast": "20", "symbols": "AAPL,SPY"}
    with pytest.raises(RequestFault, match="name=value"):
        parse_assignments(("fast",))


def test_a_new_strategy_loads_as_it_is_and_is_never_overwritten(tmp_path):
    path = write_strategy(tmp_path / "strategies", "first_idea")

    assert load_strategy(path).name == "FirstIdea"
    with pytest.raises(RequestFault, match="exists"):
        write_strategy(tmp_path / "strategies", "first_idea")
    with pytest.raises(RequestFault, match="lower-case"):
        write_strategy(tmp_path, "../escape")


def test_an_example_is_copied_and_runs_and_an_unknown_one_is_named(tmp_path):
    path = write_strategy(tmp_path, "my_grid", like="grid")

    assert load_strategy(path).strategy.symbols == ("BTCUSDT",)
    with pytest.raises(RequestFault, match=r"like.*one of .*grid"):
        write_strategy(tmp_path, "other", like="nothing")
