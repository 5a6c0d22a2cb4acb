"""`python -m benchmarks`: one JSON line per result as it comes, one table at the end."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.contest import cache_folder, hold
from benchmarks.environments import ROOT, Environments
from benchmarks.workloads import WORKLOADS


def main() -> int:
    """Run what was asked for; 1 where one of ours failed."""
    asked = arguments()
    environments = Environments(cache_folder(), install=not asked.no_install)
    environments.cache.mkdir(parents=True, exist_ok=True)
    say({"machine": platform.processor() or platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]})
    results: list[dict[str, Any]] = []
    for workload in WORKLOADS:
        if asked.only and workload.id not in asked.only:
            continue
        for result in hold(
            workload,
            quick=asked.quick,
            rounds=asked.rounds,
            peers=not asked.no_peers,
            data=asked.data,
            environments=environments,
        ):
            say(result)
            results.append(result)
    if not asked.only or "W1" in asked.only:
        from benchmarks.growth import measure_growth

        for result in measure_growth(quick=asked.quick):
            say(result)
            results.append(result)
    if not asked.only or "W5" in asked.only:
        from benchmarks.doors.contest import open_doors

        for result in open_doors(quick=asked.quick):
            say(result)
            results.append(result)
    if not asked.only or "W6" in asked.only:
        from benchmarks.doors.latency import door_latencies

        for result in door_latencies(quick=asked.quick):
            say(result)
            results.append(result)
    if not asked.only or "W7" in asked.only:
        from benchmarks.venues.contest import meet_venues

        for result in meet_venues(quick=asked.quick):
            say(result)
            results.append(result)
    print(table(results), file=sys.stderr)
    return int(any(result["role"] == "ours" and "skipped" in result for result in results))


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--only", type=lambda text: text.upper().split(","), help="such as W1,W4")
    parser.add_argument("--rounds", type=int, default=3, help="turns per contender (3)")
    parser.add_argument("--no-peers", action="store_true", help="ours and the limit alone")
    parser.add_argument("--no-install", action="store_true", help="only peers installed before")
    parser.add_argument("--data", default=default_data(), help="folder of recorded markets, for W3")
    return parser.parse_args()


def default_data() -> str:
    """`SEATRIAL_DATA`, else the folder beside the repository."""
    return os.environ.get("SEATRIAL_DATA") or str(Path(ROOT).parent / "shared" / "data")


def say(result: dict[str, Any]) -> None:
    """One JSON line."""
    print(json.dumps(result), flush=True)


def table(results: Sequence[dict[str, Any]]) -> str:
    """Who did how much, and how that compares with the first of ours in the same run."""
    lines = []
    first: dict[str, float] = {}
    for result in results:
        head = f"{result['workload']}  {result['contender']:<40}"
        if "skipped" in result:
            lines.append(f"{head} skipped: {result['skipped'].splitlines()[-1][:60] if result['skipped'] else ''}")
            continue
        ours = first.setdefault(result["workload"], result["median"])
        spread = f"[{number(result['min'])} - {number(result['max'])}]"
        memory = f"{result['peak_mb']} MB" if "peak_mb" in result else ""
        lines.append(
            f"{head} {number(result['median']):>8} {result['unit']:<9} {spread:<18}"
            f" {result['median'] / ours:>8.3f} x  {memory:>8}  {result.get('note', '')}"
        )
    return "\n".join(lines)


def number(value: float) -> str:
    """Three figures and a letter."""
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{value / scale:.3g}{letter}"
    return f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
