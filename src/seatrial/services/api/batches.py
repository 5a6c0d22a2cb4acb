"""`POST /api/v1/targets`: a strategy's decision batch, decided once however often it is posted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from seatrial.domain.effects import Approved, CancelOrder, Effect, Parked, Refused
from seatrial.domain.facts import CancelRequest, Fact, Rebalance
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, ClientOrderId, StrategyId, Symbol
from seatrial.domain.orders import Side
from seatrial.domain.refusals import RefusalCode
from seatrial.domain.time import MINUTE_NS, rfc3339
from seatrial.services.api.http import answer, refusal
from seatrial.services.api.order_asking import order_request
from seatrial.services.api.order_doors import refused_answer
from seatrial.services.api.orders import (
    IN_BATCH_MAX,
    BatchBody,
    client_order_id,
    decided_at_ns,
    listing,
    order_fields,
    refused_fields,
    target,
)
from seatrial.services.api.reading import one_of, read_body
from seatrial.services.api.words import not_ready
from seatrial.services.execution.batches import BatchKey, batch_digest
from seatrial.services.execution.service import ExecutionService

AHEAD_NS_MAX = 5 * MINUTE_NS  # market time a decision may be ahead of our idea of it
NAME_LENGTH_MAX = 64


class BatchDoor:
    """The door, and the batches that are being decided right now."""

    def __init__(self, service: ExecutionService) -> None:
        self._service = service
        self._deciding: dict[BatchKey, asyncio.Future[list[Effect]]] = {}

    async def decide(self, request: Request) -> Response:
        """One strategy's decision batch. The same (strategy, decided_at) is decided once, also over a crash."""
        body = await read_body(request, BatchBody)
        if (closed := not_ready(self._service)) is not None:
            return closed
        key, facts = self._read(body)
        if (too_many := self._too_many(key[0], body)) is not None:
            return too_many
        while key in self._deciding:
            await asyncio.wait([self._deciding[key]])
        if not facts:
            return answer(self._told(key, [], again=False), 202)
        decided = self._service.batches.find(key)
        if decided is not None:
            if decided.digest != batch_digest(facts):
                message = f"{body.strategy} has decided otherwise at {rfc3339(key[2])} already"
                return refusal(409, "conflict", message, field="decided_at", accepted="a time not decided on before")
            return answer(self._told(key, decided.effects, again=True), 202)
        self._deciding[key] = self._service.engine.post(facts)
        try:
            effects = await self._deciding[key]
        finally:
            del self._deciding[key]
        return answer(self._told(key, effects, again=False), 202)

    def _read(self, body: BatchBody) -> tuple[BatchKey, list[Fact]]:
        """The batch's facts, in the order a runner gives them: cancels, targets, orders, rebalances."""
        for field in ("targets", "orders", "cancels"):
            if len(getattr(body, field)) > IN_BATCH_MAX:
                raise RequestFault(field, f"at most {IN_BATCH_MAX}", len(getattr(body, field)))
        if not 0 < len(body.strategy) <= NAME_LENGTH_MAX:
            raise RequestFault("strategy", f"a name of 1 to {NAME_LENGTH_MAX} characters", body.strategy[:80])
        strategy = StrategyId(body.strategy)
        account = self._account(body)
        at_ns = decided_at_ns(body.decided_at, self._service.market.now_ns(account) + AHEAD_NS_MAX)
        facts: list[Fact] = []
        for index, said in enumerate(body.cancels):
            known = client_order_id(said, f"cancels[{index}].")
            assert known is not None
            facts.append(CancelRequest(at_ns, known, f"by {strategy}"))
        for index, each in enumerate(body.targets):
            prefix = f"targets[{index}]."
            facts.append(target(self._service, each, account=account, strategy=strategy, at_ns=at_ns, prefix=prefix))
        for index, order in enumerate(body.orders):
            prefix = f"orders[{index}]."
            facts.append(
                order_request(self._service, order, account=account, strategy=strategy, at_ns=at_ns, prefix=prefix)
            )
        for symbol in dict.fromkeys(each.symbol for each in body.targets):
            facts.append(Rebalance(at_ns, account, Symbol(symbol), at_ns))
        return (account, strategy, at_ns), facts

    def _too_many(self, account: AccountId, body: BatchBody) -> Response | None:
        """One message may hold only so many wishes: a runaway loop is turned away whole."""
        limit, count = self._service.machine.limits.of(account).targets_per_message_max, len(body.targets)
        if count <= limit:
            return None
        at_ns = self._service.market.now_ns(account)
        symbol = Symbol(body.targets[0].symbol)
        code = RefusalCode.TOO_MANY_TARGETS
        return refused_answer(Refused(account, symbol, Side.BUY, 0, code, limit, count, at_ns))

    def _account(self, body: BatchBody) -> AccountId:
        """The one account of a batch: named, or that of its first symbol."""
        accounts = [account.id for account in self._service.machine.accounts]
        if body.account is not None:
            return AccountId(one_of("account", body.account, accounts))
        for field, each in (("targets", body.targets), ("orders", body.orders)):
            if each:
                return listing(self._service, each[0].symbol, None, f"{field}[0].")[0]
        orders = [self._service.machine.order(ClientOrderId(one)) for one in body.cancels]
        return next((order.account for order in orders if order is not None), accounts[0])

    def _told(self, key: BatchKey, effects: Sequence[Effect], *, again: bool) -> dict[str, object]:
        account, strategy, at_ns = key
        approved = [effect.client_order_id for effect in effects if isinstance(effect, Approved | Parked)]
        orders = [order for order in map(self._service.machine.order, approved) if order is not None]
        return {
            "strategy": strategy,
            "account": account,
            "decided_at": rfc3339(at_ns),
            "decided_at_ns": at_ns,
            "duplicate": again,
            "approved": [order_fields(order, listing(self._service, order.symbol, account)[1]) for order in orders],
            "refused": [refused_fields(effect) for effect in effects if isinstance(effect, Refused)],
            "cancels": [effect.client_order_id for effect in effects if isinstance(effect, CancelOrder)],
        }
