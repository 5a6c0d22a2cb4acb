"""Seatrial: an algorithmic-trading platform in which a release proves itself before it touches money.

In a notebook: `seatrial.backtest(MyStrategy)`, `seatrial.load_bars(folder, symbols)`, and every name of
`seatrial.strategy`. In the tests of a bot: `seatrial.emulate()`. They are loaded when first asked for, so that
`import seatrial` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_NOTEBOOK = ("BacktestResult", "backtest", "load_bars")
_EMULATION = ("emulate",)

if TYPE_CHECKING:
    from seatrial.bootstrap.emulation.in_process import emulate
    from seatrial.bootstrap.notebook import BacktestResult, backtest, load_bars
    from seatrial.strategy import (
        NOTHING,
        BarView,
        Columns,
        CompiledStrategy,
        Context,
        OrderHandle,
        Strategy,
        VectorStrategy,
    )

__all__ = [
    "NOTHING",
    "BacktestResult",
    "BarView",
    "Columns",
    "CompiledStrategy",
    "Context",
    "OrderHandle",
    "Strategy",
    "VectorStrategy",
    "__version__",
    "backtest",
    "emulate",
    "load_bars",
]


def __getattr__(name: str) -> Any:
    """Names of the notebook and of strategies, with the compiled core's cache chosen before numba is loaded."""
    if name.startswith("_"):
        raise AttributeError(f"module 'seatrial' has no attribute {name!r}")
    if name in _EMULATION:
        return getattr(importlib.import_module("seatrial.bootstrap.emulation.in_process"), name)
    notebook = importlib.import_module("seatrial.bootstrap.notebook")
    if name in _NOTEBOOK:
        return getattr(notebook, name)
    strategy = importlib.import_module("seatrial.strategy")
    if name in strategy.__all__:
        return getattr(strategy, name)
    raise AttributeError(f"module 'seatrial' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
