"""The two numbers of a refusal, in the unit its rule compares: money, a quantity, a price, seconds, a count."""

from __future__ import annotations

from seatrial.domain.instrument import Instrument
from seatrial.domain.money import CASH_SCALE, Currency, units_text
from seatrial.domain.refusals import RefusalCode
from seatrial.domain.time import SECOND_NS

_MONEY = {
    RefusalCode.NOTIONAL_TOO_SMALL,
    RefusalCode.DAILY_LOSS,
    RefusalCode.WEEKLY_LOSS,
    RefusalCode.MONTHLY_LOSS,
    RefusalCode.LOSS_PER_TRADE,
    RefusalCode.MAX_POSITION_NOTIONAL,
    RefusalCode.MAX_TOTAL_EXPOSURE,
    RefusalCode.BUYING_POWER,
    RefusalCode.MAX_DRAWDOWN,
    RefusalCode.MAX_ORDER_VALUE,
    RefusalCode.MAX_POSITION_SHARE,
    RefusalCode.MAX_NET_EXPOSURE,
    RefusalCode.MAX_LEVERAGE,
}
_QUANTITY = {
    RefusalCode.QUANTITY_TOO_LARGE,
    RefusalCode.OFF_LOT,
    RefusalCode.QUANTITY_TOO_SMALL,
    RefusalCode.SHORT_NOT_ALLOWED,
    RefusalCode.NOTHING_TO_REDUCE,
    RefusalCode.MAX_SHARES,
    RefusalCode.MAX_ORDER_QUANTITY,
}
_PRICE = {RefusalCode.OFF_TICK, RefusalCode.PRICE_COLLAR, RefusalCode.PRICES_DISAGREE}
_COUNT = {
    RefusalCode.MAX_OPEN_POSITIONS,
    RefusalCode.ORDER_RATE_SECOND,
    RefusalCode.ORDER_RATE,
    RefusalCode.MESSAGE_RATE_SECOND,
    RefusalCode.MESSAGE_RATE,
    RefusalCode.DUPLICATE_ORDER,
    RefusalCode.REPEATED_EXECUTION,
    RefusalCode.TOO_MANY_ORDERS,
    RefusalCode.TOO_MANY_TARGETS,
}


def refusal_numbers(
    code: RefusalCode, *, limit: int, actual: int, instrument: Instrument | None, currency: Currency | None
) -> tuple[str, str, str] | None:
    """Limit, actual and unit as texts; None where the rule has no numbers or its instrument is not known."""
    if code in _MONEY and currency is not None:
        return units_text(limit, CASH_SCALE), units_text(actual, CASH_SCALE), currency
    if code in _QUANTITY and instrument is not None:
        return instrument.qty_text(limit), instrument.qty_text(actual), instrument.base
    if code in _PRICE and instrument is not None:
        return instrument.price_text(limit), instrument.price_text(actual), instrument.quote
    if code is RefusalCode.STALE_PRICE:
        return units_text(limit, SECOND_NS), units_text(actual, SECOND_NS), "seconds"
    if code in _COUNT:
        return str(limit), str(actual), "count"
    return None
