"""What a contender does: prepare, say so, and run once each time it is told to. Standard library only.

A contender is a module with a `main()` that ends in `serve`. It reads `run` lines and answers one JSON line
each; everything it prints itself goes to standard error.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from importlib import metadata


def arguments() -> argparse.Namespace:
    """`--size`, `--seed`, `--data` and `--cache`, the same for every contender."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data", default="")
    parser.add_argument("--cache", default="")
    return parser.parse_args()


def serve(
    run: Callable[[], Mapping[str, object]],
    *,
    count: int,
    packages: tuple[str, ...],
    warm_up: Callable[[], object] | None = None,
    before: Callable[[], object] = lambda: None,
    input_mb: float | None = None,
) -> None:
    """Warm up, then take turns until standard input ends.

    Args:
        run: does the work once; what it returns is printed as `told`, to compare contenders with.
        count: how many things one run does.
        packages: whose versions are printed.
        warm_up: runs once before the first turn, and compiles; `run` itself where None.
        before: runs before each turn, untimed.
        input_mb: what the input takes, where memory is compared with it.
    """
    answers, sys.stdout = sys.stdout, sys.stderr
    before_mb = peak_mb()
    started = time.perf_counter()
    before()
    (warm_up or run)()
    ready = {
        "ready": True,
        "warm_up_seconds": round(time.perf_counter() - started, 3),
        "before_mb": before_mb,
        "versions": {"python": sys.version.split()[0], **{name: metadata.version(name) for name in packages}},
    }
    if input_mb is not None:
        ready["input_mb"] = round(input_mb, 1)
    print(json.dumps(ready), file=answers, flush=True)
    for line in sys.stdin:
        assert line.strip() == "run", line
        before()
        gc.collect()
        started = time.perf_counter()
        told = run()
        seconds = time.perf_counter() - started
        turn = {"seconds": seconds, "count": count, "peak_mb": peak_mb(), "told": dict(told)}
        print(json.dumps(turn), file=answers, flush=True)


def peak_mb() -> int:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
