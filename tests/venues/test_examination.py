"""A connection is looked at by questions alone, and each trouble says what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.venues.stages import SECRET, Stage, on_stage

from seatrial.cli import exits
from seatrial.cli.connect import connect
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.orders import Side
from seatrial.emulators.faults import Fault
from seatrial.venues.examination import Examination, Reading, Steps, Verdict

NO_KEYS = {"BINANCE_API_KEY": None, "BINANCE_API_SECRET": None}
STEPS = Steps("knock elsewhere", "take new keys", "see the account", "set the clock", "name another", "open the door")

both = pytest.mark.parametrize("name", ["alpaca", "binance"])


def looked_at(
    name: str, *faults: Fault, symbol: str | None = None, **more: Any
) -> tuple[dict[str, Reading], list[str]]:
    """The lines by name, and the methods of all requests that the venue saw meanwhile."""

    async def play(stage: Stage) -> tuple[dict[str, Reading], list[str]]:
        stage.faults.replace(faults)
        before = len(stage.history.operations)
        venue: Any = stage.reborn()
        examination = Examination(venue, stage.clock, STEPS, told_clock=True, say=lambda line: None)
        lines = await examination.run([Symbol(symbol or stage.symbol)])
        await venue.close()
        asked = [each.what.split()[0] for each in [*stage.history.operations][before:] if each.op == "request"]
        return {line.name: line for line in lines}, asked

    found: tuple[dict[str, Reading], list[str]] = on_stage(name, play, **more)
    return found


@both
def test_a_good_connection_is_found_good_and_nothing_is_ordered(name: str) -> None:
    lines, asked = looked_at(name)

    trouble = {line.name for line in lines.values() if line.verdict is not Verdict.OK} - {"clock"}
    assert trouble == set()
    assert {*lines} >= {"symbols", "keys", "permissions", "clock", "order types", "account", "latency"}
    assert lines["account stream"].told == lines["market stream"].told == "connects"
    assert {*asked} <= {"GET", "WS"}


@both
def test_a_wrong_secret_fails_the_keys_and_is_never_shown(name: str) -> None:
    lines, _ = looked_at(name, secret="PLAINLY-WRONG")

    assert (lines["keys"].verdict, lines["keys"].next_step) == (Verdict.FAILED, "take new keys")
    assert "account" not in lines
    assert not any("PLAINLY-WRONG" in line.told or SECRET in line.told for line in lines.values())


@both
def test_a_symbol_the_venue_does_not_list_is_named_and_the_rest_is_looked_at(name: str) -> None:
    lines, _ = looked_at(name, symbol="NOSUCH") if name == "alpaca" else looked_at(name, symbol="NOSUCHUSDT")

    assert lines["symbols"].verdict is Verdict.FAILED
    assert lines["symbols"].next_step == "name another"
    assert lines["keys"].verdict is Verdict.OK


@both
def test_a_venue_that_does_not_answer_fails_at_once_and_says_where_to_look(name: str) -> None:
    lines, _ = looked_at(name, Fault("down", "maintenance"))

    assert (lines["reachable"].verdict, lines["reachable"].next_step) == (Verdict.FAILED, "knock elsewhere")
    assert "keys" not in lines
    assert lines["account stream"].verdict is Verdict.FAILED


def test_a_clock_that_is_off_is_held_because_signatures_are_corrected() -> None:
    lines, _ = looked_at("binance", Fault("late", "clock_skew", skew_ms=5_000))

    assert lines["clock"] == Reading("clock", Verdict.HELD, "the venue's is +5000 ms from ours", "set the clock")
    assert lines["account"].verdict is Verdict.OK


def test_open_orders_and_cash_are_told() -> None:
    async def play(stage: Stage) -> list[Reading]:
        await stage.venue.submit(stage.order(Side.BUY, 1, limit=90))
        examination = Examination(stage.venue, stage.clock, STEPS, told_clock=False, say=lambda line: None)  # type: ignore[arg-type]
        return await examination.run([stage.symbol])

    lines = {line.name: line for line in on_stage("binance", play)}

    assert lines["account"].told == "100000 USDT; 0 holdings, 1 open orders"


def checked(*arguments: str) -> Result:
    return CliRunner().invoke(connect, ["check", *arguments], env=NO_KEYS)


def test_the_command_fails_where_nobody_listens_and_says_how_to_start_a_venue() -> None:
    told = checked("binance", "--json", "--set", "ports.binance=9")

    (connection,) = json.loads(told.stdout)["connections"]
    assert not connection["passed"]
    assert "seatrial emulate" in connection["lines"][1]["next_step"]
    assert main(["check", "binance", "--set", "ports.binance=9"]) == exits.FAILED


def main(arguments: list[str]) -> object:
    return connect.main(arguments, standalone_mode=False)


def test_the_command_refuses_what_it_cannot_check() -> None:
    with pytest.raises(RequestFault, match="one of alpaca, binance or ccxt:NAME"):
        main(["check", "nasdaq"])
    with pytest.raises(RequestFault, match="symbols of alpaca"):
        main(["check", "alpaca", "--symbols", "BTCUSDT"])
    keys = {"CCXT_API_KEY": "k", "CCXT_API_SECRET": "s"}
    nowhere = CliRunner().invoke(connect, ["check", "ccxt:nowhere", "--mode", "paper"], env=keys)
    assert "finds orders by our own ids: binance" in str(nowhere.exception)
    with pytest.raises(RequestFault, match="local venues emulate"):
        main(["check", "ccxt:okx"])
    assert "BINANCE_API_KEY and BINANCE_API_SECRET not found" in str(checked("binance", "--mode", "paper").exception)
