"""What risk says to an order: the first rule that fails, by name."""

from decimal import Decimal

from tests.reference.plain.account import Account
from tests.reference.plain.exact import CENT, MILLION, down
from tests.reference.plain.order import Order


def verdict(account: Account, order: Order) -> str | None:
    """The name of the rule, or None. Rules of size and money are for entries; what only reduces may always leave.

    What a parked order holds back for the order it sends is the caller's to leave out.
    """
    held, limits = account.holdings[order.symbol], account.limits
    entry = not account.only_reduces(order.symbol, order.side, order.qty)
    if entry and account.breaker != "normal":
        return "BREAKER_TRIPPED"
    if entry and limits.close_only:
        return "NEW_POSITIONS_DISABLED"
    if order.why == "request" and held.exiting:
        return "EXIT_UNDER_WAY"
    if entry and order.symbol in limits.restricted:
        return "RESTRICTED_SYMBOL"
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
    collar = down(held.last * limits.collar_for(order.symbol) / MILLION, thing.price_step)
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
    if account.is_drawn_down:
        return "MAX_DRAWDOWN"
    thing = held.thing
    if thing.counts_shares and limits.order_shares is not None and order.qty > limits.order_shares:
        return "MAX_ORDER_QUANTITY"
    if limits.order_value is not None and worth > limits.order_value:
        return "MAX_ORDER_VALUE"
    if down(worth * limits.stop_loss / MILLION, CENT) > limits.loss_per_trade:
        return "LOSS_PER_TRADE"
    after = abs(held.qty + order.side * (account.opens(order.symbol, order.side) + order.qty))
    if thing.counts_shares and limits.max_shares > 0 and after > limits.max_shares:
        return "MAX_SHARES"
    if thing.worth(after, price) > limits.max_position:
        return "MAX_POSITION_NOTIONAL"
    if thing.worth(after, price) > _part(account, limits.position_share):
        return "MAX_POSITION_SHARE"
    before = account.worst(order.symbol)
    gross = account.gross() + thing.worth(max(after - before, Decimal(0)), price)
    if gross > limits.max_exposure:
        return "MAX_TOTAL_EXPOSURE"
    if limits.net_exposure is not None and order.side * account.net(order.side) + worth > limits.net_exposure:
        return "MAX_NET_EXPOSURE"
    if gross > _part(account, limits.leverage):
        return "MAX_LEVERAGE"
    taken = sum(account.worst(symbol) >= other.thing.lot for symbol, other in account.holdings.items())
    if before < thing.lot and taken + 1 > limits.max_positions:
        return "MAX_OPEN_POSITIONS"
    if account.on_margin:
        if gross > account.equity:
            return "BUYING_POWER"
    elif order.side > 0 and worth > account.spendable - account.reserved():
        return "BUYING_POWER"
    too_often = account.pace.verdict(order, account.now_ns)
    if too_often is not None:
        return too_often
    return "TOO_MANY_ORDERS" if len(account.working) + 1 > limits.orders_working else None


def _part(account: Account, millionths: Decimal | None) -> Decimal:
    if millionths is None:
        return Decimal("Infinity")
    return down(max(account.equity, Decimal(0)) * millionths / MILLION, CENT)
