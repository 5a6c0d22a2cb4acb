"""A project folder as a release: what is covered, what is left out, and what never enters."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from seatrial.bootstrap.gates.suite import counts, run_tests
from seatrial.bootstrap.releases.collect import collect
from seatrial.bootstrap.releases.digests import without_secrets
from seatrial.bootstrap.releases.journey import in_this_stage
from seatrial.bootstrap.releases.running import RunningRelease
from seatrial.bootstrap.releases.sealing import compare, seal
from seatrial.bootstrap.releases.store import ReleaseStore
from seatrial.bootstrap.running_file import Running
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.faults import EvidenceFault, RequestFault
from seatrial.release.differences import ChangeClass

STRATEGY = """
from seatrial.strategy import BarView, Context, Strategy

class Flip(Strategy):
    symbols = ("BTCUSDT",)
    weight = 0.02

    def on_bar(self, context: Context, bar: BarView) -> None:
        context.target(bar.symbol, weight=self.weight)
"""
CHOSEN = {"strategies.alpaca": "", "strategies.binance": "flip.py", "trading.venues": "binance"}


class Project:
    """A folder that is the current one, with a strategy, a configuration and no git."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "config").mkdir(parents=True)
        self.write("flip.py", STRATEGY)
        self.write("config/dev.toml", "speed = 60\n")
        self.write("config/staging.toml", "speed = 1\n")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def settings(self, **environment: str):
        return load_settings(CHOSEN, environment)

    def id(self) -> str:
        return collect(self.settings()).id

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.email=ann@example.org", "-c", "user.name=Ann"]
        subprocess.run(["git", *identity, *arguments], cwd=self.folder, capture_output=True, check=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "as it is")


@pytest.fixture
def project(tmp_path, monkeypatch):
    made = Project(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    return made


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flip.py", STRATEGY.replace("0.02", "0.03")),
        ("config/dev.toml", "speed = 61\n"),
        ("config/prod.toml", "speed = 1\n"),
        ("config/alerts.yaml", "alerts: []\n"),
        ("config/risk_limits.dev.toml", "# nothing is looser\n"),
        ("uv.lock", "version = 1\n"),
    ],
)
def test_every_covered_file_decides_the_release(project, name, text):
    before = project.id()
    if name == "config/risk_limits.dev.toml":
        limits = Path(__file__).resolve().parents[2] / "config" / "risk_limits.toml"
        text += limits.read_text()
    project.write(name, text)
    assert project.id() != before


def test_what_running_writes_is_no_part_of_it(project):
    project.git("init", "-q")
    project.commit()
    before = project.id()
    for name in ("data", "logs", "evidence"):
        (project.folder / name).mkdir()
        project.write(f"{name}/made_by_a_run.json", "{}")
    assert project.id() == before


def test_the_same_tree_somewhere_else_is_the_same_release(project, tmp_path, monkeypatch):
    project.git("init", "-q")
    project.commit()
    before = project.id()
    subprocess.run(["git", "clone", "-q", str(project.folder), str(tmp_path / "clone")], check=True)
    monkeypatch.chdir(tmp_path / "clone")
    assert project.id() == before


def test_a_dirty_tree_is_sealed_as_such_and_by_its_difference(project):
    project.git("init", "-q")
    project.commit()
    clean = collect(project.settings()).sections["source"]
    project.write("notes.md", "an idea")
    dirty = collect(project.settings()).sections["source"]
    project.write("notes.md", "another idea")
    other = collect(project.settings()).sections["source"]

    assert (clean["dirty"], clean["digest"], dirty["dirty"]) == (False, "", True)
    assert clean["commit"] == dirty["commit"]
    assert dirty["digest"] != other["digest"]


def test_without_git_the_sources_themselves_are_the_source(project):
    told = collect(project.settings()).sections["source"]
    assert (told["commit"], len(told["digest"])) == ("", 64)
    project.write("module.py", "x = 1\n")
    assert collect(project.settings()).sections["source"]["digest"] != told["digest"]


def test_no_secret_and_no_path_of_this_machine_enters(project):
    planted = "hunter2-hunter2"
    project.write("config/alerts.yaml", f"channels:\n  slack:\n    webhook_url: https://hooks/{planted}\n")
    project.write("config/system.staging.json", f'{{"database": {{"password": "{planted}", "port": 1}}}}')
    project.write(".env.staging", f"ALPACA_PAPER_API_KEY={planted}\n")
    project.write("flip.py", STRATEGY.replace("weight = 0.02", f'weight = 0.02\n    api_key = "{planted}"'))
    settings = project.settings(ALPACA_PAPER_API_KEY=planted, DATABASE_URL=f"postgresql://u:{planted}@h/d")
    text = collect(settings).canonical().decode()

    assert planted not in text
    assert str(project.folder) not in text
    assert '"api_key":"***"' in text


def test_a_secret_s_value_does_not_change_a_digest_and_its_neighbours_do():
    first = without_secrets('url = "wss://a"\napi_secret = "one"\nmax_tokens = 5\n')
    assert first == without_secrets('url = "wss://a"\napi_secret = "two"\nmax_tokens = 5\n')
    assert first != without_secrets('url = "wss://b"\napi_secret = "one"\nmax_tokens = 5\n')
    assert first != without_secrets('url = "wss://a"\napi_secret = "one"\nmax_tokens = 6\n')
    assert "pw" not in without_secrets("database: postgresql://me:pw@host/db")


def test_a_manifest_changed_on_disk_is_refused_by_name(project):
    sealed = seal(project.settings()).manifest
    path = Path("evidence/releases") / f"{sealed.id}.json"
    path.write_bytes(path.read_bytes().replace(b'"speed":60', b'"speed":61'))
    with pytest.raises(EvidenceFault, match="changed after it was sealed"):
        ReleaseStore(Path("evidence")).get(sealed.id)


def test_a_release_is_found_by_the_start_of_its_name_or_refused(project):
    sealed = seal(project.settings()).manifest
    store = ReleaseStore(Path("evidence"))
    assert store.find(sealed.id[:6]) == sealed.id
    for prefix in ("", "zzzz", sealed.id[:3]):
        with pytest.raises(RequestFault, match="a sealed release"):
            store.find(prefix)


def test_a_change_may_be_asked_more_of_and_never_less(project):
    first = seal(project.settings()).manifest.id
    project.write("flip.py", STRATEGY.replace("0.02", "0.03"))
    second = seal(project.settings(), change_class="emergency-fix")
    assert second.change_class is ChangeClass.EMERGENCY_FIX
    assert compare(project.settings(), first, second.manifest.id).why == (
        "strategies.binance.parameters.weight decides what is traded"
    )
    project.write("flip.py", STRATEGY.replace("0.02", "0.04"))
    with pytest.raises(RequestFault, match="strategy-material or more"):
        seal(project.settings(), change_class="config-minor")


def test_what_runs_is_named_and_an_edit_names_the_file(project):
    running = RunningRelease(project.settings())
    assert running.state() == (None, "nothing is sealed: `seatrial release seal`")

    sealed = seal(project.settings()).manifest.id
    assert running.state() == (sealed, f"release {sealed}")
    project.write("flip.py", STRATEGY.replace("0.02", "0.5 / 0"))
    assert running.state() == (None, f"differs from {sealed} in flip.py")
    project.write("flip.py", STRATEGY)
    assert running.state()[0] == sealed


def test_another_policy_is_another_release_that_runs_the_same(project):
    default = seal(project.settings()).manifest
    solo = seal(project.settings(), policy="solo").manifest
    assert default.id != solo.id
    assert default.same_running(solo)


def test_the_tests_output_is_kept_and_counted_and_an_edited_tree_does_not_count(project):
    project.write("config/dev.toml", "speed = 60\n[release]\ntest_command = \"printf '2 passed in 1s'\"\n")
    settings = project.settings()
    sealed = seal(settings).manifest
    lines: list[str] = []
    told = run_tests(settings, sealed, lines.append)
    assert (told["exit_code"], told["passed"], told["failed"]) == (0, 2, 0)
    assert (told["same_before"], told["same_after"], lines) == (True, True, ["2 passed in 1s"])
    assert Path("evidence/dev/blobs", str(told["output_sha256"])).read_text() == "2 passed in 1s"

    project.write("flip.py", STRATEGY.replace("0.02", "0.03"))
    assert run_tests(settings, sealed, lines.append)["same_before"] is False


def test_counts_are_read_from_the_last_summary():
    assert counts("1 passed\n= 3 failed, 9 passed, 2 errors in 4s =\n") == (9, 5)
    assert counts("all good\n") == (None, None)


def test_a_folder_without_strategies_and_config_can_be_sealed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(tmp_path / "config", ignore_errors=True)
    sealed = seal(load_settings({"strategies.alpaca": "", "strategies.binance": ""}, {})).manifest
    assert sealed.sections["strategies"] == {}


def test_what_runs_in_another_stage_shows_nothing_of_this_one() -> None:
    dev = Running("0123456789abcdef", "release 0123456789abcdef", "dev", "sim")
    staging = load_settings({"stage": "staging", "mode": "sim"}, environment={}, folder=Path(__file__).parent)

    seen = in_this_stage(dev, staging)

    assert seen.release is None
    assert seen.note == "what runs is in stage dev, mode sim, not stage staging, mode sim"
    assert in_this_stage(Running(dev.release, dev.note, "staging", "sim"), staging).release == dev.release
