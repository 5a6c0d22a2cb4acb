"""What callers say about orders and targets, read into facts; and how orders are told to them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import msgspec

from seatrial.core.views import OrderView
from seatrial.domain.effects import Refused
from seatrial.domain.facts import Target
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.instrument import QTY_UNITS_MAX, Instrument
from seatrial.domain.money import units_text
from seatrial.domain.time import parse_rfc3339, rfc3339
from seatrial.services.api.numbers import SaidNumberOrNone
from seatrial.services.api.order_body import OrderBody
from seatrial.services.api.reading import decimal_units, one_of
from seatrial.services.execution.service import ExecutionService

PLAIN_DIGITS_MAX = 18
EXPONENT_MAX = 30  # no grid and no price needs more; keeps 1e999999999 from costing anything
WEIGHT_SCALE = 1_000_000
PERCENT_PPM = 10_000
IN_BATCH_MAX = 1_000
ID_PATTERN = r"^[A-Za-z0-9_.:-]{1,36}$"  # what every venue takes as a client order id
BY_HAND = StrategyId("manual")


class TargetBody(msgspec.Struct, forbid_unknown_fields=True):
    """What to hold of one symbol: a signed `quantity`, or a `weight` of the account's equity."""

    symbol: str
    quantity: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    weight: SaidNumberOrNone = msgspec.field(default_factory=msgspec.Raw)
    inputs_digest: str = ""


class BatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /api/v1/targets`: everything one strategy decided at one time."""

    strategy: str
    decided_at: int | str
    account: str | None = None
    targets: list[TargetBody] = []
    orders: list[OrderBody] = []
    cancels: list[str] = []


class WordBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /api/v1/halt`, `/close-only`, `/resume`, `/kill`."""

    reason: str = "no reason given"
    actor: str = "operator"


# ------------------------------------------------------------------- numbers


def units(field: str, raw: msgspec.Raw, scale: int) -> int | None:
    """A JSON number or text as a whole number of `1/scale`, exactly; None where it is absent or null.

    Raises:
        RequestFault: not a number, finer than the grid, or beyond any market.
    """
    text = bytes(raw).decode().strip()
    if text in {"", "null"}:
        return None
    if text.startswith('"'):
        text = msgspec.json.decode(text, type=str)
    if len(text) <= PLAIN_DIGITS_MAX and text.isascii() and text.isdigit() and int(text) * scale < QTY_UNITS_MAX:
        return int(text) * scale  # most are whole numbers
    accepted = f"a number in steps of 1/{scale}"
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise RequestFault(field, accepted, text[:EXPONENT_MAX]) from None
    if not number.is_finite() or abs(number.adjusted()) > EXPONENT_MAX:
        raise RequestFault(field, accepted, text[:EXPONENT_MAX])
    found = decimal_units(field, f"{number:f}", scale)
    if abs(found) >= QTY_UNITS_MAX:
        raise RequestFault(field, f"{accepted}, smaller than 2**62 steps", text[:EXPONENT_MAX])
    return found


def positive(field: str, raw: msgspec.Raw, scale: int) -> int:
    """As `units`, required and above zero."""
    found = units(field, raw, scale)
    if found is None or found <= 0:
        raise RequestFault(field, "a number above zero", bytes(raw).decode() or None)
    return found


def decided_at_ns(said: int | str, latest_ns: int) -> int:
    """A decision's time: nanoseconds or RFC 3339, not after `latest_ns` (a far future would age every price)."""
    accepted = f"nanoseconds since 1970 or an RFC 3339 time, not after {rfc3339(latest_ns)}"
    try:
        at_ns = parse_rfc3339(said) if isinstance(said, str) else said
    except (ValueError, OverflowError):
        raise RequestFault("decided_at", accepted, said) from None
    if not 0 < at_ns <= latest_ns:
        raise RequestFault("decided_at", accepted, said)
    return at_ns


# --------------------------------------------------------------------- facts


def listing(
    service: ExecutionService, symbol: str, account: str | None, prefix: str = ""
) -> tuple[AccountId, Instrument]:
    """The account and instrument a caller means."""
    found = service.listed(symbol)
    if not found:
        one_of(f"{prefix}symbol", symbol, sorted({one.symbol for one in service.instruments()}))
    if account is not None:
        one_of(f"{prefix}account", account, [owner for owner, _ in found])
        found = [(owner, one) for owner, one in found if owner == account]
    if len(found) > 1:
        raise RequestFault(f"{prefix}account", "one of " + ", ".join(owner for owner, _ in found), None)
    return found[0]


def client_order_id(said: str | None, prefix: str = "") -> ClientOrderId | None:
    """A caller's own id, in the characters every venue takes."""
    if said is None:
        return None
    if not (1 <= len(said) <= 36 and said.isascii() and all(one.isalnum() or one in "_.:-" for one in said)):
        raise RequestFault(f"{prefix}client_order_id", f"text matching {ID_PATTERN}", said[:64])
    return ClientOrderId(said)


def target(
    service: ExecutionService, body: TargetBody, *, account: AccountId, strategy: StrategyId, at_ns: int, prefix: str
) -> Target:
    """A target's body as a fact."""
    _, instrument = listing(service, body.symbol, account, prefix)
    quantity = units(f"{prefix}quantity", body.quantity, instrument.qty_scale)
    weight = units(f"{prefix}weight", body.weight, WEIGHT_SCALE)
    if (quantity is None) == (weight is None):
        raise RequestFault(f"{prefix}quantity", "either quantity or weight", None if quantity is None else "both")
    return Target(
        at_ns=at_ns,
        account=account,
        strategy=strategy,
        symbol=Symbol(body.symbol),
        decided_at_ns=at_ns,
        quantity_units=quantity,
        weight_ppm=weight,
        inputs_digest=body.inputs_digest,
    )


# ------------------------------------------------------------------- answers


def order_fields(order: OrderView, instrument: Instrument) -> dict[str, object]:
    """One order as every door tells it. Numbers are texts: exact, whatever reads them."""
    return {
        "order_id": order.client_order_id,
        "client_order_id": order.client_order_id,
        "venue_order_id": order.venue_order_id,
        "account": order.account,
        "symbol": order.symbol,
        "side": order.side.name.lower(),
        "type": order.type.name.lower(),
        "time_in_force": order.time_in_force.name.lower(),
        "quantity": instrument.qty_text(order.qty_units),
        "filled_quantity": instrument.qty_text(order.filled_units),
        "price": instrument.price_text(order.limit_units) if order.limit_units else None,
        "stop_price": instrument.price_text(order.stop_units) if order.stop_units else None,
        "trail_price": instrument.price_text(order.trail_units) if order.trail_units else None,
        "trail_percent": units_text(order.trail_ppm, PERCENT_PPM) if order.trail_ppm else None,
        "post_only": order.post_only,
        "reduce_only": order.reduce_only,
        "extended_hours": order.extended_hours,
        "expires_at": rfc3339(order.expires_at_ns) if order.expires_at_ns else None,
        "parent": order.parent,
        "parked": order.parked,
        "status": order.status.name.lower(),
        "strategy": order.strategy,
        "reason": order.reason,
        "message": order.message,
        "created_at": rfc3339(order.approved_at_ns),
    }


def refused_fields(refused: Refused) -> dict[str, object]:
    """Risk's no: which rule, its limit and what was asked, in the rule's own whole units."""
    return {
        "symbol": refused.symbol,
        "side": refused.side.name.lower(),
        "quantity_units": refused.qty_units,
        "code": refused.code.name,
        "limit": refused.limit,
        "actual": refused.actual,
    }
