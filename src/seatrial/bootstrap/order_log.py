"""What became of orders, as log records: the file `logs/trades/trades.log`, for people who follow one order or run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

from seatrial.domain.effects import Approved, BreakerTripped, CancelOrder, Parked, Refused, Unparked
from seatrial.domain.facts import Command, Fill, LimitsChanged, Report, Sent, limit_said
from seatrial.journal.port import Entry

_log = structlog.get_logger("seatrial.trades")

ORDERS_REMEMBERED_MAX: Final = 20_000


class OrderLog:
    """Hears entries after their commit. What a venue says later of an order carries the ids its approval came with."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, Mapping[str, Any]] = OrderedDict()

    def __call__(self, entry: Entry) -> None:
        """One record for each word about an order."""
        said = get_contextvars()
        for effect in entry.effects:
            if isinstance(effect, Approved | Parked):
                self._said[effect.client_order_id] = said
        while len(self._said) > ORDERS_REMEMBERED_MAX:
            self._said.popitem(last=False)
        order = getattr(entry.fact, "client_order_id", None)
        with bound_contextvars(**{**self._said.get(order or "", {}), **said}):
            _tell_fact(entry)
            for effect in entry.effects:
                _tell_effect(effect, entry.seq)


def _tell_fact(entry: Entry) -> None:
    match entry.fact:
        case Sent() as fact:
            _log.info("order sent", client_order_id=fact.client_order_id, seq=entry.seq)
        case Report() as fact:
            _log.info(
                "order reported",
                client_order_id=fact.client_order_id,
                status=fact.status.name.lower(),
                reason=fact.reason or None,
                seq=entry.seq,
            )
        case Fill() as fact:
            _log.info(
                "order filled",
                client_order_id=fact.client_order_id,
                symbol=fact.symbol,
                side=fact.side.name.lower(),
                qty_units=fact.qty_units,
                price_units=fact.price_units,
                seq=entry.seq,
            )
        case LimitsChanged() as fact:
            word = limit_said(fact)
            _log.warning("operator's word", word=word, actor=fact.actor, reason=fact.reason, seq=entry.seq)
        case Command() as fact:
            _log.warning("operator's word", word=str(fact.kind), actor=fact.actor, reason=fact.reason, seq=entry.seq)


def _tell_effect(effect: object, seq: int) -> None:
    match effect:
        case Approved():
            _log.info(
                "order approved",
                client_order_id=effect.client_order_id,
                symbol=effect.symbol,
                side=effect.side.name.lower(),
                qty_units=effect.qty_units,
                reason=effect.reason,
                seq=seq,
            )
        case Parked():
            _log.info(
                "order parked",
                client_order_id=effect.client_order_id,
                symbol=effect.symbol,
                side=effect.side.name.lower(),
                qty_units=effect.qty_units,
                role=effect.role.name.lower(),
                seq=seq,
            )
        case Unparked():
            told = {"client_order_id": effect.client_order_id, "symbol": effect.symbol}
            _log.info("order unparked", **told, status=effect.status.name.lower(), reason=effect.reason, seq=seq)
        case Refused():
            _log.info(
                "order refused",
                symbol=effect.symbol,
                side=effect.side.name.lower(),
                code=effect.code.name.lower(),
                limit=effect.limit,
                actual=effect.actual,
                seq=seq,
            )
        case CancelOrder():
            told = {"client_order_id": effect.client_order_id, "symbol": effect.symbol}
            _log.info("cancel wanted", **told, reason=effect.reason, seq=seq)
        case BreakerTripped():
            _log.error("breaker tripped", account=effect.account, reason=effect.reason, seq=seq)
