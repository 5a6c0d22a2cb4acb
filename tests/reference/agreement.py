"""One case in both: trades, refusals, equity, holdings and cash must be equal to the unit."""

import dataclasses
from decimal import Decimal

from tests.reference import ours
from tests.reference.cases import SESSION_NS, Case, case
from tests.reference.plain.account import Account
from tests.reference.plain.world import Told, World


def by_hand(given: Case) -> tuple[Told, dict[str, tuple[Decimal, ...]], Decimal]:
    account = Account(
        sorted(given.things, key=lambda thing: thing.symbol),
        given.limits,
        given.cash,
        on_margin=given.equities,
        day_turns_ns=-5 * 3_600 * 10**9 if given.equities else 0,
    )
    world = World(account, given.part, [(close_ns - SESSION_NS, close_ns) for close_ns in given.closes])
    for bars, decisions in zip(given.batches, given.decisions, strict=True):
        world.live(bars, decisions)
    holdings = {symbol: (held.qty, held.cost, held.realized, held.fees) for symbol, held in account.holdings.items()}
    return world.told, holdings, account.cash


def agree(seed: int) -> Told:
    given = case(seed)
    expected, held, cash = by_hand(given)
    told, ours_held, ours_cash = ours.run(given)
    replay = f"replay: REFERENCE_CASE={seed} python -m pytest tests/reference -k one_case"
    for field in dataclasses.fields(Told):
        assert getattr(told, field.name) == getattr(expected, field.name), f"{field.name}; {replay}"
    assert ours_held == held, replay
    assert ours_cash == cash, replay
    return expected
