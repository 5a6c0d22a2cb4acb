"""Ours at many sizes, each timed once warm: bars and symbols in two forms, and tries of parameters on one ground."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace

from benchmarks import turn


def main() -> None:
    """One JSON line per point."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    from seatrial.bootstrap.numba_cache import prepare_compiled_core

    prepare_compiled_core()
    from benchmarks.markets import parameter_pairs, walk_bars
    from benchmarks.sma_cross import our_market as ours
    from seatrial.market.bars import BarTable
    from seatrial.runs.backtest import Ground, Market, backtest

    def market(bars: int, symbols: int) -> Market:
        tables = {}
        for number in range(symbols):
            instrument = replace(ours.INSTRUMENT, symbol=type(ours.INSTRUMENT.symbol)(f"WALK{number or ''}"))
            rows = walk_bars(bars, 7 + number)
            tables[instrument.symbol] = BarTable(instrument, rows, ours.source_of(rows, 7 + number))
        return Market(ours.ACCOUNT, ours.CASH_UNITS, tables)

    def tell(curve: str, unit: str, size: int, count: int, run) -> None:  # type: ignore[no-untyped-def]
        run()
        started = time.perf_counter()
        run()
        seconds = time.perf_counter() - started
        point = {"curve": curve, "unit": unit, "size": size, "count": count, "seconds": seconds}
        print(json.dumps({**point, "peak_mb": turn.peak_mb()}), flush=True)

    def once(bars: int, symbols: int, form: type):  # type: ignore[no-untyped-def]
        made = market(bars, symbols)
        strategy = form()
        strategy.symbols = tuple(made.tables)
        return lambda: backtest([made], [ours.runner_on(strategy, made)])

    sizes = (1_000, 10_000) if quick else (10_000, 100_000, 1_000_000)
    for bars in sizes:
        tell("compiled, bars of one symbol", "bars/s", bars, bars, once(bars, 1, ours.CompiledCross))
    for bars in sizes:
        tell("Python, bars of one symbol", "bars/s", bars, bars, once(bars, 1, ours.Cross))
    for symbols in (1, 2) if quick else (1, 2, 4, 8, 16):
        bars = sizes[0]
        tell(
            "compiled, symbols of 10,000 bars",
            "bars/s",
            symbols,
            symbols * bars,
            once(bars, symbols, ours.CompiledCross),
        )
    for tries in (1, 3) if quick else (10, 100, 1_000):
        ground, made = Ground([market(sizes[0], 1)]), market(sizes[0], 1)

        def sweep(tries: int = tries, ground: Ground = ground, made: Market = made) -> None:
            for fast, slow in parameter_pairs(tries):
                strategy = ours.CompiledCross()
                strategy.symbols, strategy.fast, strategy.slow = tuple(made.tables), fast, slow
                ground.run([ours.runner_on(strategy, made)])

        tell("compiled, tries over 10,000 bars", "tries/s", tries, tries, sweep)


if __name__ == "__main__":
    main()
