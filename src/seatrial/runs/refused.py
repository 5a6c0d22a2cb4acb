"""What risk refused in a run, code by code: how often, with which numbers the first time, and what would help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seatrial.core.machine import Machine
from seatrial.core.refusal_rows import Refusals
from seatrial.domain.ids import Symbol
from seatrial.domain.refusal_numbers import refusal_numbers
from seatrial.domain.refusals import RefusalCode

_RAISE = "ask for less, or raise {} in config/risk_limits.toml"
_SMALLER = {
    RefusalCode.MAX_ORDER_QUANTITY: "order_limits.max_order_shares",
    RefusalCode.MAX_ORDER_VALUE: "order_limits.max_order_value",
    RefusalCode.LOSS_PER_TRADE: "loss_limits.max_loss_per_trade",
    RefusalCode.MAX_SHARES: "position_limits.max_shares",
    RefusalCode.MAX_POSITION_NOTIONAL: "position_limits.max_notional_per_position",
    RefusalCode.MAX_POSITION_SHARE: "position_limits.max_percent_of_equity",
    RefusalCode.MAX_TOTAL_EXPOSURE: "position_limits.max_total_exposure",
    RefusalCode.MAX_NET_EXPOSURE: "position_limits.max_net_exposure",
    RefusalCode.MAX_LEVERAGE: "position_limits.max_leverage",
    RefusalCode.MAX_OPEN_POSITIONS: "position_limits.max_open_positions",
}
_FEWER = {
    RefusalCode.ORDER_RATE_SECOND: "order_limits.max_orders_per_second",
    RefusalCode.ORDER_RATE: "order_limits.max_orders_per_minute",
    RefusalCode.MESSAGE_RATE_SECOND: "order_limits.max_messages_per_second",
    RefusalCode.MESSAGE_RATE: "order_limits.max_messages_per_minute",
    RefusalCode.DUPLICATE_ORDER: "order_limits.max_duplicate_orders",
    RefusalCode.REPEATED_EXECUTION: "order_limits.max_executions_per_symbol",
    RefusalCode.TOO_MANY_ORDERS: "order_limits.max_working_orders",
}
_REMEDIES = {
    RefusalCode.NOTHING_TO_REDUCE: "send a reduce-only order only while something is held",
    RefusalCode.PRICES_DISAGREE: "put take-profit and stop-loss on either side of the price",
    RefusalCode.EXPIRES_IN_THE_PAST: "give a good_till that lies ahead",
    RefusalCode.BREAKER_TRIPPED: "losses opened the breaker: lose less, or see [circuit_breaker] in risk_limits.toml",
    RefusalCode.NEW_POSITIONS_DISABLED: "close_only is on: turn it off in config/risk_limits.toml",
    RefusalCode.EXIT_UNDER_WAY: "wait until the stop has closed the position",
    RefusalCode.RESTRICTED_SYMBOL: "choose another symbol, or take it off position_limits.restricted_symbols",
    RefusalCode.OFF_TICK: "round prices to the instrument's tick",
    RefusalCode.OFF_LOT: "round quantities with context.affordable",
    RefusalCode.QUANTITY_TOO_SMALL: "ask for at least the smallest quantity",
    RefusalCode.QUANTITY_TOO_LARGE: "ask for less",
    RefusalCode.NOTIONAL_TOO_SMALL: "ask for at least the smallest value",
    RefusalCode.NO_PRICE: "wait for the first bar of the symbol",
    RefusalCode.STALE_PRICE: "trade only on fresh bars, or raise order_limits.max_price_age_seconds",
    RefusalCode.PRICE_COLLAR: "quote nearer to the last price, or widen order_limits.price_collar_percent",
    RefusalCode.SHORT_NOT_ALLOWED: "sell no more than is held: this instrument cannot be shorted",
    RefusalCode.BUYING_POWER: "ask for less: the account has no more to spend",
    **dict.fromkeys(
        (RefusalCode.DAILY_LOSS, RefusalCode.WEEKLY_LOSS, RefusalCode.MONTHLY_LOSS, RefusalCode.MAX_DRAWDOWN),
        "a loss limit forbids entries: lose less, or see [loss_limits] in config/risk_limits.toml",
    ),
    **{code: _RAISE.format(key) for code, key in _SMALLER.items()},
    **{code: f"trade less often, or raise {key} in config/risk_limits.toml" for code, key in _FEWER.items()},
}


@dataclass(frozen=True, slots=True)
class RefusedOrders:
    """Everything one code refused. `limit`, `actual` and `unit` are the first one's, empty where a rule has none."""

    code: RefusalCode
    count: int
    symbol: Symbol | None
    limit: str = ""
    actual: str = ""
    unit: str = ""

    @property
    def remedy(self) -> str:
        """What would help; empty where nothing can be said."""
        return _REMEDIES.get(self.code, "")

    def __str__(self) -> str:
        times = "once" if self.count == 1 else f"{self.count:,} times"
        told = f"{self.code.name} {times}"
        if self.limit:
            whom = f" of {self.symbol}" if self.symbol else ""
            told += f" (the first{whom}: limit {self.limit}, actual {self.actual} {self.unit})"
        return told


def refused_orders(found: Iterable[Refusals], machine: Machine) -> tuple[RefusedOrders, ...]:
    """Refusals of a run in words, the most frequent first."""
    told = []
    for each in found:
        account, instrument = (None, None) if each.inst < 0 else machine.instruments[each.inst]
        code = RefusalCode(each.code)
        currency = next((one.currency for one in machine.accounts if one.id == account), None)
        numbers = refusal_numbers(code, limit=each.limit, actual=each.actual, instrument=instrument, currency=currency)
        symbol = None if instrument is None else instrument.symbol
        told.append(RefusedOrders(code, each.times, symbol, *(numbers or ())))
    return tuple(sorted(told, key=lambda each: (-each.count, each.code)))


def counts(refused: Sequence[RefusedOrders]) -> dict[RefusalCode, int]:
    """How often by code."""
    return {each.code: each.count for each in sorted(refused, key=lambda each: each.code)}


def why_nothing_traded(orders: int, refused: Sequence[RefusedOrders]) -> tuple[str, str]:
    """Why a run has no trade, and what to do: two sentences."""
    if refused:
        told = "; ".join(str(each) for each in refused)
        what = f"{orders:,} orders did not fill, others were refused" if orders else "every order was refused"
        remedy = "; ".join(dict.fromkeys(each.remedy for each in refused if each.remedy))
        return f"{what}: {told}", f"{remedy[:1].upper()}{remedy[1:]}." if remedy else ""
    if orders:
        return f"{orders:,} orders were sent and none filled", "Ask nearer to the price, or let orders work longer."
    return "it asked for nothing", "See that its conditions can come true and that its warm-up is shorter than the run."


def refused_document(refused: Sequence[RefusedOrders]) -> dict[str, Mapping[str, str | int | None]]:
    """For JSON, by code."""
    return {
        each.code.name.lower(): {
            "count": each.count,
            "symbol": each.symbol,
            "limit": each.limit or None,
            "actual": each.actual or None,
            "unit": each.unit or None,
            "remedy": each.remedy or None,
        }
        for each in refused
    }
