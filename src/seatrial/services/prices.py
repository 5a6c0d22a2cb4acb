"""The newest price of a symbol from the first source that has a fresh one. Never an invented price.

Sources are asked in order. One behind the network has a circuit: after failures in a row it rests. A price is fresh
while it is younger than two and a half minutes of its market's time; where nobody has a fresh one there is none,
unless the market is closed: then its last price is the newest there can be, and it says that it is stale.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from seatrial.domain.faults import VenueFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import SECOND_NS, Clock
from seatrial.services.board import STALE_AFTER_NS
from seatrial.services.circuits import Circuit, CircuitRules, admits, asked, failed, succeeded

SYMBOLS_KEPT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Quote:
    """One price. `quote` is the currency it is in, `as_of_ns` the market time it is of.

    The changes are against the price of 24 hours of market time before, None where that is not known.
    """

    symbol: Symbol
    price: Decimal
    quote: str
    as_of_ns: int
    source: str
    change: Decimal | None = None
    change_percent: Decimal | None = None


class PriceSource(Protocol):
    """Somebody who knows prices. `guarded` ones are reached over a network and have a circuit."""

    name: str
    guarded: bool

    def lists(self, symbol: Symbol) -> bool:
        """Whether it can know a price of this symbol at all."""
        ...

    async def quote(self, symbol: Symbol) -> Quote | None:
        """Its newest price; None where it has none. Raises `VenueFault` where there is no usable answer."""
        ...


class MarketHours(Protocol):
    """What the age of a price is measured by."""

    def now_ns(self, symbol: Symbol) -> int:
        """Market time of the symbol's market."""
        ...

    def is_open(self, symbol: Symbol) -> bool:
        """Whether it trades now."""
        ...


@dataclass(frozen=True, slots=True)
class PriceRules:
    """`keep_ns` of our own clock an answer is told again; `answer_seconds` is the patience with one source."""

    fresh_ns: int = STALE_AFTER_NS
    keep_ns: int = SECOND_NS
    answer_seconds: float = 1.0
    circuit: CircuitRules = field(default_factory=CircuitRules)


@dataclass(frozen=True, slots=True)
class Priced:
    """A price, or the reason why there is none; then `quote` is the last one known, if any."""

    quote: Quote | None
    stale: bool
    reason: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it may be told as the price."""
        return self.reason is None


class Prices:
    """The sources in order, their circuits, and what was asked a moment ago."""

    def __init__(
        self, sources: Sequence[PriceSource], *, hours: MarketHours, clock: Clock, rules: PriceRules | None = None
    ) -> None:
        self.hits = 0
        self.misses = 0
        self._sources = tuple(sources)
        self._hours = hours
        self._clock = clock
        self._rules = rules or PriceRules()
        self._circuits = {source.name: Circuit() for source in sources if source.guarded}
        self._kept: dict[Symbol, tuple[Quote, int]] = {}
        self._turns: dict[Symbol, asyncio.Lock] = {}

    @property
    def circuits(self) -> Mapping[str, Circuit]:
        """The circuits by source; where two ways share a name, the one over the network."""
        return dict(self._circuits)

    @property
    def hit_rate(self) -> float | None:
        """The part of questions answered without asking a source; None before the first."""
        total = self.hits + self.misses
        return self.hits / total if total else None

    def lists(self, symbol: Symbol) -> bool:
        """Whether any source can know it."""
        return any(source.lists(symbol) for source in self._sources)

    async def latest(self, symbol: Symbol) -> Priced:
        """The newest price."""
        async with self._turns.setdefault(symbol, asyncio.Lock()):
            kept = self._kept.get(symbol)
            if kept is not None and self._clock.now_ns() - kept[1] < self._rules.keep_ns and self._fresh(kept[0]):
                self.hits += 1
                return Priced(kept[0], stale=False)
            self.misses += 1
            return await self._ask_in_order(symbol)

    async def _ask_in_order(self, symbol: Symbol) -> Priced:
        newest: Quote | None = None
        why = []
        for source in self._sources:
            if not source.lists(symbol):
                continue
            quote, trouble = await self._ask(source, symbol)
            if quote is not None and self._fresh(quote):
                self._keep(quote)
                return Priced(quote, stale=False)
            if quote is not None and (newest is None or quote.as_of_ns > newest.as_of_ns):
                newest = quote
            why.append(f"{source.name}: {trouble or 'its price is old'}")
        if newest is not None and not self._hours.is_open(symbol):
            return Priced(newest, stale=True)
        return Priced(newest, stale=True, reason="; ".join(dict.fromkeys(why)) or "no source knows it")

    async def _ask(self, source: PriceSource, symbol: Symbol) -> tuple[Quote | None, str | None]:
        """A source's price, or why there is none."""
        if not source.guarded:
            quote = await source.quote(symbol)
            return quote, None if quote is not None else "no price yet"
        circuit, rules = self._circuits[source.name], self._rules.circuit
        if not admits(circuit, self._clock.now_ns(), rules):
            return None, f"its circuit is {circuit.state} after: {circuit.error}"
        self._circuits[source.name] = asked(circuit, self._clock.now_ns(), rules)
        trouble: str | None = "nobody waited for the answer"
        try:
            async with asyncio.timeout(self._rules.answer_seconds):
                quote = await source.quote(symbol)
            trouble = None
        except TimeoutError:
            trouble = f"no answer within {self._rules.answer_seconds} s"
        except VenueFault as fault:
            trouble = str(fault)
        finally:
            self._settle(source.name, trouble)
        if trouble is not None:
            return None, trouble
        return quote, None if quote is not None else "it knows no price"

    def _settle(self, name: str, trouble: str | None) -> None:
        circuit, now_ns = self._circuits[name], self._clock.now_ns()
        settled = (
            succeeded(circuit, now_ns) if trouble is None else failed(circuit, now_ns, self._rules.circuit, trouble)
        )
        self._circuits[name] = settled

    def _fresh(self, quote: Quote) -> bool:
        return self._hours.now_ns(quote.symbol) - quote.as_of_ns <= self._rules.fresh_ns

    def _keep(self, quote: Quote) -> None:
        self._kept.pop(quote.symbol, None)
        self._kept[quote.symbol] = (quote, self._clock.now_ns())
        while len(self._kept) > SYMBOLS_KEPT_MAX:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._turns.pop(oldest, None)
