"""One case in both: trades, refusals, equity, holdings and cash must be equal to the unit."""

import dataclasses
from decimal import Decimal

from tests.reference import ours
from tests.reference.cases import SESSION_NS, Case, case
from tests.reference.plain.account import Account
from tests.reference.plain.desk import Desk
from tests.reference.plain.exact import down
from tests.reference.plain.money import Fact
from tests.reference.plain.told import Told
from tests.reference.plain.world import World
from tests.reference.rich_cases import DAY_TURNS_NS, rich_case


def by_hand(given: Case) -> tuple[Told, dict[str, tuple[Decimal, ...]], Decimal, Decimal]:
    account = Account(
        sorted(given.things, key=lambda thing: thing.symbol),
        given.limits,
        given.cash,
        on_margin=given.on_margin,
        day_turns_ns=DAY_TURNS_NS if given.equities else 0,
        purse=given.purse,
        fee_part=given.fee_part,
        spends_unsettled=given.spends_unsettled,
    )
    sessions = [(close_ns - SESSION_NS, close_ns) for close_ns in given.closes]
    world = World(Desk(account), given.part, sessions, facts_of(given, account.day_turns_ns))
    for bars, decisions in zip(given.batches, given.decisions, strict=True):
        world.live(bars, decisions)
    holdings = {
        symbol: (held.qty, held.cost, held.realized, held.fees, held.dividends, held.borrow_fees)
        for symbol, held in account.holdings.items()
    }
    return world.told, holdings, account.cash, account.purse


def facts_of(given: Case, day_turns_ns: int) -> list[Fact]:
    """All money facts of a case; fractions after a split are paid out at the last close before, in new shares."""
    actions = []
    for action in given.actions:
        before = [bar for bars in given.batches for bar in bars if bar.symbol == action.symbol]
        before = [bar for bar in before if bar.start_ns < action.at_ns]
        if action.kind == "split" and before:
            step = next(thing.price_step for thing in given.things if thing.symbol == action.symbol)
            lieu = max(down(before[-1].close * action.old / action.new, step), step)
            actions.append(dataclasses.replace(action, whole=Decimal(1), amount=lieu))
        else:
            actions.append(action)
    terms = dataclasses.replace(given.terms, facts=[*given.terms.facts, *actions])
    return terms.all_facts([bar.start_ns for bars in given.batches for bar in bars], day_turns_ns)


def agree(seed: int, rich: bool = False) -> Told:
    given = rich_case(seed) if rich else case(seed)
    expected, held, cash, purse = by_hand(given)
    told, ours_held, ours_cash, ours_purse = ours.run(given)
    kind = "REFERENCE_RICH=1 " if rich else ""
    replay = f"replay: {kind}REFERENCE_CASE={seed} python -m pytest tests/reference -k one_case"
    for name in [field.name for field in dataclasses.fields(Told)]:
        assert getattr(told, name) == getattr(expected, name), f"{name}; {replay}"
    assert ours_held == held, replay
    assert ours_cash == cash, replay
    assert ours_purse == purse, replay
    return expected
