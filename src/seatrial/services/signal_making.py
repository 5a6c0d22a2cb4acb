"""From what a strategy says to a signal with a name, a price and a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from seatrial.domain.facts import Fact, OrderRequest, Rebalance, Target
from seatrial.domain.ids import Symbol
from seatrial.services.topics import BarBatch, Signal
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.saying import Saying


def signals_of(runner: StrategyRunner, decided_at_ns: int, closes: Mapping[Symbol, int]) -> tuple[Signal, ...]:
    """The signals of the batch a runner decided on last; of several about one symbol the last counts.

    `closes` are the newest closes that it has seen, in price units.
    """
    newest = {said.symbol: said for said in runner.sayings}
    return tuple(_signal(runner, said, decided_at_ns, closes.get(said.symbol)) for said in newest.values())


def _signal(runner: StrategyRunner, said: Saying, decided_at_ns: int, price_units: int | None) -> Signal:
    weight_ppm, quantity_units = _wish(said)
    return Signal(
        id=f"{runner.strategy_id}@{runner.account}-{said.symbol}-{decided_at_ns}",
        strategy=runner.strategy_id,
        account=runner.account,
        symbol=said.symbol,
        action=said.action,
        confidence=said.confidence,
        reason=said.reason,
        decided_at_ns=decided_at_ns,
        price_units=price_units,
        weight_ppm=weight_ppm,
        quantity_units=quantity_units,
        model=runner.digest,
        withheld=any(said is each for each in runner.withheld),
    )


def _wish(said: Saying) -> tuple[int | None, int | None]:
    match said.decision:
        case Target(weight_ppm=weight_ppm, quantity_units=quantity_units):
            return weight_ppm, quantity_units
        case OrderRequest(qty_units=qty_units, side=side):
            return None, qty_units * side
        case None:
            return None, None


def why_nothing(runner: StrategyRunner) -> str:
    """Why a batch leads to nothing."""
    if runner.withheld:
        return "the strategy was not sure enough"
    if runner.holding is not None and runner.holding.targets:
        return f"targets wait for the run at {runner.holding.gate}"
    return "the strategy decided nothing"


def named_by(fact: Fact, batch: BarBatch) -> Fact:
    """A late bar's decisions carry a name of their own; see `BarBatch.decided_at_ns`."""
    match fact:
        case Target():
            return replace(fact, decided_at_ns=batch.decided_at_ns)
        case OrderRequest() | Rebalance():
            return replace(fact, batch_ns=batch.decided_at_ns)
        case _:
            return fact
