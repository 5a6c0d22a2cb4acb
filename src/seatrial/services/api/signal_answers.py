"""What the doors of signals answer. Nothing in it is made up: what a strategy did not say is null."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from seatrial.domain.money import units_text
from seatrial.domain.time import rfc3339
from seatrial.services.api.numbers import ExactNumber, NumberText, When
from seatrial.services.signals import Signals
from seatrial.services.topics import Signal

PPM = 1_000_000
MODEL_DIGITS = 12  # of a digest, enough to tell versions apart at a glance


class SignalRow(msgspec.Struct):
    """One signal. `timestamp` is the market time of the decision; `price` the close it was made on.

    `confidence` and `reason` are the strategy's own words and null where it gave none. `stale` says that its
    strategy does not trade, or has seen no bar for two and a half minutes of market time.
    """

    id: str
    symbol: str
    action: str
    confidence: float | None
    price: ExactNumber | None
    timestamp: When
    reason: str | None
    source: str
    model: str
    stale: bool
    account: str
    withheld: bool


class RankedSignal(SignalRow):
    """A signal with its place. The wish is a share of equity, or a quantity, or null where nothing was asked for."""

    rank: int
    target_weight: NumberText | None
    target_quantity: NumberText | None


class RankedAnswer(msgspec.Struct):
    """What every strategy wants now. `as_of` is the market time of the newest bar looked at, null before the first."""

    signals: list[RankedSignal]
    as_of: When | None
    stale: bool
    reason: str | None
    timestamp: When


def signal_row(role: Signals, signal: Signal) -> dict[str, object]:
    """The fields of `SignalRow`."""
    instrument = role.instruments.get(signal.symbol)
    priced = instrument is not None and signal.price_units is not None
    return {
        "id": signal.id,
        "symbol": signal.symbol,
        "action": signal.action,
        "confidence": signal.confidence,
        "price": Decimal(instrument.price_text(signal.price_units)) if priced else None,  # type: ignore[union-attr, arg-type]
        "timestamp": rfc3339(signal.decided_at_ns),
        "reason": signal.reason,
        "source": f"strategy {signal.strategy}",
        "model": f"{signal.strategy}@{signal.model[:MODEL_DIGITS]}",
        "stale": role.stale(signal.strategy, signal.account),
        "account": signal.account,
        "withheld": signal.withheld,
    }


def ranked_row(role: Signals, rank: int, signal: Signal) -> dict[str, object]:
    """The fields of `RankedSignal`."""
    instrument = role.instruments.get(signal.symbol)
    quantity = None
    if signal.quantity_units is not None and instrument is not None:
        quantity = instrument.qty_text(signal.quantity_units)
    weight = None if signal.weight_ppm is None else units_text(signal.weight_ppm, PPM)
    return {**signal_row(role, signal), "rank": rank, "target_weight": weight, "target_quantity": quantity}


def ranked(signals: list[Signal]) -> list[Signal]:
    """The surest first; those that say nothing of it after them; then the larger wish, then by name."""
    return sorted(
        signals,
        key=lambda one: (
            one.confidence is None,
            -(one.confidence or 0.0),
            -abs(one.weight_ppm or 0),
            one.strategy,
            one.symbol,
        ),
    )
