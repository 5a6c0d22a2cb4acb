"""The core is compiled once per edit, and loaded from the cache ever after.

A cold compilation takes half a minute of a quiet processor, so it happens before anything is served, is said aloud,
and never while a market runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import seatrial
from seatrial.bootstrap.numba_cache import default_cache, digest_of, prepare_compiled_core
from seatrial.domain.faults import SeatrialFault

MARK = "compiled"
MARK_RUNS = "compiled-runs"


def core_is_compiled(mark: str = MARK) -> bool:
    """Whether the cache holds everything that `load_core` needs, or `load_runs`. Imports nothing heavy."""
    return (default_cache() / digest_of(Path(seatrial.__file__).parent) / mark).exists()


def compile_core(say: Callable[[str], None], *, runs: bool = False) -> None:
    """Compile in a process of its own where the cache is cold, so that the caller stays light.

    With `runs` also what only backtests call: the loop along recorded bars, and the columns of indicators.

    Raises:
        SeatrialFault: the core does not compile; its error stands above.
    """
    if core_is_compiled(MARK_RUNS if runs else MARK):
        return
    say("compiling the core: once after an install or an edit, usually less than a minute")
    command = [sys.executable, "-m", "seatrial.bootstrap.compiling", *(["runs"] if runs else [])]
    compiler = subprocess.run(command, check=False, env=dict(os.environ))
    if compiler.returncode:
        raise SeatrialFault("the core does not compile; its error stands above")


def load_core() -> None:
    """Bring every compiled function a machine needs into this process."""
    folder = prepare_compiled_core()
    import numpy as np

    from seatrial.core import records as r
    from seatrial.core.ledger import market_value, post_fill
    from seatrial.core.machine import Machine
    from seatrial.domain.facts import Timer, Transfer
    from seatrial.domain.ids import AccountId, JournalEpoch, VenueName
    from seatrial.domain.instrument import us_equity
    from seatrial.domain.limits import Account, RiskLimits
    from seatrial.domain.money import Currency
    from seatrial.emulators.timeline import warm_kernel

    account = Account(AccountId("warm"), VenueName("alpaca"), Currency("USD"), "XNYS", RiskLimits())
    machine = Machine([account], [(account.id, us_equity("SPY"))], JournalEpoch("warm"))
    effects = machine.step(Transfer(1, account.id, account.currency, 1))
    machine.recover(Timer(2), effects[:0])
    machine.state_fingerprint()
    machine.equity_units(account.id)
    post_fill(np.zeros(r.POSITIONS_WIDTH, np.int64), np.zeros(r.ACCOUNTS_WIDTH, np.int64), 1, 1, 1, 1, 1, 0, 0)
    market_value(1, 1, 1)
    warm_kernel()
    (folder / MARK).touch()


def load_runs() -> None:
    """Bring what backtests call into this process, by running small ones."""
    folder = prepare_compiled_core()
    from seatrial.bootstrap.first_backtest import run_small

    run_small()
    (folder / MARK_RUNS).touch()


if __name__ == "__main__":
    load_core()
    if "runs" in sys.argv[1:]:
        load_runs()
