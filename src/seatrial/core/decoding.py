"""Effect rows to effects, and back for recovery.

This is the only place in the house where an `Approved` is built: an order that did not pass through
the machine has the wrong type to be sent (`tests/style` forbids any other construction).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seatrial.core import records as r
from seatrial.core.rows import REASON_CODES, REASONS, flags_of
from seatrial.core.sharing import prorate
from seatrial.domain.effects import Alert, Approved, BreakerTripped, CancelOrder, Effect, Parked, Refused, Unparked
from seatrial.domain.facts import Fact, OrderRequest
from seatrial.domain.ids import ClientOrderId, StrategyId, derive_client_order_id
from seatrial.domain.orders import LegRole, OrderStatus, OrderType, Side, TimeInForce
from seatrial.domain.refusals import RefusalCode

if TYPE_CHECKING:
    from seatrial.core.machine import Machine

NO_STRATEGY = -1


class EffectDecoder:
    """Translates for one machine; keeps its order registry up to date as approvals pass."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def decode(self, row: r.Int64Array, fact: Fact) -> Effect:
        """The effect a row says."""
        return self._decode(row.tolist(), fact)  # whole numbers are read out of a list several times faster

    def _decode(self, row: list[int], fact: Fact) -> Effect:
        kind, at_ns = row[r.E_KIND], row[r.E_AT]
        if kind == r.EFFECT_APPROVED:
            return self._decode_approved(row, fact)
        if kind == r.EFFECT_PARKED:
            return self._decode_parked(row, fact)
        if kind == r.EFFECT_TRIPPED:
            return BreakerTripped(
                account=self._machine.accounts[row[r.E_ACCOUNT]].id,
                reason=REASONS[row[r.E_REASON]],
                limit=row[r.E_LIMIT_VALUE],
                actual=row[r.E_ACTUAL],
                at_ns=at_ns,
            )
        account, instrument = self._machine.instruments[row[r.E_INST]]
        if kind == r.EFFECT_REFUSED:
            return Refused(
                account=account,
                symbol=instrument.symbol,
                side=Side(row[r.E_SIDE]),
                qty_units=row[r.E_QTY],
                code=RefusalCode(row[r.E_CODE]),
                limit=row[r.E_LIMIT_VALUE],
                actual=row[r.E_ACTUAL],
                at_ns=at_ns,
            )
        named = self._machine.registry.ids[row[r.E_NUMBER]]
        reason = REASONS[row[r.E_REASON]]
        if kind == r.EFFECT_UNPARKED:
            status = OrderStatus(row[r.E_STATUS])
            ended = Unparked(named, account, instrument.symbol, status, at_ns, reason)
            self._machine.registry.note_unparked(ended)
            return ended
        assert kind == r.EFFECT_CANCEL
        return CancelOrder(named, account, instrument.symbol, at_ns, reason)

    def _order_fields(self, row: list[int], fact: Fact) -> dict[str, Any]:
        """What approved and parked orders have in common."""
        account, instrument = self._machine.instruments[row[r.E_INST]]
        sequence, batch_ns, flags = row[r.E_NUMBER], row[r.E_BATCH], row[r.E_FLAGS]
        given = fact.client_order_id if isinstance(fact, OrderRequest) and _is_its_own(row) else None
        derived = derive_client_order_id(
            epoch=self._machine.epoch, account=account, batch_ns=batch_ns, symbol=instrument.symbol, sequence=sequence
        )
        return {
            "client_order_id": given or derived,
            "account": account,
            "symbol": instrument.symbol,
            "side": Side(row[r.E_SIDE]),
            "type": OrderType(row[r.E_TYPE]),
            "time_in_force": TimeInForce(row[r.E_TIF]),
            "qty_units": row[r.E_QTY],
            "limit_units": row[r.E_LIMIT],
            "stop_units": row[r.E_STOP],
            "sequence": sequence,
            "batch_ns": batch_ns,
            "at_ns": row[r.E_AT],
            "reason": REASONS[row[r.E_REASON]],
            "post_only": bool(flags & r.FLAG_POST_ONLY),
            "reduce_only": bool(flags & r.FLAG_REDUCE_ONLY),
            "extended_hours": bool(flags & r.FLAG_EXTENDED_HOURS),
            "expires_at_ns": row[r.E_EXPIRES],
            "parent": self._machine.registry.ids[row[r.E_PARENT]] if row[r.E_PARENT] else None,
        }

    def _decode_approved(self, row: list[int], fact: Fact) -> Approved:
        fields = self._order_fields(row, fact)
        signed_qty = int(fields["side"]) * fields["qty_units"]
        order = Approved(**fields, allocation=self._allocation(row, signed_qty, fact))
        self._note(order, fact)
        return order

    def _decode_parked(self, row: list[int], fact: Fact) -> Parked:
        order = Parked(
            **self._order_fields(row, fact),
            strategy=self._strategy(row[r.E_STRATEGY]),
            role=LegRole(row[r.E_ROLE]),
            trail_units=row[r.E_TRAIL],
            trail_ppm=row[r.E_TRAIL_PPM],
        )
        self._machine.registry.note_parked(order)
        return order

    def _strategy(self, column: int) -> StrategyId | None:
        return next((each for each, at in self._machine.strategies.items() if at == column), None)

    def _note(self, order: Approved, fact: Fact) -> None:
        strategy = fact.strategy if isinstance(fact, OrderRequest) and order.parent is None else None
        if strategy is None and len(order.allocation) == 1:
            strategy = order.allocation[0][0]
        self._machine.registry.note_approved(order, strategy)

    def _allocation(self, row: list[int], signed_qty: int, fact: Fact) -> tuple[tuple[StrategyId, int], ...]:
        """Who an order is for. Targets share it by the size of their wishes, by largest remainder."""
        asked_by = self._strategy(row[r.E_STRATEGY])
        if asked_by is not None:
            return ((asked_by, signed_qty),)
        inst, state = row[r.E_INST], self._machine.state
        wishes = sorted(
            (strategy, abs(int(state.targets[inst, column])))
            for strategy, column in self._machine.strategies.items()
            if state.has_target[inst, column]
        )
        if not wishes:
            return ()
        sizes = [size for _, size in wishes] if any(size for _, size in wishes) else [1] * len(wishes)
        sign = 1 if signed_qty > 0 else -1
        shares = prorate(abs(signed_qty), sizes)  # buys and sells are shared alike
        return tuple((strategy, sign * share) for (strategy, _), share in zip(wishes, shares, strict=True))

    # ----------------------------------------------------------------- recovery

    def encode(self, effect: Effect, fact: Fact, row: r.Int64Array) -> int:
        """Write the row of a journalled effect. Returns 1, or 0 for effects that never were rows."""
        row[:] = 0
        row[r.E_AT] = effect.at_ns
        match effect:
            case Approved():
                self._encode_order(effect, row)
                row[r.E_KIND] = r.EFFECT_APPROVED
                row[r.E_STRATEGY] = self._column_of(effect, fact)
                self._note(effect, fact)
            case Parked():
                self._encode_parked(effect, row)
            case Unparked():
                row[r.E_KIND] = r.EFFECT_UNPARKED
                row[r.E_INST] = self._machine.row_of(effect.account, effect.symbol)
                row[r.E_NUMBER] = self._machine.registry.numbers[effect.client_order_id]
                row[r.E_STATUS] = effect.status
                row[r.E_REASON] = REASON_CODES[effect.reason]
                self._machine.registry.note_unparked(effect)
            case Refused(code=RefusalCode.UNKNOWN_SYMBOL | RefusalCode.DUPLICATE_CLIENT_ORDER_ID):
                return 0
            case Refused():
                row[r.E_KIND] = r.EFFECT_REFUSED
                row[r.E_INST] = self._machine.row_of(effect.account, effect.symbol)
                row[r.E_SIDE] = effect.side
                row[r.E_QTY] = effect.qty_units
                row[r.E_CODE] = effect.code
                row[r.E_LIMIT_VALUE] = effect.limit
                row[r.E_ACTUAL] = effect.actual
            case CancelOrder():
                row[r.E_KIND] = r.EFFECT_CANCEL
                row[r.E_INST] = self._machine.row_of(effect.account, effect.symbol)
                row[r.E_NUMBER] = self._machine.registry.numbers[ClientOrderId(effect.client_order_id)]
                row[r.E_REASON] = REASON_CODES[effect.reason]
            case BreakerTripped():
                row[r.E_KIND] = r.EFFECT_TRIPPED
                row[r.E_INST] = -1
                row[r.E_ACCOUNT] = self._machine.account_index(effect.account)
                row[r.E_REASON] = REASON_CODES[effect.reason]
                row[r.E_LIMIT_VALUE] = effect.limit
                row[r.E_ACTUAL] = effect.actual
            case Alert():
                return 0
        return 1

    def _column_of(self, order: Approved, fact: Fact) -> int:
        """Who asked for it; a child was asked for by whom its parked order was."""
        if order.parent is not None:
            parked = self._machine.registry.find(order.parent)
            strategy = None if parked is None else parked.strategy
        else:
            strategy = fact.strategy if isinstance(fact, OrderRequest) else None
        return NO_STRATEGY if strategy is None else self._machine.strategies[strategy]

    def _encode_order(self, order: Approved | Parked, row: r.Int64Array) -> None:
        row[r.E_INST] = self._machine.row_of(order.account, order.symbol)
        row[r.E_NUMBER] = order.sequence
        row[r.E_SIDE] = order.side
        row[r.E_TYPE] = order.type
        row[r.E_TIF] = order.time_in_force
        row[r.E_QTY] = order.qty_units
        row[r.E_LIMIT] = order.limit_units
        row[r.E_STOP] = order.stop_units
        row[r.E_BATCH] = order.batch_ns
        row[r.E_REASON] = REASON_CODES[order.reason]
        row[r.E_FLAGS] = flags_of(order.post_only, order.reduce_only, order.extended_hours)
        row[r.E_EXPIRES] = order.expires_at_ns
        row[r.E_PARENT] = 0 if order.parent is None else self._machine.registry.numbers[order.parent]

    def _encode_parked(self, order: Parked, row: r.Int64Array) -> None:
        self._encode_order(order, row)
        row[r.E_KIND] = r.EFFECT_PARKED
        row[r.E_STRATEGY] = NO_STRATEGY if order.strategy is None else self._machine.strategies[order.strategy]
        row[r.E_TRAIL], row[r.E_TRAIL_PPM], row[r.E_ROLE] = order.trail_units, order.trail_ppm, order.role
        self._machine.registry.note_parked(order)


def _is_its_own(row: list[int]) -> bool:
    """Whether the row is the very order a request asked for, and not one that it brought or that followed from it."""
    return bool(row[r.E_REASON] == r.REASON_REQUEST and row[r.E_PARENT] == 0)
