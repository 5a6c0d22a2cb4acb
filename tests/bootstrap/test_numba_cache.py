"""An edit in a callee's file is seen by its compiled callers, which numba's own cache does not promise."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import seatrial
from seatrial.bootstrap.compiled_sources import CompiledSources
from seatrial.bootstrap.numba_cache import prepare_compiled_core
from seatrial.domain.faults import ConfigurationFault

ROOMS = ("domain", "core", "strategy")

CALLEE = "from numba import njit\n\n@njit(cache=True)\ndef callee(x):\n    return x + {added}\n"
CALLER = """
from numba import njit
from {package}.core.callee import callee

@njit(cache=True)
def caller(x):
    return callee(x) * 2
"""
RUN = """
import sys
from pathlib import Path
from seatrial.bootstrap.numba_cache import prepare_compiled_core
prepare_compiled_core(Path(sys.argv[1]), Path(sys.argv[2]))
from traded.core.caller import caller
print(caller(1))
"""


def run(package: Path, cache: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment["PYTHONPATH"] = str(package.parent)
    command = [sys.executable, "-c", RUN, str(cache), str(package)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_an_edit_in_a_callee_is_seen_by_its_compiled_caller(tmp_path):
    package = tmp_path / "traded"
    (package / "core").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "core" / "__init__.py").touch()
    (package / "core" / "caller.py").write_text(CALLER.format(package="traded"))
    (package / "core" / "callee.py").write_text(CALLEE.format(added=1))
    assert run(package, tmp_path / "cache") == "4"
    assert run(package, tmp_path / "cache") == "4"

    (package / "core" / "callee.py").write_text(CALLEE.format(added=10))

    assert run(package, tmp_path / "cache") == "22"


def imported_by(package: Path, path: Path) -> set[Path]:
    """The files of the package that a file imports, by its syntax tree."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    stems = [package.joinpath(*name.split(".")[1:]) for name in names if name.split(".")[0] == "seatrial"]
    return {file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.exists()}


def test_every_import_of_a_compiled_file_is_among_its_sources():
    package = Path(seatrial.__file__).parent
    sources = CompiledSources(package)
    compiling = [
        path for room in ("core", "strategy") for path in (package / room).rglob("*.py") if sources.compiles(path)
    ]

    assert len(compiling) > 50
    for path in compiling:
        below = sources.below(path)
        for file in below:
            rooms = {each for each in imported_by(package, file) if each.relative_to(package).parts[0] in ROOMS}
            assert rooms <= below, (path, file)


def test_an_edit_renames_what_could_have_inlined_it_and_nothing_else(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "fees.py").write_text("from seatrial.core.compiled import compiled\n")
    (tmp_path / "core" / "ledger.py").write_text(
        "from seatrial.core.compiled import compiled\nfrom seatrial.core import fees\n"
    )
    (tmp_path / "core" / "depth.py").write_text("from seatrial.core.compiled import compiled\n")
    files = {name: tmp_path / "core" / f"{name}.py" for name in ("fees", "ledger", "depth")}
    before = {name: CompiledSources(tmp_path).digest_of_file(file) for name, file in files.items()}

    files["fees"].write_text("from seatrial.core.compiled import compiled\nfee_ppm = 2\n")

    after = {name: CompiledSources(tmp_path).digest_of_file(file) for name, file in files.items()}
    assert {name for name in files if before[name] != after[name]} == {"fees", "ledger"}


def test_the_same_sources_in_another_folder_are_the_same_code(tmp_path):
    package = Path(seatrial.__file__).parent
    for room in ROOMS:
        shutil.copytree(package / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))

    here, there = CompiledSources(package), CompiledSources(tmp_path)

    assert here.digest == there.digest
    assert here.digest_of_file(package / "core" / "step.py") == there.digest_of_file(tmp_path / "core" / "step.py")


def test_the_digest_covers_every_compiled_room_and_only_those(tmp_path):
    for room in ("core", "strategy", "venues"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "file.py").write_text("from seatrial.core.compiled import compiled\n")
    before = CompiledSources(tmp_path).digest

    (tmp_path / "venues" / "file.py").write_text("2")
    assert CompiledSources(tmp_path).digest == before
    (tmp_path / "strategy" / "plain.py").write_text("nothing is compiled here")
    assert CompiledSources(tmp_path).digest == before
    (tmp_path / "strategy" / "file.py").write_text("from seatrial.core.compiled import compiled\nlength = 2\n")
    assert CompiledSources(tmp_path).digest != before


def test_a_cache_chosen_after_the_core_was_imported_is_refused(tmp_path):
    import seatrial.core.compiled  # noqa: F401

    with pytest.raises(ConfigurationFault, match="imported before"):
        prepare_compiled_core(tmp_path)


def test_a_counting_loop_that_llvm_turns_into_a_wide_division_does_not_crash(tmp_path):
    code = """
from pathlib import Path
import sys
from seatrial.bootstrap.numba_cache import prepare_compiled_core
prepare_compiled_core(Path(sys.argv[1]))
from numba import njit
@njit
def steps(limits):
    total = 0
    t = 0
    for limit in limits:
        while t <= limit:
            t += 60_000_000_000
            total += 1
    return total
import numpy as np
print(steps(np.arange(0, 10**12, 10**9)))
"""
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.strip()) == (0, "17"), ran.stderr
