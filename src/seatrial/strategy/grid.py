"""From a strategy's own numbers to whole units. Every number of a strategy passes this door, once.

* A price goes to the nearest tick, halves to the even one: the strategy is neither helped nor hurt on average.
* A quantity goes down to a lot: nobody gets more than was asked for. What lies within a millionth of a lot
  below the next one is that lot, because `0.1 + 0.2` means `0.3`.
* A weight goes to the nearest millionth.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation

from seatrial.domain.faults import RequestFault
from seatrial.domain.instrument import QTY_UNITS_MAX, Instrument
from seatrial.domain.money import CASH_SCALE
from seatrial.strategy import amounts

Amount = float | int | str | Decimal

PPM = 1_000_000
WEIGHT_MAX = 10  # times equity; the account's limits are far below, this only catches a slip of units
_LOT_FRACTION = Decimal("1e-6")
LOTS_MAX = amounts.LOTS_MAX
# Floats go through the arithmetic that compiled strategies use, here run as plain Python.
float_units = amounts.quantity_units.py_func
float_ppm = amounts.weight_units.py_func


def price_units(field: str, price: Amount, instrument: Instrument) -> int:
    """A price on the tick grid.

    Raises:
        RequestFault: not a number above half a tick.
    """
    ticks = _decimal(field, price, "a price") * instrument.price_scale / instrument.tick_units
    units = int(ticks.to_integral_value(ROUND_HALF_EVEN)) * instrument.tick_units
    if not 0 < units < QTY_UNITS_MAX:
        tick = instrument.price_text(instrument.tick_units)
        raise RequestFault(field, f"a price of {instrument.symbol} of at least one tick, {tick}", price)
    return units


def signed_quantity_units(field: str, quantity: Amount, instrument: Instrument) -> int:
    """A quantity on the lot grid, towards zero; negative is short, where the instrument allows it."""
    if type(quantity) is float and abs(quantity) * instrument.qty_scale / instrument.lot_units < LOTS_MAX:
        units: int = float_units(quantity, instrument.qty_scale, instrument.lot_units)
        if units < 0 and not instrument.shortable:
            raise RequestFault(field, f"zero or more: {instrument.symbol} cannot be held short", quantity)
        return units
    if type(quantity) is int and instrument.qty_scale % instrument.lot_units == 0:
        return _checked_units(field, quantity, quantity * instrument.qty_scale, instrument)
    lots = _decimal(field, quantity, "a quantity") * instrument.qty_scale / instrument.lot_units
    whole = (abs(lots) + _LOT_FRACTION).to_integral_value(ROUND_FLOOR)
    units = int(whole) * instrument.lot_units
    return _checked_units(field, quantity, units if lots >= 0 else -units, instrument)


def _checked_units(field: str, quantity: Amount, units: int, instrument: Instrument) -> int:
    if abs(units) >= QTY_UNITS_MAX:
        raise RequestFault(field, f"a quantity below {instrument.qty_text(QTY_UNITS_MAX)}", quantity)
    if units < 0 and not instrument.shortable:
        raise RequestFault(field, f"zero or more: {instrument.symbol} cannot be held short", quantity)
    return units


def affordable_quantity(quantity: float, instrument: Instrument) -> float:
    """A quantity down to a lot; 0 where that is less than the venue takes."""
    units = signed_quantity_units("notional", quantity, instrument)
    return units / instrument.qty_scale if units >= instrument.qty_min_units else 0.0


def order_quantity_units(field: str, quantity: Amount, instrument: Instrument) -> int:
    """The quantity of an order: above zero and at least what the venue takes."""
    units = signed_quantity_units(field, _decimal(field, quantity, "a quantity"), instrument)
    if units < max(instrument.qty_min_units, 1):
        least = instrument.qty_text(max(instrument.qty_min_units, instrument.lot_units))
        raise RequestFault(field, f"a quantity of {instrument.symbol} of at least {least}", quantity)
    return units


def weight_ppm(field: str, weight: Amount, instrument: Instrument) -> int:
    """A share of the account's equity in millionths."""
    lowest = -WEIGHT_MAX if instrument.shortable else 0
    if type(weight) is float and lowest <= weight <= WEIGHT_MAX:
        return int(float_ppm(weight))
    value = _decimal(field, weight, "a weight such as 0.25")
    if not lowest <= value <= WEIGHT_MAX:
        raise RequestFault(field, f"a weight of {instrument.symbol} from {lowest} to {WEIGHT_MAX}", weight)
    return int((value * PPM).to_integral_value(ROUND_HALF_EVEN))


def cash_units(field: str, amount: Amount) -> int:
    """An amount of the account's currency in cash units, rounded down.

    Raises:
        RequestFault: not a number of at least one unit.
    """
    units = int((_decimal(field, amount, "an amount of cash") * CASH_SCALE).to_integral_value(ROUND_FLOOR))
    if not 0 < units < QTY_UNITS_MAX:
        raise RequestFault(field, "an amount of cash above zero", amount)
    return units


def percent_ppm(field: str, percent: Amount) -> int:
    """A percentage above 0 and below 100 in millionths.

    Raises:
        RequestFault: anything else.
    """
    units = int((_decimal(field, percent, "a percentage") * PPM / 100).to_integral_value(ROUND_HALF_EVEN))
    if not 0 < units < PPM:
        raise RequestFault(field, "a percentage above 0 and below 100", percent)
    return units


def _decimal(field: str, amount: object, meaning: str) -> Decimal:
    """A float by the shortest text that names it, so that 0.1 means 0.1."""
    if isinstance(amount, bool) or not isinstance(amount, float | int | str | Decimal):
        raise RequestFault(field, f"{meaning}: a number or its text", amount)
    try:
        value = Decimal(repr(float(amount)) if isinstance(amount, float) else amount)
    except InvalidOperation:
        raise RequestFault(field, f"{meaning}: a number or its text", amount) from None
    if not value.is_finite():
        raise RequestFault(field, f"{meaning}: a finite number", amount)
    return value
