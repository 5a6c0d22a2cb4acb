"""Cases with all there is: parked orders, money that moves by itself, and the limits that a file may leave out.

Built on the plain ones of `cases`: the same bars and decisions, and more of both.
"""

import random
from dataclasses import replace
from decimal import Decimal

from tests.reference.cases import (
    MONDAY_OPEN_NS,
    SESSION_NS,
    Case,
    bars_of,
    coin,
    decisions_of,
    limits_of,
    some_of,
    stock,
)
from tests.reference.plain.account import DAY_NS
from tests.reference.plain.desk import Decision
from tests.reference.plain.exact import down, up
from tests.reference.plain.instrument import Bar, Thing
from tests.reference.plain.limits import Limits
from tests.reference.plain.money import Fact, Terms

DAY_TURNS_NS = -5 * 3_600 * 10**9  # of accounts of equities
RATIOS = [(2, 1), (3, 1), (4, 1), (3, 2), (1, 2), (1, 10), (7, 3)]
ZERO = Decimal(0)


def rich_case(seed: int) -> Case:
    """The case of a seed."""
    rng = random.Random(f"rich {seed}")
    equities = rng.random() < 0.65
    names = ["AAA", "BBB", "CCC"] if equities else ["AAAUSDT", "BBBUSDT", "CCCUSDT"]
    fee = rng.choice([0, 100]) if equities else rng.choice([1_000, 750])
    margin, sale_fees = rng.random() < 0.7, rng.random() < 0.3
    things = [(stock if equities else coin)(name, fee) for name in names[: rng.randint(1, 3)]]
    if equities:
        things = [replace(thing, shortable=margin) for thing in things]
    if equities and sale_fees:
        fees = {"sale_part": Decimal("0.0000278"), "sale_per_share": Decimal("0.000166")}
        things = [replace(thing, **fees, sale_per_share_max=Decimal("8.30")) for thing in things]
    batches = bars_of(rng, things, rng.randint(25, 70), True)
    days = sorted({(bars[0].start_ns - MONDAY_OPEN_NS) // DAY_NS for bars in batches})
    actions = _actions(rng, things, days) if equities else []
    batches = [[_after(bar, actions, things) for bar in bars] for bars in batches]
    cash = Decimal(rng.choice([3_000, 20_000, 100_000, 1_000_000]))
    purse = Decimal(rng.choice(["0.01", "0.5", "3"])) if not equities and rng.random() < 0.5 else ZERO
    return Case(
        seed,
        equities,
        things,
        _limits(rng, cash, things),
        cash,
        Decimal(rng.choice([100_000, 1_000_000, 333_333])),
        batches,
        _decisions(rng, things, batches, equities and margin),
        [MONDAY_OPEN_NS + day * DAY_NS + SESSION_NS for day in days] if equities else [],
        _terms(rng, things, batches, equities, margin, purse),
        actions,
        purse,
        Decimal(750_000) if purse else ZERO,
        rng.random() < 0.3,
    )


# ----------------------------------------------------------------------- money


def _actions(rng: random.Random, things: list[Thing], days: list[int]) -> list[Fact]:
    """Splits and dividends of days that have bars, the first included."""
    found = []
    for thing in things:
        for day in days:
            at_ns = (MONDAY_OPEN_NS + day * DAY_NS + DAY_TURNS_NS) // DAY_NS * DAY_NS - DAY_TURNS_NS
            if rng.random() < 0.3:
                found.append(Fact(at_ns, "dividend", thing.symbol, amount=Decimal(rng.randint(1, 30_000)) / 10_000))
            if rng.random() < 0.3:
                new, old = rng.choice(RATIOS)
                found.append(Fact(at_ns, "split", thing.symbol, new=new, old=old))
    return found


def _after(bar: Bar, actions: list[Fact], things: list[Thing]) -> Bar:
    """The bar as it prints after the splits before it."""
    new = old = 1
    for action in actions:
        if action.kind == "split" and action.symbol == bar.symbol and action.at_ns <= bar.start_ns:
            new, old = new * action.new, old * action.old
    if new == old:
        return bar
    step = next(thing.price_step for thing in things if thing.symbol == bar.symbol)
    prices = (max(down(price * old / new, step), step) for price in (bar.open, bar.high, bar.low, bar.close))
    return Bar(bar.symbol, bar.start_ns, bar.end_ns, *prices, bar.volume)


def _terms(
    rng: random.Random, things: list[Thing], batches: list[list[Bar]], equities: bool, margin: bool, purse: Decimal
) -> Terms:
    first_ns, last_ns = batches[0][0].start_ns, batches[-1][0].start_ns
    facts = []
    if purse:
        facts.append(Fact(first_ns, "rate", amount=_rate(rng)))
    for _ in range(rng.randint(0, 5)):
        at_ns = rng.randint(first_ns, last_ns)
        if purse:
            facts.append(Fact(at_ns, "rate", amount=_rate(rng)))
        elif equities:
            pays = at_ns + rng.randint(0, 2) * DAY_NS
            amount = Decimal(rng.randint(1, 9_999)) / 10_000
            facts.append(Fact(at_ns, "dividend", rng.choice(things).symbol, amount=amount, pay_ns=pays))
    part = Decimal(rng.choice([0, 80_000, 7_777_777]))
    borrow = {thing.symbol: Decimal(rng.choice([3_000, 900_000])) for thing in things if margin and rng.random() < 0.5}
    settles_in = rng.choice([0, 1, 2, 3]) if equities else 0
    return Terms(part, Decimal(rng.choice([0, 40_000])), borrow if equities else {}, settles_in, facts)


def _rate(rng: random.Random) -> Decimal:
    return Decimal(rng.randint(1, 10**11)) / 10**8


# ---------------------------------------------------------------------- limits


def _limits(rng: random.Random, cash: Decimal, things: list[Thing]) -> Limits:
    def sometimes(*values: object) -> object:
        return rng.choice(values) if rng.random() < 0.25 else None

    cents = Decimal("0.01")
    of_symbols = [thing.symbol for thing in things]
    return replace(
        limits_of(rng, cash),
        net_exposure=sometimes((cash * Decimal("0.3")).quantize(cents), cash),
        position_share=sometimes(Decimal(100_000), Decimal(400_000)),
        leverage=sometimes(Decimal(300_000), Decimal(1_500_000)),
        drawdown=sometimes(Decimal(300), Decimal(4_000), Decimal(100_000)),
        order_shares=sometimes(Decimal(3), Decimal(90)),
        order_value=sometimes((cash * Decimal("0.02")).quantize(cents), (cash / 2).quantize(cents)),
        orders_per_second=sometimes(1, 2),
        messages_per_minute=sometimes(1, 2, 4),
        messages_per_second=sometimes(1, 2),
        duplicates=sometimes(1, 2),
        duplicate_window_ns=rng.choice([10, 90, 600]) * 10**9,
        executions=sometimes(1, 3),
        execution_window_ns=rng.choice([60, 300]) * 10**9,
        close_only=rng.random() < 0.02,
        restricted=frozenset(rng.sample(of_symbols, 1)) if rng.random() < 0.1 else frozenset(),
        collar_of={rng.choice(of_symbols): Decimal(rng.choice([3_000, 20_000]))} if rng.random() < 0.3 else {},
    )


# ------------------------------------------------------------------- decisions


def _decisions(
    rng: random.Random, things: list[Thing], batches: list[list[Bar]], may_short: bool
) -> list[list[Decision]]:
    equities, decisions, asked = things[0].counts_shares, [], 0
    busy = rng.random() < 0.7  # else what is parked lives undisturbed
    for bars in batches:
        by_symbol = {bar.symbol: bar for bar in bars}
        plain = decisions_of(rng, things, by_symbol, asked, equities) if busy or rng.random() < 0.15 else []
        orders = [each for each in plain if each.kind == "order"]
        rest = [each for each in plain if each.kind != "order"]
        for thing in things:
            if thing.symbol in by_symbol and rng.random() < 0.3:
                orders.append(_parked(rng, thing, by_symbol[thing.symbol], may_short))
        orders.sort(key=lambda each: each.symbol)
        asked += len(orders)
        decisions.append([*rest, *orders])
    return decisions


def _parked(rng: random.Random, thing: Thing, bar: Bar, may_short: bool) -> Decision:
    """An order of the kinds that the machine keeps, or that it cuts to what is held."""
    side = rng.choice([1, 1, -1] if may_short else [1, 1, 1, -1])
    qty = some_of(rng, thing, bar) * rng.randint(1, 40)
    until = "day" if thing.counts_shares else "gtc"
    plain = Decision("order", thing.symbol, qty, side, "market", until)
    shape = rng.choice(["trailing", "bracket", "bracket", "oto", "oco", "oco", "notional", "reduce", "gtd"])
    if shape == "trailing":
        return _trailing(rng, thing, bar, plain)
    if shape == "oco":
        exits = _exits(rng, thing, bar, plain, "both")
        return replace(exits, kind="oco", until="gtc", amount=rng.choice([ZERO, exits.amount]))
    if shape in ("bracket", "oto"):
        if rng.random() < 0.4:
            plain = replace(plain, type="limit", until="gtc", limit=_near(rng, thing, bar.close, 40))
        which = "both" if shape == "bracket" else rng.choice(["profit", "loss"])
        return _exits(rng, thing, bar, plain, which)
    if shape == "notional":
        return replace(plain, amount=ZERO, notional=(qty * bar.close * Decimal("1.37")).quantize(Decimal("0.01")))
    if shape == "reduce":
        return replace(plain, side=rng.choice([1, -1]), reduce_only=True)
    expires_ns = bar.end_ns + rng.choice([30, 60, 200, 900]) * 10**9
    return replace(plain, type="limit", until="gtd", limit=_near(rng, thing, bar.close, 60), expires_ns=expires_ns)


def _trailing(rng: random.Random, thing: Thing, bar: Bar, plain: Decision) -> Decision:
    trail, part = ZERO, ZERO
    if rng.random() < 0.5:
        trail = up(bar.close * rng.randint(1, 60) / 2_000, thing.tick)
    else:
        part = Decimal(rng.choice([500, 3_000, 12_345, 40_000]))
    expires_ns = bar.end_ns + rng.choice([30, 300, 900]) * 10**9 if rng.random() < 0.3 else 0
    return replace(
        plain,
        type="trailing",
        until="gtd" if expires_ns else "gtc",
        reduce_only=rng.random() < 0.4,
        trail=trail,
        trail_part=part,
        expires_ns=expires_ns,
    )


def _exits(rng: random.Random, thing: Thing, bar: Bar, plain: Decision, which: str) -> Decision:
    """Mostly on the right sides of the entry, sometimes not."""
    entry = plain.limit or bar.close
    apart = [max(thing.tick, down(entry * rng.randint(1, 60) / 2_000, thing.tick)) for _ in range(2)]
    ahead = plain.side if rng.random() < 0.95 else -plain.side
    profit, loss = (max(thing.tick, down(entry + way * ahead, thing.tick)) for way in (apart[0], -apart[1]))
    beyond = max(thing.tick, loss - plain.side * thing.tick * rng.randint(0, 5))
    return replace(
        plain,
        take_profit=profit if which != "loss" else ZERO,
        stop_loss=loss if which != "profit" else ZERO,
        stop_loss_limit=beyond if which != "profit" and rng.random() < 0.2 else ZERO,
    )


def _near(rng: random.Random, thing: Thing, price: Decimal, most: int) -> Decimal:
    return max(thing.tick, down(price + price * rng.randint(-most, most) / 20_000, thing.tick))
