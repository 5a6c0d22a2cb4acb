"""The loop over depth and quotes is compiled once per edit too, apart from the core: most starts never need it."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.bootstrap.numba_cache import prepare_compiled_core

MARK = "compiled_depth"


def compile_depth(say: Callable[[str], None]) -> None:
    """Live through one event, so that what is compiled is compiled before a run begins and says how long it takes."""
    folder = prepare_compiled_core()
    if (folder / MARK).exists():
        return
    say("compiling the loop over events: once after an install or an edit, usually less than a minute")
    import numpy as np

    from seatrial.core.depth import CLEAR
    from seatrial.domain.ids import AccountId
    from seatrial.domain.instrument import binance_spot
    from seatrial.domain.limits import Account, RiskLimits
    from seatrial.market.bars import Source
    from seatrial.market.depth_table import DepthTable
    from seatrial.runs.depth_backtest import depth_backtest
    from seatrial.runs.depth_market import DepthMarket
    from seatrial.strategy.depth_strategy import DepthStrategy

    inst = binance_spot("BTC", "USDT", tick="0.01", lot="0.001")
    table = DepthTable(
        inst, np.array([[CLEAR, 1, 0, 0, 0]], dtype=np.int64), Source("none", "", 1, 1, False), 1, 8, False
    )
    account = Account(AccountId("warm"), inst.venue, inst.quote, "24x7", RiskLimits())
    depth_backtest(DepthMarket(account, 1, table), DepthStrategy())
    (folder / MARK).touch()
