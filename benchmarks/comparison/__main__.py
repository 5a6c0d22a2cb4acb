"""`python -m benchmarks.comparison --data FOLDER`: compare with backtesting.py, fill by fill, and print a table."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.contest import cache_folder
from benchmarks.environments import ROOT, Environments

SYMBOLS = ("AAPL", "SPY", "QQQ")
PRINT_PARTS = (1, 20, 40, 59)


def answer(command: list[str], given: str = "") -> dict[str, Any]:
    """What a contender prints, run from the root of the project."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def place(at_ns: int, bars: list[list[float]]) -> tuple[int, int]:
    """`(bar, print)` of an instant."""
    low, high = 0, len(bars) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if bars[middle][0] <= at_ns:
            low = middle
        else:
            high = middle - 1
    start, end = int(bars[low][0]), int(bars[low][1])
    return low, PRINT_PARTS.index((at_ns - start) * 60 // (end - start))


def compare(symbol: str, both_sides: bool, data: Path, peer: str) -> list[object]:
    """One row of the table: fills, how many are alike, what each kind of difference cost, and what is left over."""
    flags = ["--both-sides"] if both_sides else []
    here = [sys.executable, "-m", "benchmarks.comparison.ours", "--data", str(data), "--symbol", symbol, *flags]
    ours = answer(here)
    bars: Any = ours["bars"]
    theirs = answer([peer, "-m", "benchmarks.comparison.peer_backtesting", *flags], json.dumps(bars))
    waiting = [tuple(fill) for fill in theirs["fills"]]
    alike = later = 0
    cost_later = cost_first = 0.0
    alone = []
    for at_ns, qty, price in ours["fills"]:
        bar, index = place(at_ns, bars)
        twin = next((fill for fill in waiting if fill[:2] == (bar, qty)), None)
        if twin is None:
            alone.append((qty, price))
            continue
        waiting.remove(twin)
        alike += index == 0
        later += index > 0
        cost_later += cost_of(qty, price) - cost_of(qty, twin[2])
    for (qty, price), twin in zip(alone, waiting, strict=True):
        assert qty == twin[1], "what is alone on both sides is one decision"
        cost_first += cost_of(qty, price) - cost_of(qty, twin[2])
    apart = ours["equity"] - theirs["equity"]
    left = apart + cost_later + cost_first
    return [symbol, "long and short" if both_sides else "long or flat", alike, later, len(alone), *(
        f"{number:.6f}" for number in (apart, -cost_later, -cost_first, left)
    )]  # fmt: skip


def cost_of(qty: float, price: float) -> float:
    """What a fill takes out of the account, commission included."""
    return qty * price + abs(qty) * price * 0.0001


def main() -> None:
    """Print the table of docs/reference/comparison.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    asked = parser.parse_args()
    peer = Environments(cache_folder(), install=True).python_of("backtesting")
    print("| symbol | form | alike | a print later | a bar earlier | equity apart | prints | first bar | left |")
    print("|---|---|---|---|---|---|---|---|---|")
    for both_sides in (False, True):
        for symbol in SYMBOLS:
            print("| " + " | ".join(map(str, compare(symbol, both_sides, asked.data, peer))) + " |", flush=True)


if __name__ == "__main__":
    main()
