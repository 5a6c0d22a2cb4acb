"""An edit in a callee's file is seen by its compiled callers, which numba's own cache does not promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seatrial.bootstrap.numba_cache import digest_of, prepare_compiled_core
from seatrial.domain.faults import ConfigurationFault

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


def test_the_digest_covers_every_compiled_room_and_only_those(tmp_path):
    for room in ("core", "strategy", "venues"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "file.py").write_text("from seatrial.core.compiled import compiled\n")
    before = digest_of(tmp_path)

    (tmp_path / "venues" / "file.py").write_text("2")
    assert digest_of(tmp_path) == before
    (tmp_path / "strategy" / "plain.py").write_text("nothing is compiled here")
    assert digest_of(tmp_path) == before
    (tmp_path / "strategy" / "file.py").write_text("from seatrial.core.compiled import compiled\nlength = 2\n")
    assert digest_of(tmp_path) != before


def test_a_cache_chosen_after_numba_was_imported_is_refused(tmp_path):
    import numba  # noqa: F401

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
