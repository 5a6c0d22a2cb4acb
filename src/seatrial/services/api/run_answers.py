"""What the doors of the orchestrator answer."""

from __future__ import annotations

from typing import Any

import msgspec

from seatrial.services.api.numbers import When
from seatrial.services.dependencies import Dependency
from seatrial.services.order_path import KillSwitch
from seatrial.services.run_records import RunLine, RunRecord, RunStatus, Trigger


class RunBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which strategy to run now; without one all of them."""

    strategy: str | None = None


class RunStarted(msgspec.Struct):
    """The run is under way; ask for it by its id."""

    run_id: str
    status: str
    strategies: list[str]


class RunSummary(msgspec.Struct):
    """One run in a list. `decided_at` is market time, the other times are the platform's clock."""

    run_id: str
    strategy: str
    account: str
    trigger: Trigger
    status: RunStatus
    reason: str | None
    decided_at: When
    started_at: When
    completed_at: When
    attempts: int
    targets: int
    orders: int
    cancels: int
    orders_submitted: int
    orders_refused: int
    group: str | None


class RunsAnswer(msgspec.Struct):
    """A page of runs, newest first; `total` is how many are kept."""

    runs: list[RunSummary]
    total: int


class OrderNow(msgspec.Struct):
    """An order of a run as it is now. `fills` are its trades, null where nobody remembers them."""

    client_order_id: str
    symbol: str
    status: str | None
    filled_quantity: str | None
    fills: list[dict[str, Any]] | None


class RunAnswer(RunSummary):
    """One run. `lines` tell signal, target and orders by symbol as they were, `orders_now` what became of them.

    `answer` is what execution's door said.
    """

    answer: Any
    lines: tuple[RunLine, ...]
    orders_now: list[OrderNow]


class GroupAnswer(msgspec.Struct):
    """A run by hand over several strategies."""

    run_id: str
    status: str
    runs: list[RunSummary]


class NextRun(msgspec.Struct):
    """The run that comes soonest. `clock` says whose time it is; bars bring theirs without a time."""

    job: str
    at: When
    clock: str


class BreakerNow(msgspec.Struct):
    """The trading breakers: the most severe word, and each account's."""

    state: str
    accounts: dict[str, str]


class OrchestrationAnswer(msgspec.Struct):
    """What runs now, what ran last, what comes next, and what all of it needs.

    `next_run_at` is null where the next bar brings the next run.
    """

    status: str
    in_progress: str | None
    last_run: RunSummary | None
    next_run_at: When | None
    next_run: NextRun | None
    dependencies: dict[str, Dependency]
    kill_switch: KillSwitch | None
    breaker: BreakerNow | None
    reason: str | None
    timestamp: When


def summary(run: RunRecord) -> RunSummary:
    """A run without its lines."""
    return RunSummary(**_fields(run))


def in_full(run: RunRecord, orders_now: list[OrderNow]) -> RunAnswer:
    """A run with everything that is known of it."""
    return RunAnswer(**_fields(run), answer=run.answer, lines=run.lines, orders_now=orders_now)


def _fields(run: RunRecord) -> dict[str, Any]:
    counted = {"orders_submitted": run.submitted, "orders_refused": run.failed}
    return {**{name: getattr(run, name) for name in RunSummary.__struct_fields__ if name not in counted}, **counted}
