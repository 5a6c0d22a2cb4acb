"""What a trade costs: a part of what is received, or less of it in BNB where the account chose that.

The rate is that of the account's tier, or else the instrument's; makers and takers have one each. BNB pays a quarter
less: it is valued at the last price of `BNB<quote>`, and where the account has too little of it free, or the venue
lists no such pair, the commission is taken the ordinary way.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from seatrial.emulators.binance.numbers import CONTEXT, down, product
from seatrial.emulators.binance.rules import Rules
from seatrial.emulators.binance.wallet import Rates, Wallet

BNB = "BNB"
BNB_DISCOUNT = Decimal("0.25")


class Commission(NamedTuple):
    """An amount and the asset it is taken in."""

    amount: Decimal
    asset: str


def rates_of(rules: Rules, tier: Rates | None) -> Rates:
    """What an account of a tier pays in a pair."""
    return tier or Rates(rules.fee_rate if rules.maker_rate is None else rules.maker_rate, rules.fee_rate)


def commission_of(
    side: str, quantity: Decimal, value: Decimal, rules: Rules, rate: Decimal, wallet: Wallet, bnb_price: Decimal | None
) -> Commission:
    """The commission of one trade, rounded down at eight digits. `bnb_price` is None where BNB does not pay."""
    if bnb_price:
        discounted = product(product(value, rate), 1 - BNB_DISCOUNT)
        amount = down(CONTEXT.divide(discounted, bnb_price))
        if wallet.of(BNB).free >= amount:
            return Commission(amount, BNB)
    if side == "BUY":
        return Commission(down(product(quantity, rate)), rules.base)
    return Commission(down(product(value, rate)), rules.quote)
