"""What the matching engine says no to: filters, balances, prices, cancels, order lists and cancel-replace.

Texts matter as in `refusals`: ccxt matches them letter by letter.
"""

from __future__ import annotations

from seatrial.emulators.binance.refusals import Refusal


def filter_failure(name: str) -> Refusal:
    return Refusal(-1013, f"Filter failure: {name}")


def iceberg_exceeds() -> Refusal:
    return Refusal(-1013, "IcebergQty exceeds QTY.")


def stp_not_allowed() -> Refusal:
    return Refusal(-1013, "This symbol does not allow the specified self-trade prevention mode.")


def may_not_trade() -> Refusal:
    return Refusal(-2010, "This account may not place or cancel orders.")


def no_liquidity() -> Refusal:
    """There is nobody to trade a `quoteOrderQty` with."""
    return Refusal(-2010, "Order book liquidity is less than `LOT_SIZE` filter minimum quantity.")


def insufficient_balance() -> Refusal:
    return Refusal(-2010, "Account has insufficient balance for requested action.")


def duplicate_order() -> Refusal:
    return Refusal(-2010, "Duplicate order sent.")


def would_take() -> Refusal:
    return Refusal(-2010, "Order would immediately match and take.")


def would_trigger() -> Refusal:
    return Refusal(-2010, "Order would trigger immediately.")


def market_closed() -> Refusal:
    return Refusal(-2010, "Market is closed.")


def unknown_order() -> Refusal:
    return Refusal(-2011, "Unknown order sent.")


def prices_unrelated() -> Refusal:
    return Refusal(-2010, "The relationship of the prices for the orders is not correct.")


def cancel_restricted() -> Refusal:
    return Refusal(-2011, "Order was not canceled due to cancel restrictions.")


def no_such_order() -> Refusal:
    return Refusal(-2013, "Order does not exist.")


def no_such_list() -> Refusal:
    return Refusal(-2018, "Order list does not exist.")


def too_many_amends() -> Refusal:
    return Refusal(-2038, "The order has been amended too many times.")


def amend_refused(words: str) -> Refusal:
    return Refusal(-2038, words)


# --------------------------------------------------------------- order lists


def leg_type_unsupported() -> Refusal:
    return Refusal(-1158, "Order type not supported in OCO.")


def buy_limit_not_below() -> Refusal:
    return Refusal(-1165, "A limit order in a buy OCO must be below.")


def sell_limit_not_above() -> Refusal:
    return Refusal(-1166, "A limit order in a sell OCO must be above.")


def both_limits() -> Refusal:
    return Refusal(-1168, "At least one OCO order must be contingent.")


def buy_stop_not_above() -> Refusal:
    return Refusal(-1196, "A stop loss order in a buy OCO must be above.")


def sell_stop_not_below() -> Refusal:
    return Refusal(-1197, "A stop loss order in a sell OCO must be below.")


def buy_profit_not_below() -> Refusal:
    return Refusal(-1198, "A take profit order in a buy OCO must be below.")


def sell_profit_not_above() -> Refusal:
    return Refusal(-1199, "A take profit order in a sell OCO must be above.")


def partly_replaced(data: dict[str, object]) -> Refusal:
    """One half of a cancel-replace went through, the other did not."""
    return Refusal(-2021, "Order cancel-replace partially failed.", status=409, data=data)


def not_replaced(data: dict[str, object]) -> Refusal:
    """Nothing of a cancel-replace went through."""
    return Refusal(-2022, "Order cancel-replace failed.", data=data)
