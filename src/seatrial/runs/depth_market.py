"""What a run over depth or quotes is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.core.depth import Int64Array
from seatrial.core.depth_orders import FillRules
from seatrial.core.latency import Latency
from seatrial.domain.limits import Account
from seatrial.domain.time import SECOND_NS
from seatrial.market.depth_table import DepthTable
from seatrial.runs.backtest_run import BacktestRun

DEFAULT_FILLS = FillRules()


@dataclass(frozen=True, slots=True)
class DepthMarket:
    """What one account trades on. `holding_units` of the instrument are there from the start, beside the cash."""

    account: Account
    cash_units: int
    table: DepthTable
    holding_units: int = 0


@dataclass(frozen=True, slots=True)
class DepthRules:
    """How a run fills, how long messages travel, and how often holdings are valued."""

    fills: FillRules = DEFAULT_FILLS
    latency: Latency | None = None  # LATENCY_NS each way where None
    mark_ns: int = SECOND_NS
    fee_maker_ppm: int | None = None  # the instrument's where None
    fee_taker_ppm: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DepthBacktest:
    """What a run did. `marks` (n, 3) are instants, middle prices and equities; `rejected` is the venue's own no."""

    run: BacktestRun
    marks: Int64Array
    rejected: int
