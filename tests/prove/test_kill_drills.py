"""`kill -9` in mid-trade, by seed, and every fill, order, position and cash equal to the venue's own afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.prove.drill import Drill, Seen, open_drill
from tests.prove.proof import Prove

ROUNDS = 20
SEED = int(os.environ.get("SEATRIAL_KILL_SEED", "1"))
REPLAY = "SEATRIAL_KILL_SEED={seed} .venv/bin/python -m pytest tests/prove/test_kill_drills.py -k one_{role}"

Kill = Callable[[Drill, int], Seen]


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    """One installation for the two single kills: the second strikes what the first left behind."""
    with open_drill() as opened:
        yield opened


def test_one_platform_killed_in_mid_trade_recovers_to_the_venues_own_truth(drill: Drill) -> None:
    assert drill.kill_platform(SEED).fills_meanwhile >= 1


def test_one_venues_killed_in_mid_trade_come_back_whole(drill: Drill) -> None:
    assert drill.kill_venues(SEED).fills_meanwhile >= 1


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ["platform", "venues"])
def test_twenty_kills_are_twenty_recoveries(role: str, prove: Prove) -> None:
    kill = Drill.kill_platform if role == "platform" else Drill.kill_venues
    seen, failures = _rounds(kill, role)

    lost, meanwhile = sum(one.lost_answers for one in seen), sum(one.fills_meanwhile for one in seen)
    when = "while it was down" if role == "platform" else "by the time it was back"
    prove(
        f"kill -9 of the {role} in mid-trade",
        count=f"{len(seen)} of {ROUNDS} consistent",
        figure=f"{lost} answers lost before, {meanwhile} fills {when}, {seen[-1].fills if seen else 0} fills compared",
        command=f"python -m pytest -m prove tests/prove -k 'twenty and {role}'",
    )
    assert not failures, "\n\n".join(failures)
    assert all(one.lost_answers and one.fills_meanwhile for one in seen)


def _rounds(kill: Kill, role: str) -> tuple[list[Seen], list[str]]:
    """Every seed once. One installation lives through many kills; a failed round's successor gets a fresh one."""
    seen: list[Seen] = []
    failures: list[str] = []
    seed = 0
    while seed < ROUNDS:
        with open_drill() as opened:
            while seed < ROUNDS and opened.has_time:
                seed += 1
                try:
                    seen.append(kill(opened, seed))
                except (AssertionError, httpx.HTTPError) as broken:
                    failures.append(f"round {seed}: {broken}\n{REPLAY.format(seed=seed, role=role)}")
                    break
    return seen, failures
