"""How the cost of a backtest grows with bars, symbols and tries of parameters: one JSON line per point, and a plot."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contest import cache_folder
from benchmarks.environments import ROOT

PLOT = "growth.svg"
WIDTH, HEIGHT, EDGE = 720, 420, 60
COLOURS = ("#2563eb", "#dc2626", "#059669", "#9333ea", "#ea580c")


def measure_growth(*, quick: bool) -> Iterator[dict[str, Any]]:
    """Points of every curve, slowest last; the plot is written once all are there."""
    command = [sys.executable, "-m", "benchmarks.sma_cross.growth", *(["--quick"] if quick else [])]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    head = {"workload": "W1", "title": "cost as bars, symbols and parameters grow", "role": "ours"}
    if done.returncode:
        yield {**head, "contender": "growth", "skipped": done.stderr[-400:]}
        return
    points = [json.loads(line) for line in done.stdout.splitlines()]
    for point in points:
        rate = point["count"] / point["seconds"]
        yield {
            **head,
            "contender": f"{point['curve']}: {point['size']:,}",
            "unit": point["unit"],
            "median": rate,
            "min": rate,
            "max": rate,
            "seconds": point["seconds"],
            "peak_mb": point["peak_mb"],
        }
    path = cache_folder() / PLOT
    path.write_text(plot(points), encoding="utf-8")
    print(f"{path.relative_to(ROOT)} shows how cost grows", file=sys.stderr)


def plot(points: Sequence[dict[str, Any]]) -> str:
    """Seconds over size, both logarithmic: a straight line that rises as the dashed one does is linear."""
    curves = list(dict.fromkeys(point["curve"] for point in points))
    xs = [math.log10(point["size"]) for point in points]
    ys = [math.log10(point["seconds"]) for point in points]
    left, right, low, high = min(xs), max(xs) + 0.01, math.floor(min(ys)), math.ceil(max(ys))

    def at(x: float, y: float) -> tuple[float, float]:
        across = EDGE + (WIDTH - 2 * EDGE) * (x - left) / (right - left)
        return across, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (y - low) / (high - low)

    parts = []
    for power in range(low, high + 1):
        x, y = at(left, power)
        parts.append(f'<text x="6" y="{y:.0f}">{10.0**power:g} s</text>')
        parts.append(f'<line x1="{x:.0f}" x2="{WIDTH - EDGE}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>')
    for power in range(math.ceil(left), math.floor(right) + 1):
        x, y = at(power, low)
        parts.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle">{10**power:,}</text>')
    for place, curve in enumerate(curves):
        own = [at(math.log10(p["size"]), math.log10(p["seconds"])) for p in points if p["curve"] == curve]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in own)
        colour = COLOURS[place % len(COLOURS)]
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{EDGE + 10}" y="{20 + 16 * place}" fill="{colour}">{curve}</text>')
    style = "<style>text{font:12px sans-serif}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{style}{"".join(parts)}</svg>\n'


def written() -> Path:
    """Where the last plot is."""
    return cache_folder() / PLOT
