"""What a search tries, in which order, and what its log survives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import DataFault, RequestFault
from seatrial.runs.search.overfitting import plateau, probability_of_overfitting
from seatrial.runs.search.searchers import GENERATION, searcher_of
from seatrial.runs.search.space import space_of
from seatrial.runs.search.sweep import sweep
from seatrial.runs.search.table import table_text
from seatrial.runs.search.trial import Proposal, Trial, better_first
from seatrial.runs.search.trial_log import TrialLog

SPACE = space_of(["fast=5:20:5", "slow=10:40:10", "mode=up,down"], ["fast<slow"])
HEADER = {"strategy": "abc", "seed": 1}


def trial(number, parameters, sharpe, returns=()):
    return Trial(number, parameters, {"sharpe": sharpe}, {}, tuple(returns), 3, 6, "1.5", f"f{number}")


def peak(proposals):
    """A smooth hill with its top at fast 10, slow 30."""
    for each in reversed(proposals):  # answers come in any order
        fast, slow = float(each.parameters["fast"]), float(each.parameters["slow"])
        yield trial(each.number, each.parameters, -((fast - 10) ** 2) - (slow - 30) ** 2 / 10)


def silent(done, of):
    """Nobody looks."""


def test_an_axis_counts_both_its_ends_and_decimals_exactly():
    (axis,) = space_of(["edge=0.1:0.5:0.1"]).axes

    assert axis.values == ("0.1", "0.2", "0.3", "0.4", "0.5")
    assert space_of(["fast=5:8"]).axes[0].counted == ("5", "6", "7", "8")


def test_a_grid_is_every_set_that_the_conditions_allow():
    sets = list(SPACE.grid())

    assert len(sets) == 2 * sum(fast < slow for fast in (5, 10, 15, 20) for slow in (10, 20, 30, 40))
    assert sets[0] == {"fast": "5", "slow": "10", "mode": "up"}


@pytest.mark.parametrize(
    ("axes", "where", "told"),
    [
        ([], [], "at least one axis"),
        (["fast"], [], "NAME=FIRST:LAST:STEP"),
        (["fast=9:5:1"], [], "the lower number first"),
        (["fast=5:9:0"], [], "a step above 0"),
        (["fast=a:9:1"], [], "numbers between the colons"),
        (["fast=1:2", "fast=3:4"], [], "each parameter once"),
        (["fast=1:2"], ["fast~3"], "fast<slow"),
        (["fast=1:2"], ["fast<slow"], "numbers between the colons"),
        (["fast=1:inf:1"], [], "finite"),
    ],
)
def test_what_is_no_axis_is_refused_by_name(axes, where, told):
    with pytest.raises(RequestFault, match=told):
        space_of(axes, where)


def test_a_grid_without_steps_or_without_end_is_refused():
    with pytest.raises(RequestFault, match="a step for a grid"):
        list(space_of(["edge=0.1:0.5"]).grid())
    with pytest.raises(RequestFault, match="--search random"):
        list(space_of(["a=1:2000", "b=1:2000"]).grid())
    with pytest.raises(RequestFault, match="conditions that"):
        searcher_of("grid", space_of(["a=1:3"], ["a>9"]), trials=None, objective="sharpe", seed=1)
    with pytest.raises(RequestFault, match="a number of trials"):
        searcher_of("random", SPACE, trials=None, objective="sharpe", seed=1)


@given(st.integers(0, 2**32), st.integers(1, 22))
def test_a_draw_is_a_function_of_its_seed_and_never_repeats_a_set(seed, trials):
    drawn, again = (searcher_of("random", SPACE, trials=trials, objective="sharpe", seed=seed).ask() for _ in range(2))

    assert drawn == again
    assert len({tuple(each.parameters.values()) for each in drawn}) == len(drawn) == trials
    assert all(SPACE.allows(each.parameters) for each in drawn)


def searched(folder, *, seed=1, trials=40, resume=False, execute=peak):
    searcher = searcher_of("optuna", SPACE, trials=trials, objective="sharpe", seed=seed)
    with TrialLog(folder, {**HEADER, "seed": seed}, resume=resume) as log:
        return sweep(searcher, execute, log, silent)


def test_optuna_finds_the_hill_and_a_seed_decides_all(tmp_path):
    pytest.importorskip("optuna")
    found = searched(tmp_path / "a")

    assert found == searched(tmp_path / "b")
    assert found != searched(tmp_path / "c", seed=2)
    assert better_first(found, "sharpe")[0].figures["sharpe"] == 0.0
    assert len(found) == 40


def test_optuna_stopped_in_a_generation_goes_on_as_if_it_had_not(tmp_path):
    pytest.importorskip("optuna")

    def dies(proposals):
        for each in peak(proposals):
            if each.number >= GENERATION + 3:
                raise KeyboardInterrupt
            yield each

    with pytest.raises(KeyboardInterrupt):
        searched(tmp_path / "killed", execute=dies)
    resumed = searched(tmp_path / "killed", resume=True)

    assert table_text(resumed, ["fast"]) == table_text(searched(tmp_path / "whole"), ["fast"])


def listed(folder, execute=peak, *, resume=False, header=HEADER):
    searcher = searcher_of("grid", SPACE, trials=None, objective="sharpe", seed=1)
    with TrialLog(folder, header, resume=resume) as log:
        return sweep(searcher, execute, log, silent)


def test_a_log_that_was_cut_anywhere_resumes_to_the_same_table(tmp_path):
    whole = listed(tmp_path / "whole")
    told = (tmp_path / "whole" / "trials.jsonl").read_bytes()
    runs = []

    def counted(proposals):
        runs.append(len(proposals))
        return peak(proposals)

    for cut in (1, len(told) // 3, len(told) // 2, len(told) - 1, len(told)):
        folder = tmp_path / f"cut{cut}"
        folder.mkdir()
        (folder / "trials.jsonl").write_bytes(told[:cut])

        assert listed(folder, counted, resume=True) == whole
        assert len((folder / "trials.jsonl").read_bytes().splitlines()) == len(whole) + 1
    assert runs[-1] == 0
    assert runs[0] == len(whole)


def test_a_folder_with_another_search_is_refused_and_says_in_what_it_differs(tmp_path):
    listed(tmp_path)

    with pytest.raises(RequestFault, match="--resume FOLDER"):
        listed(tmp_path)
    with pytest.raises(RequestFault, match="the seed it was started with, 1"):
        listed(tmp_path, resume=True, header={**HEADER, "seed": 2})
    with pytest.raises(RequestFault, match=r"a folder with trials\.jsonl"):
        listed(tmp_path / "nowhere", resume=True)


def test_a_line_that_is_none_is_named(tmp_path):
    listed(tmp_path)
    path = tmp_path / "trials.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b'{"key": 3}\n', *lines[2:]]))

    with pytest.raises(DataFault, match="line 3"):
        listed(tmp_path, resume=True)


def test_a_trial_without_a_figure_ranks_last_and_is_no_number_in_the_table():
    trials = [trial(0, {"fast": "5"}, None), trial(1, {"fast": "6"}, -1.0), trial(2, {"fast": "7"}, 2.0)]

    assert [each.number for each in better_first(trials, "sharpe")] == [2, 1, 0]
    assert table_text(trials, ["fast"]).splitlines()[1].startswith("0,5,,")
    smaller = [Trial(n, {}, {"max_drawdown": v}, {}, (), 0, 0, "0", "") for n, v in ((0, 0.2), (1, 0.1))]
    assert better_first(smaller, "max_drawdown")[0].number == 1


def test_noise_is_overfitted_half_the_time_and_skill_never():
    import numpy as np

    chance = np.random.default_rng(5)
    noise = [trial(n, {}, 1.0, chance.normal(0, 1, 200)) for n in range(60)]
    skill = [*noise, trial(60, {}, 1.0, chance.normal(0.8, 1, 200))]

    assert 0.3 < probability_of_overfitting(noise).value < 0.8
    assert probability_of_overfitting(skill).value == 0.0
    assert probability_of_overfitting(noise[:5]).reason.startswith("10 trials")


def test_a_peak_is_compared_with_its_neighbours():
    trials = list(peak([Proposal(n, parameters) for n, parameters in enumerate(SPACE.grid())]))
    best = better_first(trials, "sharpe")[0]

    told = plateau(trials, best, "sharpe", SPACE)

    assert told["neighbours"] == 5  # two of fast, two of slow, one of mode
    assert told["median"] < best.figures["sharpe"] + 1e-9
    assert json.dumps(told)
