"""Random backtests as plain data: two or three instruments, an hour or two of bars, and what is decided on them.

Prices jump and stand still, volumes run out, limits are tight in one case and wide in the next, so that every rule of
risk and every fill rule is met somewhere. A case is its seed.
"""

import random
from dataclasses import dataclass, field
from decimal import Decimal

from tests.reference.plain.desk import Decision
from tests.reference.plain.instrument import Bar, Thing
from tests.reference.plain.limits import Limits
from tests.reference.plain.money import Fact, Terms

MINUTE_NS = 60 * 10**9
MONDAY_OPEN_NS = 1_704_724_200 * 10**9  # 2024-01-08 09:30 in New York
SESSION_NS = 20 * MINUTE_NS


@dataclass(frozen=True)
class Case:
    """Everything a run needs. `batches` are the bars of each instant; `decisions` what follows them.

    `actions` are splits and dividends at the start of their ex-dates; `purse` is what there is of another coin.
    """

    seed: int
    equities: bool
    things: list[Thing]
    limits: Limits
    cash: Decimal
    part: Decimal
    batches: list[list[Bar]]
    decisions: list[list[Decision]]
    closes: list[int]
    terms: Terms = field(default_factory=Terms)
    actions: list[Fact] = field(default_factory=list)
    purse: Decimal = Decimal(0)
    fee_part: Decimal = Decimal(0)
    spends_unsettled: bool = False

    @property
    def on_margin(self) -> bool:
        """An account in which nothing is shortable is a cash account."""
        return any(thing.shortable for thing in self.things)


def stock(symbol: str, fee: int) -> Thing:
    """A share: prints to 1e-4, orders in cents and whole shares."""
    one = Decimal(1)
    return Thing(
        symbol,
        Decimal("0.0001"),
        Decimal("1e-9"),
        Decimal("0.01"),
        one,
        one,
        Decimal(0),
        True,
        True,
        Decimal(fee),
        False,
    )


def coin(symbol: str, fee: int) -> Thing:
    """A pair against USDT: a fee in coin on buys, at least 5 USDT an order."""
    lot = Decimal("0.0001")
    return Thing(
        symbol,
        Decimal("1e-8"),
        Decimal("1e-8"),
        Decimal("0.01"),
        lot,
        lot,
        Decimal(5),
        False,
        False,
        Decimal(fee),
        True,
        stops_wait=True,
    )


def case(seed: int) -> Case:
    """The case of a seed."""
    rng = random.Random(seed)
    equities = rng.random() < 0.6
    names = ["AAA", "BBB", "CCC"] if equities else ["AAAUSDT", "BBBUSDT", "CCCUSDT"]
    fee = rng.choice([0, 100]) if equities else rng.choice([1_000, 750])
    things = [(stock if equities else coin)(name, fee) for name in names[: rng.randint(1, 3)]]
    batches = bars_of(rng, things, rng.randint(20, 60), equities)
    closes = []
    if equities:
        days = sorted({(bars[0].start_ns - MONDAY_OPEN_NS) // (1_440 * MINUTE_NS) for bars in batches})
        closes = [MONDAY_OPEN_NS + day * 1_440 * MINUTE_NS + SESSION_NS for day in days]
    decisions, asked = [], 0
    for bars in batches:
        now = decisions_of(rng, things, {bar.symbol: bar for bar in bars}, asked, equities)
        asked += sum(decision.kind == "order" for decision in now)
        decisions.append(now)
    part = Decimal(rng.choice([100_000, 1_000_000, 50_000, 333_333]))
    cash = Decimal(rng.choice([3_000, 20_000, 100_000, 1_000_000]))
    return Case(seed, equities, things, limits_of(rng, cash), cash, part, batches, decisions, closes)


def bars_of(rng: random.Random, things: list[Thing], count: int, by_day: bool) -> list[list[Bar]]:
    """Bars of so many minutes, twenty a day where they come `by_day`."""
    prices = {thing.symbol: rng.randint(300, 30_000) for thing in things}  # in hundredths
    batches = []
    for index in range(count):
        day, minute = divmod(index, 20) if by_day else (0, index)
        if day % 7 in (5, 6):
            continue
        start_ns = MONDAY_OPEN_NS + (day * 1_440 + minute) * MINUTE_NS
        bars = []
        for thing in things:
            if rng.random() < 0.1:
                continue  # a minute without a trade
            last = prices[thing.symbol]
            spread = max(1, last // rng.choice([20, 100, 400]))
            opened = max(100, last + (rng.randint(-spread, spread) if rng.random() < 0.3 else 0))
            closed = max(100, opened + rng.randint(-spread, spread))
            high = max(opened, closed) + (rng.randint(0, spread) if rng.random() < 0.7 else 0)
            low = max(50, min(opened, closed) - (rng.randint(0, spread) if rng.random() < 0.7 else 0))
            fine = Decimal(rng.randint(0, 99)) / 10_000 if rng.random() < 0.3 else Decimal(0)
            volume = Decimal(rng.choice([0, 3, 40, 500, 5_000, 80_000])) * (
                1 if thing.counts_shares else Decimal("0.37")
            )
            hundredth = Decimal("0.01")
            bars.append(
                Bar(
                    thing.symbol,
                    start_ns,
                    start_ns + MINUTE_NS,
                    opened * hundredth,
                    high * hundredth + fine,
                    low * hundredth,
                    closed * hundredth,
                    volume,
                )
            )
            prices[thing.symbol] = closed
        if bars:
            batches.append(bars)
    return batches or bars_of(rng, things, count, by_day)


def decisions_of(
    rng: random.Random, things: list[Thing], bars: dict[str, Bar], asked: int, equities: bool
) -> list[Decision]:
    """What is decided on these bars; `asked` orders were asked for before."""
    cancels, wishes, orders = [], [], []
    for thing in things:
        bar = bars.get(thing.symbol)
        if bar is None:
            continue
        if asked and rng.random() < 0.15:
            cancels.append(Decision("cancel", thing.symbol, Decimal(rng.randrange(asked))))
        if rng.random() < 0.25:
            wishes.append(_wish(rng, thing, bar))
        if rng.random() < 0.25:
            orders.append(_order(rng, thing, bar, equities))
    return [*cancels, *wishes, *orders]


def _wish(rng: random.Random, thing: Thing, bar: Bar) -> Decision:
    if rng.random() < 0.4:
        lowest = -900_000 if thing.shortable else 0
        return Decision("weight", thing.symbol, Decimal(rng.randint(lowest, 900_000)))
    lots = rng.randint(-60 if thing.shortable else 0, 60)
    return Decision("quantity", thing.symbol, some_of(rng, thing, bar) * lots // thing.lot * thing.lot)


def some_of(rng: random.Random, thing: Thing, bar: Bar) -> Decimal:
    """A quantity that matters at this price."""
    lots = int(Decimal(rng.choice([20, 300, 2_000])) / bar.close / thing.lot / 20)
    return max(1, lots) * thing.lot


def _order(rng: random.Random, thing: Thing, bar: Bar, equities: bool) -> Decision:
    kind = rng.choice(["market", "limit", "limit", "stop", "stop_limit"])
    until = rng.choice(["day", "gtc", "day", "gtc", "ioc", "fok", "opg", "cls"] if equities else ["gtc", "ioc", "fok"])
    if equities and until not in ("day", "gtc"):
        kind = rng.choice(["market", "limit"])  # what Alpaca takes
    elif not equities and until != "gtc":
        kind = rng.choice(["limit", "stop_limit"])  # what Binance takes
    near = bar.close + Decimal(rng.randint(-60, 60)) * max(Decimal("0.01"), bar.close // 2_000 * Decimal("0.01"))
    price = max(thing.tick, (near / thing.tick).to_integral_value() * thing.tick)
    apart = thing.tick * rng.randint(-20, 20)
    limit = max(thing.tick, price + apart) if kind == "stop_limit" else price
    post_only = not equities and kind == "limit" and until == "gtc" and rng.random() < 0.3
    return Decision(
        "order",
        thing.symbol,
        some_of(rng, thing, bar) * rng.randint(1, 40),
        rng.choice([1, -1]),
        kind,
        until,
        limit if kind in ("limit", "stop_limit") else Decimal(0),
        price if kind in ("stop", "stop_limit") else Decimal(0),
        post_only,
    )


def limits_of(rng: random.Random, cash: Decimal) -> Limits:
    """Tight ones or wide ones, those that every file has."""
    tight = rng.random() < 0.5

    def part(low: str, high: str) -> Decimal:
        return (cash * (Decimal(low) if tight and rng.random() < 0.5 else Decimal(high))).quantize(Decimal("0.01"))

    return Limits(
        max_shares=Decimal(rng.choice([20, 500, 10_000])),
        max_position=part("0.2", "10"),
        max_exposure=part("0.5", "30"),
        max_positions=rng.choice([1, 2, 9]),
        loss_per_trade=part("0.003", "5"),
        daily_loss=part("0.004", "5"),
        weekly_loss=part("0.006", "5"),
        monthly_loss=part("0.008", "5"),
        stop_loss=Decimal(rng.choice([0, 5_000, 30_000])),
        trailing=Decimal(rng.choice([0, 4_000, 20_000])),
        breaker=rng.random() < 0.6,
        breaker_loss=part("0.003", "5"),
        breaker_losses=rng.choice([1, 2, 3, 50]),
        cooldown_ns=rng.choice([1, 5, 30]) * MINUTE_NS,
        auto_resume=rng.random() < 0.5,
        collar=Decimal(rng.choice([10_000, 100_000])),
        price_age_ns=rng.choice([30 * 10**9, 5 * MINUTE_NS]),
        orders_per_minute=rng.choice([2, 120]),
        orders_working=rng.choice([3, 50]),
    )
