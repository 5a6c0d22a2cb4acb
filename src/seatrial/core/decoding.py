"""Effect rows to effects, and back for recovery.

This is the only place in the house where an `Approved` is built: an order that did not pass through
the machine has the wrong type to be sent (`tests/style` forbids any other construction).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.core import records as r
from seatrial.core.rows import REASON_CODES, REASONS
from seatrial.core.sharing import prorate
from seatrial.domain.effects import Alert, Approved, BreakerTripped, CancelOrder, Effect, Refused
from seatrial.domain.facts import Fact, OrderRequest
from seatrial.domain.ids import ClientOrderId, StrategyId, derive_client_order_id
from seatrial.domain.orders import OrderType, Side, TimeInForce
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
        kind = int(row[r.E_KIND])
        if kind == r.EFFECT_APPROVED:
            return self._decode_approved(row, fact)
        if kind == r.EFFECT_TRIPPED:
            return BreakerTripped(
                account=self._machine.accounts[int(row[r.E_ACCOUNT])].id,
                reason=REASONS[int(row[r.E_REASON])],
                limit=int(row[r.E_LIMIT_VALUE]),
                actual=int(row[r.E_ACTUAL]),
                at_ns=int(row[r.E_AT]),
            )
        account, instrument = self._machine.instruments[int(row[r.E_INST])]
        if kind == r.EFFECT_REFUSED:
            return Refused(
                account=account,
                symbol=instrument.symbol,
                side=Side(int(row[r.E_SIDE])),
                qty_units=int(row[r.E_QTY]),
                code=RefusalCode(int(row[r.E_CODE])),
                limit=int(row[r.E_LIMIT_VALUE]),
                actual=int(row[r.E_ACTUAL]),
                at_ns=int(row[r.E_AT]),
            )
        assert kind == r.EFFECT_CANCEL
        return CancelOrder(
            client_order_id=self._machine.registry.ids[int(row[r.E_NUMBER])],
            account=account,
            symbol=instrument.symbol,
            at_ns=int(row[r.E_AT]),
            reason=REASONS[int(row[r.E_REASON])],
        )

    def _decode_approved(self, row: r.Int64Array, fact: Fact) -> Approved:
        account, instrument = self._machine.instruments[int(row[r.E_INST])]
        side = Side(int(row[r.E_SIDE]))
        sequence, batch_ns = int(row[r.E_NUMBER]), int(row[r.E_BATCH])
        given = fact.client_order_id if isinstance(fact, OrderRequest) else None
        order = Approved(
            client_order_id=given
            or derive_client_order_id(
                epoch=self._machine.epoch,
                account=account,
                batch_ns=batch_ns,
                symbol=instrument.symbol,
                sequence=sequence,
            ),
            account=account,
            symbol=instrument.symbol,
            side=side,
            type=OrderType(int(row[r.E_TYPE])),
            time_in_force=TimeInForce(int(row[r.E_TIF])),
            qty_units=int(row[r.E_QTY]),
            limit_units=int(row[r.E_LIMIT]),
            stop_units=int(row[r.E_STOP]),
            sequence=sequence,
            batch_ns=batch_ns,
            at_ns=int(row[r.E_AT]),
            reason=REASONS[int(row[r.E_REASON])],
            allocation=self._allocation(int(row[r.E_INST]), int(side) * int(row[r.E_QTY]), fact),
        )
        self._note(order, fact)
        return order

    def _note(self, order: Approved, fact: Fact) -> None:
        strategy = fact.strategy if isinstance(fact, OrderRequest) else None
        if strategy is None and len(order.allocation) == 1:
            strategy = order.allocation[0][0]
        self._machine.registry.note_approved(order, strategy)

    def _allocation(self, inst: int, signed_qty: int, fact: Fact) -> tuple[tuple[StrategyId, int], ...]:
        """Who an order is for. Targets share it by the size of their wishes, by largest remainder."""
        if isinstance(fact, OrderRequest):
            return ((fact.strategy, signed_qty),)
        state = self._machine.state
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
                self._encode_approved(effect, fact, row)
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

    def _encode_approved(self, order: Approved, fact: Fact, row: r.Int64Array) -> None:
        strategy = self._machine.strategies[fact.strategy] if isinstance(fact, OrderRequest) else NO_STRATEGY
        row[r.E_KIND] = r.EFFECT_APPROVED
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
        row[r.E_STRATEGY] = strategy
        self._note(order, fact)
