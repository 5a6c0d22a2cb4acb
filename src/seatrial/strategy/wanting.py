"""From what a strategy wants to hold to the fact that says so."""

from __future__ import annotations

from seatrial.domain.facts import Target
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, StrategyId
from seatrial.domain.instrument import Instrument
from seatrial.strategy.grid import Amount, signed_quantity_units, weight_ppm


def target_of(
    instrument: Instrument,
    *,
    account: AccountId,
    strategy: StrategyId,
    at_ns: int,
    weight: Amount | None,
    quantity: Amount | None,
    digest: str,
) -> Target:
    """The target of a share of equity, or of a quantity.

    Raises:
        RequestFault: both or neither, or an amount that cannot be.
    """
    if (weight is None) == (quantity is None):
        raise RequestFault("target", "exactly one of weight= and quantity=", {"weight": weight, "quantity": quantity})
    return Target(
        at_ns=at_ns,
        account=account,
        strategy=strategy,
        symbol=instrument.symbol,
        decided_at_ns=at_ns,
        quantity_units=None if quantity is None else signed_quantity_units("quantity", quantity, instrument),
        weight_ppm=None if weight is None else weight_ppm("weight", weight, instrument),
        inputs_digest=digest,
    )
