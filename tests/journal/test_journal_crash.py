"""`kill -9` in mid-commit, again and again on one journal: nothing acknowledged is lost, the order is exact."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journal import crash_writer
from tests.journal.journal_entries import entries_of

SEED = int(os.environ.get("SEATRIAL_CRASH_SEED", "8127"))
ROOT = Path(__file__).resolve().parents[2]


def kill_in_mid_commit(arguments: list[str], dice: random.Random) -> int:
    """Start a writer, let it acknowledge a few commits, kill it; returns the last entry it acknowledged."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "tests.journal.crash_writer", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as writer:
        assert writer.stdout is not None
        for _ in range(dice.randrange(1, 40)):
            writer.stdout.readline()
        time.sleep(dice.random() * 0.01)
        writer.kill()
        said = writer.stdout.read().split("\n")[:-1]  # a line without its end was never said
    return max(map(int, said), default=0)


def survive(kind: str, place: list[str], kills: int, check: Callable[[int, int], None]) -> None:
    dice = random.Random(SEED)
    for generation in range(kills):
        acknowledged = kill_in_mid_commit([str(SEED), f"generation-{generation}", kind, *place], dice)
        check(generation, acknowledged)


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 20), ("postgres", 10)])
def test_a_killed_process_loses_nothing_it_acknowledged(
    kind: str, kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place = [str(tmp_path / "events.db")]
    if kind == "postgres":
        place += [request.getfixturevalue("postgres_url"), f"crash_{os.getpid()}"]

    def check(generation: int, acknowledged: int) -> None:
        again = f"replay it: SEATRIAL_CRASH_SEED={SEED} make test (generation {generation} of {kind})"
        _, _, journal = crash_writer.open_by([str(SEED), f"check-{generation}", kind, *place])
        found = list(journal.replay())
        journal._group.stop() if journal._group else None
        journal._release()
        assert len(found) >= acknowledged, f"acknowledged {acknowledged}, replayed {len(found)}; {again}"
        assert found == entries_of(SEED, len(found)), again

    survive(kind, place, kills, check)
