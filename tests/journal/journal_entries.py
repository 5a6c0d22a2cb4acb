"""Entries for tests: a stream that is a function of (seed, seq)."""

from __future__ import annotations

import random

from seatrial.domain.bars import Bar
from seatrial.domain.effects import Alert
from seatrial.domain.facts import BarClosed, Fact, Fill, OrderRequest, Sent, Timer
from seatrial.domain.ids import AccountId, ClientOrderId, ExecutionId, StrategyId, Symbol
from seatrial.domain.money import Currency
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.journal.port import Entry

PAPER = AccountId("paper")
AAPL = Symbol("AAPL")


def bar_closed(seq: int, symbol: str = "AAPL", account: str = "paper") -> BarClosed:
    """A bar whose numbers tell which one it is."""
    bar = Bar(Symbol(symbol), seq * 60, seq * 60 + 60, seq, seq + 2, seq - 1, seq + 1, seq * 1_000)
    return BarClosed(AccountId(account), bar)


def fact_of(seed: int, seq: int) -> Fact:
    """Mostly bars, with orders, sends and fills in between."""
    dice = random.Random(f"{seed}/{seq}")
    order = ClientOrderId(f"ORDER{seq // 5}")
    match dice.randrange(8):
        case 0:
            return OrderRequest(
                seq, PAPER, StrategyId("trend"), AAPL, Side.BUY, OrderType.LIMIT, TimeInForce.DAY, seq, limit_units=seq
            )
        case 1:
            return Sent(seq, order)
        case 2:
            return Fill(
                seq,
                PAPER,
                order,
                ExecutionId(f"X{seq}"),
                AAPL,
                Side.SELL,
                dice.randrange(1, 9),
                seq,
                0,
                Currency("USD"),
            )
        case 3:
            return Timer(seq)
        case _:
            return bar_closed(seq, symbol=dice.choice(("AAPL", "SPY", "BTCUSDT")))


def entry_of(seed: int, seq: int) -> Entry:
    """Entry `seq` of the stream `seed`; every now and then a bar has an effect."""
    dice = random.Random(f"effects/{seed}/{seq}")
    effects = (Alert("tested", f"entry {seq}", seq),) if dice.random() < 0.2 else ()
    return Entry(seq, fact_of(seed, seq), effects)


def entries_of(seed: int, count: int, first: int = 1) -> list[Entry]:
    """A stretch of the stream."""
    return [entry_of(seed, seq) for seq in range(first, first + count)]
