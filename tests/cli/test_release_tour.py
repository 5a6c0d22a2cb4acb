"""One release all the way, as somebody at a terminal walks it: seal, refused, evidence, promoted, verified, altered.

The commands, the running system, the test suite and the rehearsal are the real ones; only the project is small.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.installation import Installation

pytestmark = pytest.mark.timeout(900)  # it waits for a whole system, on a machine others use too

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ("dev.toml", "staging.toml", "prod.toml", "risk_limits.toml", "risk_limits.dev.toml")
DEV_EXIT = {"build_tests", "deploy_health", "smoke", "reconciliation", "rehearsal_parity"}


class Project(Installation):
    """A small project under git, which is not up yet."""

    def __init__(self, folder: Path) -> None:
        self._begun = False
        command = f"{sys.executable} -m pytest -q -p no:cacheprovider tests"
        chosen = {"release.test_command": command, "strategies.alpaca": "", "trading.venues": "binance"}
        super().__init__(folder, speed=60, chosen=chosen)  # no closing hours: a test order can rest at any time
        (folder / "config").mkdir()
        for name in CONFIG:
            shutil.copy(ROOT / "config" / name, folder / "config" / name)
        (folder / "config" / "dev.toml").write_text("speed = 120\n")
        (folder / "tests").mkdir()
        (folder / "tests" / "test_idea.py").write_text("def test_the_idea_holds():\n    assert 1 + 1 == 2\n")
        (folder / ".gitignore").write_text("data/\nlogs/\n__pycache__/\n")
        self.git("init", "-q")
        self.commit("A first idea")

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        """The first start is that of `up`, which waits until `begin`."""
        if arguments == ("up",) and not self._begun:
            return subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE, text=True)
        return super()._start(*arguments)

    def begin(self) -> None:
        """Now `up`, and wait until every door is healthy."""
        self._begun = True
        self.process = self._start("up")
        threading.Thread(target=self._listen, daemon=True).start()
        for role in ("venues", "platform", "watch"):
            self.wait(f"{role} is healthy", lambda role=role: self.said(rf"^{role} +healthy"))

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.email=ann@example.org", "-c", "user.name=Ann"]
        return subprocess.run(
            ["git", *identity, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        ).stdout

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def json(self, *arguments: str) -> tuple[int, Any]:
        """A command's exit code and what it said, read."""
        code, told = self.run(*arguments, "--json")
        return code, json.loads(told.splitlines()[-1])


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Walk it once; the tests look at what was seen on the way."""
    folder = tmp_path_factory.mktemp("project")
    project = Project(folder)
    seen: dict[str, Any] = {"folder": folder, "project": project, "unsealed": project.run("promote", "staging")}
    seen["sealed"] = project.json("release", "seal")[1]
    seen["again"] = project.json("release", "seal")[1]
    seen["refused"] = project.json("promote", "staging")
    project.begin()
    try:
        seen["config"] = project.get("execution", "/api/v1/config")
        seen["tests"] = project.json("gate", "run", "build_tests")
        seen["smoke"] = project.json("smoke", "--times", "3")
        seen["rehearsed"] = project.json("rehearse", "--sessions", "1")
        seen["promoted"] = project.json("promote", "staging")
        seen["release"] = project.get("observability", f"/api/releases/{seen['sealed']['release']}")
        seen["prod"] = project.json("promote", "prod")
        seen["halt"] = project.json("halt", "--reason", "a look around")
        seen["resumed"] = project.json("resume")
        yield seen
    finally:
        project.close()


def test_before_anything_is_sealed_promote_says_what_to_do_first(tour):
    code, told = tour["unsealed"]
    assert code == 2
    assert "nothing is sealed yet, `seatrial release seal` seals this folder" in told


def test_sealing_the_same_tree_twice_is_one_release(tour):
    assert tour["sealed"]["fresh"] is True
    assert tour["again"] == {**tour["sealed"], "fresh": False}
    assert tour["sealed"]["dirty"] is False


def test_promotion_is_refused_gate_by_gate_with_the_command_that_would_supply_each(tour):
    code, told = tour["refused"]
    missing = {each["gate"]: each for each in told["missing"]}

    assert code == 1
    assert set(missing) == DEV_EXIT
    assert {each["verdict"] for each in missing.values()} == {"NODATA"}
    assert missing["smoke"]["supply"] == "seatrial smoke --times 3"
    assert missing["build_tests"]["reason"] == "the tests have not run on this release"


def test_the_running_system_says_which_release_it_is(tour):
    assert tour["config"]["release"] == tour["sealed"]["release"]


def test_each_measurement_became_evidence_of_that_release(tour):
    release = tour["sealed"]["release"]
    assert tour["tests"][0] == 0
    assert tour["tests"][1]["gates"][0]["reason"].endswith("passed: 1 passed")
    assert (tour["smoke"][0], tour["smoke"][1]["evidence_of"]) == (0, release)
    assert (tour["rehearsed"][0], tour["rehearsed"][1]["evidence_of"]) == (0, release)


def test_with_its_evidence_the_release_is_promoted(tour):
    code, told = tour["promoted"]
    assert code == 0, told
    assert told["promoted"] is True
    assert [step["to"] for step in told["steps"]][-1] == "STG_DEPLOYING"
    assert Path(tour["folder"], told["bundle"]).is_file()


def test_the_door_shows_its_gates_with_age_and_supply(tour):
    told = tour["release"]
    assert told["release"]["stage"] == "staging"
    assert told["release"]["running"] is True
    gates = {gate["gate"]: gate for gate in told["gates"]}
    assert gates["smoke"]["blocks"] is True  # what dev has shown, staging shows again
    assert [step["end"] for step in told["steps"]][-1] == "STG_DEPLOYING"


def test_prod_is_far_and_the_list_says_how_far(tour):
    code, told = tour["prod"]
    missing = {each["gate"]: each for each in told["missing"]}
    assert code == 1
    assert missing["deploy_health"]["verdict"] == "NODATA"
    assert not told["promoted"]


def test_the_operator_s_words_reach_the_running_system(tour):
    code, told = tour["halt"]
    assert (code, told["taken"], told["halted"]) == (0, True, True)
    assert told["reason"].endswith("a look around")
    assert tour["resumed"][1]["halted"] is False


def verify(path: Path, elsewhere: Path) -> tuple[int, dict[str, Any]]:
    """`evidence verify` in a folder that has nothing else."""
    command = [sys.executable, "-m", "seatrial", "evidence", "verify", str(path), "--json"]
    ran = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True)
    return ran.returncode, json.loads(ran.stdout)


def test_a_copy_verifies_in_a_folder_with_nothing_else(tour, tmp_path):
    shutil.copytree(tour["folder"] / "evidence", tmp_path / "copy")
    code, told = verify(tmp_path / "copy", tmp_path)

    assert code == 0, told
    assert [Path(each["path"]).name for each in told["chains"]] == ["dev", "staging"]
    assert all(each["records"] for each in told["chains"])


def test_one_changed_byte_is_found_and_the_record_named(tour, tmp_path):
    shutil.copytree(tour["folder"] / "evidence", tmp_path / "copy")
    log = tmp_path / "copy" / "dev" / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"failed":[],"gate":"smoke"' in line)
    lines[at] = lines[at].replace(b'"checks"', b'"cheeks"', 1)
    log.write_bytes(b"".join(lines))

    code, told = verify(tmp_path / "copy", tmp_path)
    assert code == 1
    assert f"record {at + 1} (line {at + 1})" in told["chains"][0]["findings"][0]


def test_an_exported_bundle_speaks_for_itself(tour, tmp_path):
    project = tour["project"]
    code, _ = project.json("evidence", "export", "--release", tour["sealed"]["release"][:6], "--output", "b.tar")
    assert code == 0

    shutil.copy(tour["folder"] / "b.tar", tmp_path / "b.tar")
    assert verify(Path("b.tar"), tmp_path)[0] == 0
    whole = bytearray((tmp_path / "b.tar").read_bytes())
    whole[whole.index(b'"gate":"smoke"') + 9] ^= 1
    (tmp_path / "b.tar").write_bytes(whole)
    assert verify(Path("b.tar"), tmp_path)[0] == 1


def test_the_same_tree_in_another_clone_is_the_same_release(tour, tmp_path):
    subprocess.run(["git", "clone", "-q", str(tour["folder"]), str(tmp_path / "clone")], check=True)
    command = [sys.executable, "-m", "seatrial", "release", "seal", "--json", *tour["project"].chosen]
    ran = subprocess.run(command, cwd=tmp_path / "clone", capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout)["release"] == tour["sealed"]["release"]


def test_an_edited_strategy_is_no_longer_the_release(tour):
    """Last of all: from here on something else runs."""
    project, release = tour["project"], tour["sealed"]["release"]
    strategy = tour["folder"] / "coins.py"
    strategy.write_text(strategy.read_text().replace("0.02", "0.015"))

    project.wait("the edit is seen", lambda: project.get("execution", "/api/v1/config")["release"] is None)
    told = project.get("execution", "/api/v1/config")
    assert told["release_note"] == f"differs from {release} in coins.py"
    code, smoked = project.json("smoke")
    assert (code, smoked["evidence_of"]) == (0, None)
    code, said = project.run("promote", "staging")
    assert code == 2
    assert f"this folder differs from {release} in coins.py" in said
