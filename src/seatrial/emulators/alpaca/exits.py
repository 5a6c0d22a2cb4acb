"""The exits of a bracket, OCO or OTO order as they are asked for, and how their prices must lie (`venues.md` 2.1).

Everything is said from the side of the exits: with `side` +1 for a long position (the exits sell) and -1 for a short
one, the take-profit lies `side` away from the entry's price and the stop-loss on the other side of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from seatrial.domain.instrument import Instrument
from seatrial.domain.orders import Side
from seatrial.emulators.alpaca.amounts import price_text
from seatrial.emulators.alpaca.fields import Fields, cent_units, price_of
from seatrial.emulators.alpaca.refusals import malformed, unprocessable

CLASSES = ("", "simple", "bracket", "oco", "oto")
MEMBERS = {"take_profit": ("limit_price",), "stop_loss": ("stop_price", "limit_price")}


class Exits(NamedTuple):
    """Prices of the exits in price units; zero where there is none."""

    take_profit_units: int = 0
    stop_units: int = 0
    stop_limit_units: int = 0


NO_EXITS = Exits()


def parse_exits(fields: Fields, order_class: str, instrument: Instrument) -> Exits:
    """What `take_profit` and `stop_loss` ask for; which of them there must be depends on the class.

    Raises:
        Refusal: 422, one is missing, or there is one that this class has not.
    """
    if not order_class and "take_profit" not in fields and "stop_loss" not in fields:
        return NO_EXITS  # as nearly always
    take_profit, stop_loss = (_object(fields, name) for name in MEMBERS)
    if order_class in ("", "simple"):
        if take_profit or stop_loss:
            raise unprocessable("simple orders have no take_profit and no stop_loss")
        return NO_EXITS
    if order_class == "oto":
        if bool(take_profit) == bool(stop_loss):
            raise malformed("oto orders require either take_profit.limit_price or stop_loss.stop_price")
    else:
        for name, given in (("take_profit.limit_price", take_profit), ("stop_loss.stop_price", stop_loss)):
            if not given:
                raise malformed(f"{order_class} orders require {name}")
    return Exits(
        _price(take_profit, "take_profit.limit_price", instrument, wanted=bool(take_profit)),
        _price(stop_loss, "stop_loss.stop_price", instrument, wanted=bool(stop_loss)),
        _price(stop_loss, "stop_loss.limit_price", instrument, wanted=False),
    )


def check_exits(exits: Exits, entry: Side, start_units: int, instrument: Instrument) -> None:
    """Refuse exits on the wrong side of `start_units`, the price the entry is expected at.

    Raises:
        Refusal: 422 with the `base_price` that the exits were held against.
    """
    cent = cent_units(instrument)
    for name, price_units, away in (
        ("take_profit.limit_price", exits.take_profit_units, int(entry)),
        ("stop_loss.stop_price", exits.stop_units, -int(entry)),
    ):
        if price_units and (price_units - start_units) * away < cent:
            relation = ">= base_price + 0.01" if away > 0 else "<= base_price - 0.01"
            raise unprocessable(f"{name} must be {relation}", base_price=price_text(instrument, start_units))
    if exits.stop_limit_units and (exits.stop_limit_units - exits.stop_units) * entry > 0:
        relation = "<=" if entry > 0 else ">="
        raise unprocessable(f"stop_loss.limit_price must be {relation} stop_loss.stop_price")


def check_pair(exits: Exits, entry: Side) -> None:
    """Refuse an OCO whose take-profit is not beyond its stop-loss.

    Raises:
        Refusal: 422.
    """
    if (exits.take_profit_units - exits.stop_units) * entry <= 0:
        relation = ">" if entry > 0 else "<"
        raise unprocessable(f"take_profit.limit_price must be {relation} stop_loss.stop_price")


def _object(fields: Fields, name: str) -> dict[str, Any] | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise malformed(f"{name} must be an object with {' and '.join(MEMBERS[name])}")
    unknown = [member for member in value if member not in MEMBERS[name]]
    if unknown:
        raise malformed(f"{name}.{unknown[0]} is not known: accepted are {', '.join(MEMBERS[name])}")
    return value


def _price(given: dict[str, Any] | None, name: str, instrument: Instrument, *, wanted: bool) -> int:
    value = None if given is None else given.get(name.partition(".")[2])
    if value is None:
        if wanted:
            raise malformed(f"{name} is required")
        return 0
    return price_of(name, value, instrument)
