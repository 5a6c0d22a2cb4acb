"""Orders, fills and positions as tables, and that a rebuild makes the same ones."""

import asyncio
import itertools
import random

from tests.journal.conftest import OpenJournal
from tests.journal.journal_entries import entries_of

from seatrial.domain.effects import Effect
from seatrial.domain.facts import Fact, Fill, OrderRequest, Report, Sent, Transfer
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, StrategyId, Symbol, VenueOrderId
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from seatrial.journal import codec
from seatrial.journal.database import Row
from seatrial.journal.durable import DurableJournal
from seatrial.journal.port import Entry
from seatrial.journal.projections import TABLES, apply_entries

PAPER, BTC = AccountId("paper"), Symbol("BTCUSDT")
ORDER = ClientOrderId("ORDER1")

Step = tuple[Fact, tuple[Effect, ...]] | Fact


def approved(order: str, side: Side, allocation: tuple[tuple[str, int], ...]) -> Effect:
    """An approval as a journal holds it: only the machine makes one, so it is decoded."""
    shares = ",".join(f'["{name}",{units}]' for name, units in allocation)
    qty_units = abs(sum(units for _, units in allocation))
    return codec.decode_effects(
        f'[["Approved",{{"client_order_id":"{order}","account":"paper","symbol":"BTCUSDT","side":{int(side)},"type":2,'
        f'"time_in_force":2,"qty_units":{qty_units},"limit_units":100,"stop_units":0,"sequence":1,"batch_ns":1,'
        f'"at_ns":1,"reason":"target","allocation":[{shares}]}}]]'
    )[0]


def request(at_ns: int) -> OrderRequest:
    return OrderRequest(at_ns, PAPER, StrategyId("a"), BTC, Side.BUY, OrderType.LIMIT, TimeInForce.GTC, 10, 100)


def fill(
    at_ns: int, execution: str, qty_units: int, *, order: str = ORDER, side: Side = Side.BUY, fee: int = 0
) -> Fill:
    currency = Currency("BTC" if side == Side.BUY else "USDT")
    return Fill(at_ns, PAPER, ClientOrderId(order), ExecutionId(execution), BTC, side, qty_units, 100, fee, currency)


def run(journal: DurableJournal, *steps: Step) -> None:
    pairs = [step if isinstance(step, tuple) else (step, ()) for step in steps]
    entries = [Entry(seq, fact, effects) for seq, (fact, effects) in enumerate(pairs, journal.last_seq + 1)]
    asyncio.run(journal.commit(entries))


def table(journal: DurableJournal, sql: str) -> list[Row]:
    return [tuple(row) for row in journal._database.read(sql)]


def test_an_order_is_told_from_its_approval_to_its_last_fill(open_journal: OpenJournal) -> None:
    journal = open_journal()
    told = "SELECT status, filled_units, venue_order_id, updated_seq FROM orders"
    steps: list[tuple[Step, Row]] = [
        ((request(1), (approved(ORDER, Side.BUY, (("a", 6), ("b", 4))),)), (OrderStatus.PENDING, 0, None, 1)),
        (Sent(2, ORDER), (OrderStatus.UNKNOWN, 0, None, 2)),
        (Report(3, ORDER, OrderStatus.WORKING, VenueOrderId("V1")), (OrderStatus.WORKING, 0, "V1", 3)),
        (fill(4, "X1", 5), (OrderStatus.PARTIALLY_FILLED, 5, "V1", 4)),
        (Report(5, ORDER, OrderStatus.WORKING, VenueOrderId("V1")), (OrderStatus.PARTIALLY_FILLED, 5, "V1", 5)),
        (fill(6, "X1", 5), (OrderStatus.PARTIALLY_FILLED, 5, "V1", 5)),
        (fill(7, "X2", 5), (OrderStatus.FILLED, 10, "V1", 7)),
        (Report(8, ORDER, OrderStatus.WORKING), (OrderStatus.FILLED, 10, "V1", 8)),
    ]

    for step, expected in steps:
        run(journal, step)
        assert table(journal, told) == [expected], step


def test_fills_are_shared_over_the_strategies_that_asked(open_journal: OpenJournal) -> None:
    journal = open_journal()

    run(journal, (request(1), (approved(ORDER, Side.BUY, (("a", 6), ("b", 4))),)), fill(2, "X1", 5), fill(3, "X2", 5))

    assert table(journal, "SELECT execution_id, strategy, signed_units FROM fill_shares ORDER BY 1, 2") == [
        ("X1", "a", 3),
        ("X1", "b", 2),
        ("X2", "a", 3),
        ("X2", "b", 2),
    ]


def test_a_position_is_what_was_moved_bought_and_sold_less_fees_in_coin(open_journal: OpenJournal) -> None:
    journal = open_journal()

    run(
        journal,
        Transfer(1, PAPER, Currency("BTC"), 1_000, symbol=BTC),
        Transfer(1, PAPER, Currency("USDT"), 5_000),
        fill(2, "X1", 500, fee=3),
        fill(3, "X2", 200, side=Side.SELL, fee=7),
        fill(4, "X2", 200, side=Side.SELL, fee=7),
    )

    assert table(journal, "SELECT account, symbol, qty_units FROM positions") == [("paper", "BTCUSDT", 1_297)]


def test_a_fill_of_an_order_nobody_knows_is_kept(open_journal: OpenJournal) -> None:
    journal = open_journal()

    run(journal, fill(1, "X1", 5, order="SOMEBODY ELSE"))

    assert table(journal, "SELECT strategy, signed_units FROM fill_shares") == [("", 5)]


def test_a_rebuild_makes_the_same_tables(open_journal: OpenJournal) -> None:
    journal = open_journal()
    dice, executions = random.Random(9), itertools.count()
    for order in range(20):
        name, side = f"O{order}", dice.choice((Side.BUY, Side.SELL))
        asked = approved(name, side, (("a", side * dice.randrange(1, 50)), ("b", side * dice.randrange(1, 50))))
        run(journal, (request(order), (asked,)), Sent(order, ClientOrderId(name)))
        for _ in range(dice.randrange(4)):
            run(journal, fill(order, f"X{next(executions) // 2}", dice.randrange(1, 30), order=name, side=side))
        run(
            journal, Report(order, ClientOrderId(name), dice.choice(list(OrderStatus)), reason=dice.choice(("", "why")))
        )
    asyncio.run(journal.commit(entries_of(10, 50, first=journal.last_seq + 1)))
    before = {name: sorted(table(journal, f"SELECT * FROM {name}"), key=repr) for name in TABLES}
    for name in TABLES:
        journal._database.execute(f"DELETE FROM {name}")

    journal.rebuild_projections()

    assert all(before.values())
    assert {name: sorted(table(journal, f"SELECT * FROM {name}"), key=repr) for name in TABLES} == before


def test_words_of_many_orders_in_one_commit_are_told_as_if_each_had_come_alone(open_journal: OpenJournal) -> None:
    journal = open_journal()
    dice = random.Random(4)
    steps: list[Step] = []
    for at_ns in range(300):
        name = f"O{dice.randrange(9)}"
        status, venue_id = dice.choice(list(OrderStatus)), dice.choice((None, VenueOrderId(f"V{at_ns}")))
        asked = (approved(name, Side.BUY, (("a", 6), ("b", 4))),)
        said = Report(at_ns, ClientOrderId(name), status, venue_id, reason=dice.choice(("", "why")))
        traded = fill(at_ns, f"X{at_ns}", 1, order=name)
        steps.append(
            dice.choices(((request(at_ns), asked), Sent(at_ns, ClientOrderId(name)), said, traded), (4, 4, 4, 1))[0]
        )
    run(journal, *steps)
    together = {name: sorted(table(journal, f"SELECT * FROM {name}"), key=repr) for name in TABLES}
    entries = list(journal.replay())
    with journal._database.transaction():
        for name in TABLES:
            journal._database.execute(f"DELETE FROM {name}")
        for entry in entries:
            apply_entries(journal._database, [entry])

    assert {name: sorted(table(journal, f"SELECT * FROM {name}"), key=repr) for name in TABLES} == together
