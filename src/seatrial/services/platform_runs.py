"""What the orchestrator's doors know of the rest of the platform, and what the rest tells of the orchestrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from seatrial.domain.ids import ClientOrderId
from seatrial.services.api.ai_signals import ai_signals_door
from seatrial.services.api.doors import Door
from seatrial.services.api.money_words import trade_answer
from seatrial.services.api.prices import price_doors
from seatrial.services.api.run_doors import FillsOf
from seatrial.services.api.scheduler import report_of, scheduler_door
from seatrial.services.dependencies import BusCheck
from seatrial.services.health import Check, Health, Status, Verdict
from seatrial.services.market_data import MarketData
from seatrial.services.observability.chronicle import Chronicle
from seatrial.services.orchestrator import Orchestrator
from seatrial.services.order_path import OrderPath
from seatrial.services.prices import Prices
from seatrial.services.run_records import RunStore
from seatrial.services.scheduler_report import SchedulerReport
from seatrial.services.signals import Signals


def dependencies_of(role: Orchestrator, signals: Health, store: RunStore | None) -> dict[str, Check]:
    """What runs need: signals, execution, a database where there is one, and the bus."""

    async def signals_check() -> Verdict:
        report = await signals.report()
        return Verdict(report.status, f"signals is {report.status}")

    async def database_check() -> Verdict:
        if store is None:
            return Verdict(Status.DEGRADED, "no database is attached: runs do not outlive this process")
        await store.ping()
        return Verdict(Status.HEALTHY, "the database answers")

    return {
        "signals": signals_check,
        "execution": role.check_execution,
        "database": database_check,
        "bus": BusCheck(role.bus),
    }


def fills_of(chronicle: Chronicle) -> FillsOf:
    """The trades of an order, as every door tells them; None for an order nobody remembers."""

    def fills(client_order_id: str) -> Sequence[dict[str, Any]] | None:
        journey = chronicle.journeys.find(ClientOrderId(client_order_id))
        if journey is None:
            return None
        book = chronicle.books.accounts[journey.approved.account]
        return [msgspec.to_builtins(trade_answer(kept, book)) for kept in journey.fills]

    return fills


def more_doors(
    role: Orchestrator,
    signals: Signals,
    market_data: MarketData,
    path: OrderPath,
    prices: Prices,
) -> list[Door]:
    """What port 8000 tells of runs, signals and prices."""
    symbols = sorted(market_data.board.instruments)

    def report() -> SchedulerReport:
        return report_of(role, path, symbols=symbols, missing=market_data.missing, circuits=lambda: prices.circuits)

    return [scheduler_door(report), ai_signals_door(signals), *price_doors(prices)]
