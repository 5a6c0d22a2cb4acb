"""Pages stay true: links lead somewhere, settings are the code's, commands are real, the tutorial runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from seatrial.bootstrap.reference import settings_page
from seatrial.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TUTORIAL = ROOT / "docs" / "tutorials" / "first_strategy.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    lost = [link for link in links if not link.startswith("http") and not (page.parent / link).exists()]
    assert lost == []


def test_the_page_of_settings_is_written_from_the_code():
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), "write settings_page() of bootstrap/reference.py to docs/reference/settings.md"


def test_every_command_has_its_row_in_the_reference():
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if name != "serve" and f"`seatrial {name}" not in page]
    assert missing == []


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_commands_of_the_first_tutorial_run_as_printed(tmp_path):
    """Every block marked `console`, in order, in an empty folder."""
    blocks = re.findall(r"```console\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), flags=re.DOTALL)
    environment = {name: raw for name, raw in os.environ.items() if not name.startswith("SEATRIAL_")}
    told = []
    for line in "".join(blocks).splitlines():
        program, *arguments = shlex.split(line)
        assert program == "seatrial"
        command = [sys.executable, "-m", "seatrial", *arguments]
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
        told.append(ran.stdout)

    assert len(told) == 5
    assert "equal to the unit over 1 session" in told[-1]
    assert (tmp_path / "reports" / "my_idea" / "report.html").exists()


def test_the_page_of_gates_is_written_from_the_catalogue():
    from seatrial.bootstrap.gates.reference import gates_page

    page = (ROOT / "docs" / "reference" / "gates.md").read_text(encoding="utf-8")
    assert page == gates_page(), "write gates_page() of bootstrap/gates/reference.py to docs/reference/gates.md"


def test_the_page_of_faults_is_written_from_the_catalogue():
    from seatrial.bootstrap.fault_page import faults_page

    page = (ROOT / "docs" / "reference" / "faults.md").read_text(encoding="utf-8")
    assert page == faults_page(), "write faults_page() of bootstrap/fault_page.py to docs/reference/faults.md"


@pytest.mark.parametrize("page", ["how_to/promote_a_release.md", "tutorials/first_release.md"])
def test_every_command_of_the_release_pages_exists(page):
    """They need a running system, so each is asked for its help; `tests/cli/test_release_tour.py` walks them."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = re.findall(r"^seatrial [^#\n]*", "".join(re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)), re.MULTILINE)
    assert lines
    for line in lines:
        group, *rest = shlex.split(line)[1:]
        command = [group, *rest[:1]] if group in {"release", "gate", "key", "evidence"} else [group]
        assert _options(line) <= _known_options(command), line


def _options(line: str) -> set[str]:
    return {word for word in shlex.split(line) if word.startswith("--")}


def _known_options(path: list[str]) -> set[str]:
    import click

    from seatrial.cli.main import commands

    context = click.Context(commands)
    command: click.Command | None = commands
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(context, name)
        assert command is not None, path
    assert command is not None
    return {option for parameter in command.params for option in parameter.opts}
