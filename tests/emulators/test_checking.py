"""The checker of histories: what it accepts of real venues under faults, and everything it must notice."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.emulators.small_binance import FLAT, HandClock, SmallBinance

from seatrial.domain.faults import DataFault
from seatrial.emulators.checking.records import read_history
from seatrial.emulators.checking.rules import check_history
from seatrial.emulators.checking.views import check_view, parse_view
from seatrial.emulators.faults import Fault
from seatrial.emulators.history import History

ORDER = "/api/v3/order"


class Diary:
    """A history written by hand, about one Alpaca order unless said otherwise."""

    def __init__(self, path: Path | None = None) -> None:
        self.history = History(HandClock(), path)

    def accepted(self, name: str = "mine") -> Diary:
        self.history.record("accepted", account="paper", client_order_id=name)
        return self

    def event(self, event: str, status: str, *, filled: str = "0", last: str = "", **more: Any) -> Diary:
        order = {
            "id": more.get("id", "1"),
            "client_order_id": more.get("name", "mine"),
            "symbol": "AAPL",
            "side": "buy",
            "qty": "10",
            "filled_qty": filled,
            "status": status,
        }
        data = {"event": event, "order": order, "execution_id": more.get("execution", f"{event} {filled}"), "qty": last}
        self.history.event("paper", event, json.dumps({"stream": "trade_updates", "data": data}).encode())
        return self

    def rules(self) -> list[str]:
        return [broken.rule for broken in check_history(self.history.operations).broken]


def begun() -> Diary:
    return Diary().accepted().event("new", "new")


def filled() -> Diary:
    return begun().event("fill", "filled", filled="10", last="10")


def test_a_life_as_the_venue_describes_it_is_accepted() -> None:
    diary = begun().event("partial_fill", "partially_filled", filled="4", last="4")
    diary.event("pending_cancel", "pending_cancel", filled="4").event("canceled", "canceled", filled="4")

    report = check_history(diary.history.operations)

    assert report.broken == []
    assert (len(report.orders), report.executions, report.open_orders) == (1, 1, [])


@pytest.mark.parametrize(
    ("diary", "rules"),
    [
        (Diary().accepted().event("fill", "filled", filled="10", last="10"), ["states"]),
        (
            begun().event("fill", "filled", filled="10", last="10").event("canceled", "canceled", filled="10"),
            ["states"],
        ),
        (begun().event("fill", "partially_filled", filled="5", last="4"), ["fills"]),
        (begun().event("fill", "filled", filled="11", last="11"), ["fills", "fills"]),
        (begun().event("fill", "filled", filled="9", last="9"), ["fills"]),
        (
            begun()
            .event("partial_fill", "partially_filled", filled="1", last="1", execution="x")
            .event("partial_fill", "partially_filled", filled="2", last="1", execution="x"),
            ["fills"],
        ),
        (begun().event("canceled", "canceled").event("new", "new", id="2"), ["ids"]),
    ],
    ids=["begins filled", "after its end", "wrong sum", "too much", "filled too early", "told twice", "one id twice"],
)
def test_what_cannot_be_is_named(diary: Diary, rules: list[str]) -> None:
    assert diary.rules() == rules


def test_an_order_answered_well_and_never_accepted_is_noticed_and_so_is_a_gap(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "alpaca.jsonl")
    request = {"account": "paper", "client_order_id": "mine", "what": "POST /v2/orders", "request": 1}
    diary.history.record("request", **request)
    diary.history.record("answer", status=200, **request)
    assert diary.rules() == ["answers"]

    first, second = read_history(tmp_path / "alpaca.jsonl")
    assert [one.rule for one in check_history([first, second, *diary.accepted().history.operations[2:]]).broken] == []
    with (tmp_path / "alpaca.jsonl").open("ab") as file:
        file.write(b'{"seq": 9, "at_ns": 1, "op": "fault"}\n{"seq": 10, "at_')
    assert [one.rule for one in check_history(read_history(tmp_path / "alpaca.jsonl")).broken] == ["numbers"]


def test_a_history_is_the_same_read_from_its_file(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "alpaca.jsonl").accepted().event("new", "new").event("canceled", "canceled")
    diary.history.close()

    report = check_history(read_history(tmp_path / "alpaca.jsonl"))

    assert (report.broken, len(report.orders), report.open_orders) == ([], 1, [])


def test_a_file_that_is_no_history_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"seq": 1}\n{"seq": 2}\n')
    with pytest.raises(DataFault, match=r"x\.jsonl:1: not an operation"):
        read_history(path)
    path.write_text("")
    with pytest.raises(DataFault, match="no operation"):
        read_history(path)


def test_a_client_that_forgot_an_order_or_asked_twice_disagrees_with_the_venue() -> None:
    diary = filled().accepted("again")
    diary.event("new", "new", id="2", name="again", execution="y")
    diary.event("partial_fill", "partially_filled", filled="3", last="3", id="2", name="again", execution="z")
    report = check_history(diary.history.operations)
    intents = [{"name": "ten", "quantity": "10", "client_order_ids": ["mine", "again"]}]

    view = parse_view(
        json.dumps(
            {"account": "paper", "open_orders": ["mine"], "executed": {"mine": "10"}, "intents": intents}
        ).encode()
    )

    told = [(broken.rule, broken.client_order_id) for broken in check_view(report, view)]
    assert told == [("view", "again"), ("view", "mine"), ("view", "again"), ("exposure", "mine again")]
    honest = {"account": "paper", "open_orders": ["again"], "executed": {"mine": "10", "again": "3"}}
    assert check_view(report, parse_view(json.dumps(honest).encode())) == []
    with pytest.raises(DataFault, match="quantity"):
        parse_view(b'{"intents": [{"name": "x"}]}')


def test_an_order_sent_again_after_an_unknown_outcome_shows_as_exposure() -> None:
    fault = Fault(name="deny", kind="error_after", path=ORDER, method="POST", count_max=1)
    market = SmallBinance([FLAT] * 5, faults=[fault])
    market.to(1)
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.5"}

    assert market.signed("POST", ORDER, newClientOrderId="first", **order).status == 503
    assert market.signed("POST", ORDER, newClientOrderId="second", **order).status == 200
    market.to(120)

    report = check_history(market.history.operations)
    view = parse_view(
        b'{"account":"alice","executed":{"second":"0.5"},'
        b'"intents":[{"name":"half","quantity":"0.5","client_order_ids":["first","second"]}]}'
    )
    assert report.broken == []
    assert [story.executed for story in report.orders.values()] == [Decimal("0.5")] * 2
    assert [broken.rule for broken in check_view(report, view)] == ["view", "exposure"]
