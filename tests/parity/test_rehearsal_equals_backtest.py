"""One session through services and both wire protocols ends as the compiled backtest does, to the unit."""

from __future__ import annotations

from pathlib import Path

from seatrial.bootstrap.compiling import load_core
from seatrial.bootstrap.logs import quiet_logs
from seatrial.bootstrap.rehearsing import Rehearsed, rehearse
from seatrial.bootstrap.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]


def _rehearsed(alpaca: str, **chosen: str) -> Rehearsed:
    for venue, name in (("alpaca", alpaca), ("binance", "coins")):
        chosen[f"strategies.{venue}"] = str(ROOT / "strategies" / f"{name}.py")
    load_core()
    quiet_logs()
    return rehearse(load_settings(chosen, environment={}, folder=ROOT), session_count=1)


def _agree(done: Rehearsed) -> None:
    assert done.difference is None
    assert done.equal
    assert done.rehearsal.replays
    assert all(tally.fills for tally in done.rehearsal.tallies.values())


def test_a_made_up_session_has_one_outcome_in_backtest_and_rehearsal() -> None:
    _agree(_rehearsed("trend"))


def test_a_recorded_session_of_limits_and_partial_fills_has_one_outcome(recorded_data: Path) -> None:
    done = _rehearsed("pullback", data=str(recorded_data))
    _agree(done)
    tallies = done.rehearsal.tallies.values()
    assert all(tally.limit_orders and tally.cancels for tally in tallies)
    assert any(tally.partial_fills for tally in tallies)
