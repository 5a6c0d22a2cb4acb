"""What risk says to an order: the first rule that fails, by name."""

from decimal import Decimal

from tests.reference.plain.account import Account
from tests.reference.plain.exact import CENT, MILLION, down
from tests.reference.plain.order import Order

MINUTE_NS = 60 * 10**9


def verdict(account: Account, order: Order) -> str | None:
    """The name of the rule, or None. Rules of size and money are for entries; what only reduces may always leave."""
    held, limits = account.holdings[order.symbol], account.limits
    entry = not account.only_reduces(order.symbol, order.side, order.qty)
    if entry and account.breaker != "normal":
        return "BREAKER_TRIPPED"
    if order.why == "request" and held.exiting:
        return "EXIT_UNDER_WAY"
    thing = held.thing
    if order.limit % thing.tick or order.stop % thing.tick:
        return "OFF_TICK"
    if order.qty % thing.lot:
        return "OFF_LOT"
    if order.qty < thing.qty_min:
        return "QUANTITY_TOO_SMALL"
    if held.last <= 0:
        return "NO_PRICE"
    if account.now_ns - held.last_at > limits.price_age_ns:
        return "STALE_PRICE"
    price = order.limit or order.stop or held.last
    worth = thing.worth(order.qty, price)
    if worth < thing.worth_min:
        return "NOTIONAL_TOO_SMALL"
    collar = down(held.last * limits.collar / MILLION, thing.price_step)
    if any(asked > 0 and abs(asked - held.last) > collar for asked in (order.limit, order.stop)):
        return "PRICE_COLLAR"
    if order.side < 0 and not thing.shortable and order.qty > held.qty - account.opens(order.symbol, -1):
        return "SHORT_NOT_ALLOWED"
    return _entry_verdict(account, order, price, worth) if entry else None


def _entry_verdict(account: Account, order: Order, price: Decimal, worth: Decimal) -> str | None:
    limits, held = account.limits, account.holdings[order.symbol]
    names = ("DAILY_LOSS", "WEEKLY_LOSS", "MONTHLY_LOSS")
    for name, lost, limit in zip(
        names, account.losses(), (limits.daily_loss, limits.weekly_loss, limits.monthly_loss), strict=True
    ):
        if lost >= limit:
            return name
    thing = held.thing
    if down(worth * limits.stop_loss / MILLION, CENT) > limits.loss_per_trade:
        return "LOSS_PER_TRADE"
    after = abs(held.qty + order.side * (account.opens(order.symbol, order.side) + order.qty))
    if thing.counts_shares and limits.max_shares > 0 and after > limits.max_shares:
        return "MAX_SHARES"
    if thing.worth(after, price) > limits.max_position:
        return "MAX_POSITION_NOTIONAL"
    before = account.worst(order.symbol)
    gross = account.gross() + thing.worth(max(after - before, Decimal(0)), price)
    if gross > limits.max_exposure:
        return "MAX_TOTAL_EXPOSURE"
    taken = sum(account.worst(symbol) >= other.thing.lot for symbol, other in account.holdings.items())
    if before < thing.lot and taken + 1 > limits.max_positions:
        return "MAX_OPEN_POSITIONS"
    if account.on_margin:
        if gross > account.equity:
            return "BUYING_POWER"
    elif order.side > 0 and worth > account.cash - account.reserved():
        return "BUYING_POWER"
    minute = account.now_ns // MINUTE_NS
    if (account.approved_in_minute if account.minute == minute else 0) + 1 > limits.orders_per_minute:
        return "ORDER_RATE"
    return "TOO_MANY_ORDERS" if len(account.working) + 1 > limits.orders_working else None
