"""Mistakes that would let a release through, planted in the room of evidence: a named test must notice each."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`was` becomes `now` in one file of `release`; `test` must fail."""

    name: str
    file: str
    was: str
    now: str
    test: str


MUTANTS = [
    Mutant(
        "nothing at all counts as a pass",
        "verdict.py",
        "return Verdict.NODATA if found is None",
        "return Verdict.PASS if found is None",
        "test_verdicts.py::test_nothing_at_all_is_nodata_and_never_pass",
    ),
    Mutant(
        "a stale verdict promotes",
        "verdict.py",
        "if 0 <= age_ns <= age_ns_max or",
        "if True or",
        "test_verdicts.py::test_age_never_makes_a_verdict_better",
    ),
    Mutant(
        "a pending gate promotes",
        "verdict.py",
        "return verdict is Verdict.PASS or",
        "return verdict.rank <= Verdict.PENDING.rank or",
        "test_states.py::test_silence_of_one_gate_promotes_nothing",
    ),
    Mutant(
        "a failed gate leaves approvals in force",
        "casebook.py",
        "approvals=() if voided else case.approvals)",
        "approvals=case.approvals)",
        "test_states.py::test_a_fail_that_is_mended_before_anybody_looked_still_voids_approvals",
    ),
    Mutant(
        "one person approves twice",
        "case.py",
        "counted.setdefault(each.owner",
        "counted.setdefault(str(len(counted))",
        "test_states.py::test_the_author_the_same_person_twice_or_too_few_do_not_approve",
    ),
    Mutant(
        "one signature undoes a kill",
        "states.py",
        "Phase.KILLED: 2}",
        "Phase.KILLED: 1}",
        "test_states.py::test_the_kill_switch_asks_two_people_to_come_back_and_arms_anew",
    ),
    Mutant(
        "another overlay keeps its soak",
        "casebook.py",
        "if overlay == case.overlay or not case.overlay:",
        "if True:",
        "test_states.py::test_another_overlay_starts_the_soak_again",
    ),
    Mutant(
        "virtual evidence may arm live",
        "policy.py",
        "if self.clock is not ClockKind.WALL:",
        "if False:",
        "test_policies.py::test_a_policy_that_takes_virtual_evidence_has_no_stage_in_mode_live",
    ),
    Mutant(
        "steps are believed",
        "audit.py",
        "if due != step:",
        "if False:",
        "test_verify.py::test_a_step_that_was_not_due_is_found",
    ),
    Mutant(
        "roots are believed",
        "audit.py",
        "if point.root != self.tree.root():",
        "if False:",
        "test_verify.py::test_a_chain_rewritten_with_all_its_hashes_does_not_fit_its_checkpoint",
    ),
    Mutant(
        "a cut end goes unseen",
        "verify.py",
        "if size > audit.tree.size:",
        "if False:",
        "test_verify.py::test_a_cut_end_is_seen_by_a_larger_checkpoint_and_by_nothing_else",
    ),
    Mutant(
        "imported bundles are believed",
        "verify.py",
        "for name, was in imported(case).items():",
        "for name, was in ():",
        "test_bundles.py::test_a_promotion_that_says_more_than_its_bundle_is_found",
    ),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence-mutants")
    ignored = shutil.ignore_patterns("__pycache__")
    for room in ("release", "domain"):
        shutil.copytree(ROOT / "src" / "seatrial" / room, folder / "src" / "seatrial" / room, ignore=ignored)
    shutil.copy(ROOT / "src" / "seatrial" / "__init__.py", folder / "src" / "seatrial" / "__init__.py")
    shutil.copytree(ROOT / "tests" / "release", folder / "tests" / "release", ignore=ignored)
    return folder


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_named_test_notices(mutant: Mutant, tree: Path) -> None:
    path = tree / "src" / "seatrial" / "release" / mutant.file
    whole = path.read_text("utf-8")
    assert whole.count(mutant.was) == 1, f"the mutant is stale: {mutant.name}"
    path.write_text(whole.replace(mutant.was, mutant.now), "utf-8")
    try:
        code, told = _ran(tree, mutant.test)
        assert code == 1, told
        assert f"FAILED tests/release/{mutant.test}" in told
    finally:
        path.write_text(whole, "utf-8")


def test_without_a_mutant_the_named_tests_pass(tree: Path) -> None:
    code, told = _ran(tree, *(mutant.test for mutant in MUTANTS))
    assert code == 0, told


def _ran(tree: Path, *tests: str) -> tuple[int | None, str]:
    child = multiprocessing.get_context("fork").Process(target=_run, args=(tree, tests))
    child.start()
    child.join()
    return child.exitcode, (tree / "told").read_text("utf-8")


def _run(tree: Path, tests: tuple[str, ...]) -> None:
    """In a child that has pytest and Hypothesis in memory already: forget our modules and take the mutant's."""
    for name in [name for name in sys.modules if name.partition(".")[0] in {"seatrial", "tests"}]:
        del sys.modules[name]
    sys.path[:0] = [str(tree / "src"), str(tree)]
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(tree)
    with (tree / "told").open("w", encoding="utf-8") as told, redirect_stdout(told), redirect_stderr(told):
        options = ["-x", "-q", "--tb=no", "--import-mode=importlib", "--rootdir", str(tree), "-c", os.devnull]
        code = pytest.main(
            [*options, "-o", f"pythonpath={tree / 'src'} {tree}", *(f"tests/release/{each}" for each in tests)]
        )
    os._exit(int(code))
