"""Simulation seeds and rehearsals in the numbers that the proof asks for, by the commands a person would use."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.prove.command import run
from tests.prove.proof import Prove

SEEDS = 100
SESSIONS = 5

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("first", [1, 101])
def test_every_seed_is_clean(first: int, prove: Prove) -> None:
    code, told, said = run("simulate", "--seeds", str(SEEDS), "--first", str(first))
    prove(
        f"simulation of bad days, seeds {first} to {first + SEEDS - 1}",
        count=f"{told.get('clean', 0)} of {SEEDS} clean",
        figure=", ".join(f"{told.get(what, 0):,} {what}" for what in ("crashes", "faults", "orders", "fills")),
        command=f"seatrial simulate --seeds {SEEDS} --first {first}",
    )
    replays = [f"seatrial simulate --seed {one['seed']}: {one['invariant']}" for one in told.get("broken", [])]
    assert (code, replays) == (0, []), said


def test_backtest_and_rehearsal_end_in_one_outcome(prove: Prove, recorded_data: Path) -> None:
    code, told, said = run("rehearse", "--sessions", str(SESSIONS), "--data", str(recorded_data))
    fills = ", ".join(f"{tally['fills']} fills on {venue}" for venue, tally in told["accounts"].items())
    prove(
        "equal outcome fingerprints of backtest and rehearsal",
        count=f"{SESSIONS} equity sessions and as many days of coins",
        figure=f"{fills}; {told['rehearsal_fingerprint'][:23]}",
        command=f"seatrial rehearse --sessions {SESSIONS} --data ../shared/data",
    )
    assert code == 0, said
    assert told["backtest_fingerprint"] == told["rehearsal_fingerprint"]
    assert told["journal_replays"]


def test_a_rehearsal_has_fills_of_every_kind_on_both_venues(prove: Prove, recorded_data: Path) -> None:
    thin = "strategies.alpaca=strategies/pullback.py"  # limit orders in a thin share: partial fills on Alpaca, too
    code, told, said = run("rehearse", "--sessions", "4", "--data", str(recorded_data), "--set", thin)
    kinds = ("fills", "limit_orders", "partial_fills", "cancels")
    tallies = told["accounts"]
    prove(
        "fills of every kind on both venues",
        count="4 sessions",
        figure="; ".join(
            f"{venue}: " + ", ".join(f"{tally[kind]} {kind.replace('_', ' ')}" for kind in kinds)
            for venue, tally in tallies.items()
        ),
        command=f"seatrial rehearse --sessions 4 --data ../shared/data --set {thin}",
    )
    assert code == 0, said
    assert set(tallies) == {"alpaca", "binance"}
    for venue, tally in tallies.items():
        assert tally["fills"] >= 50, venue
        assert all(tally[kind] >= 1 for kind in kinds), venue


def test_a_rehearsal_over_sockets_ends_in_the_same_outcome(prove: Prove, recorded_data: Path) -> None:
    code, told, said = run("rehearse", "--sessions", "1", "--sockets", "--data", str(recorded_data))
    crossed = told["bytes"]
    prove(
        "the same over real sockets, every byte through a counting proxy",
        count="1 session",
        figure="; ".join(f"{venue}: {way['sent']:,} up, {way['received']:,} down" for venue, way in crossed.items()),
        command="seatrial rehearse --sessions 1 --sockets --data ../shared/data",
    )
    assert code == 0, said
    assert told["equal"]
    assert set(crossed) == {"alpaca", "binance"}
    assert all(way["sent"] > 0 and way["received"] > 0 for way in crossed.values())
