"""Plots as inline SVG: no script, no font and no address from elsewhere. Colours are the page's own variables.

The horizontal axis counts samples, not hours, so nights and weekends without trading take no room; a line
marks where a day begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from seatrial.domain.time import DAY_NS, rfc3339

WIDTH, HEIGHT = 1000, 260
LEFT, RIGHT, TOP, BOTTOM = 84, 14, 12, 26
POINTS_MAX = 1_000
DAY_MARKS_MAX = 12
LEVELS = 6  # at most, and about half of it where round numbers lie far apart


@dataclass(frozen=True, slots=True)
class Curve:
    """One value per sample."""

    at_ns: Sequence[int]
    values: Sequence[float]
    digits: int = 2  # at least; more where levels lie closer
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A trade on a price curve: which sample, at what price, bought or sold, and what a pointer shows."""

    sample: int
    value: float
    bought: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Frame:
    samples: int
    low: float
    high: float

    def x(self, sample: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (sample / max(self.samples - 1, 1))

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - self.low) / (self.high - self.low))


def line_plot(
    title: str,
    curve: Curve,
    *,
    marks: Sequence[Mark] = (),
    filled: bool = False,
    tone: str = "line",
    beside: Sequence[float] = (),
) -> str:
    """A curve with its axes. `tone` names the page's class for the stroke; `filled` shades down to the lowest level.

    `beside` is a second curve on the same samples, drawn dashed: a benchmark.
    """
    frame = _frame(curve, [*(mark.value for mark in marks), *beside])
    points = [f"{frame.x(sample):.1f},{frame.y(value):.1f}" for sample, value in _thinned(curve.values)]
    parts = [_axes(frame, curve)]
    if filled:
        ground = HEIGHT - BOTTOM
        parts.append(
            f'<polygon class="{tone} shade" points="{points[0].split(",")[0]},{ground} {" ".join(points)} '
            f'{points[-1].split(",")[0]},{ground}"/>'
        )
    if beside:
        other = " ".join(f"{frame.x(sample):.1f},{frame.y(value):.1f}" for sample, value in _thinned(beside))
        parts.append(f'<polyline class="beside" points="{other}"/>')
    parts.append(f'<polyline class="{tone}" points="{" ".join(points)}"/>')
    parts.extend(_mark(frame, mark) for mark in marks)
    return _svg(title, "".join(parts))


def depth_plot(title: str, curve: Curve) -> str:
    """A curve that hangs from zero: drawdowns, as negative values."""
    frame = _Frame(len(curve.values), min(*curve.values, -1e-9), 0.0)
    points = [f"{frame.x(sample):.1f},{frame.y(value):.1f}" for sample, value in _thinned(curve.values)]
    outline = " ".join(points)
    shade = f"{LEFT},{TOP} {outline} {points[-1].split(',')[0]},{TOP}"
    body = f'<polygon class="down shade" points="{shade}"/><polyline class="down" points="{outline}"/>'
    return _svg(title, _axes(frame, curve) + body)


def band_plot(title: str, steps: Sequence[int], levels: Sequence[Sequence[float]], unit: str) -> str:
    """Nested bands of quantiles, lowest level first, the middle one a line; `steps` counts periods of `unit`."""
    every = [value for level in levels for value in level]
    frame = _frame(Curve([], every), [0.0])
    frame = _Frame(len(steps), frame.low, frame.high)
    parts = [_axes(frame, Curve([], [], 1, " %"))]
    for low, high in zip(levels, reversed(levels), strict=True):
        if low is high:
            line = " ".join(f"{frame.x(place):.1f},{frame.y(value):.1f}" for place, value in enumerate(low))
            parts.append(f'<polyline class="line" points="{line}"/>')
            break
        edge = [*enumerate(low), *reversed(list(enumerate(high)))]
        around = " ".join(f"{frame.x(place):.1f},{frame.y(value):.1f}" for place, value in edge)
        parts.append(f'<polygon class="line shade" points="{around}"/>')
    right = f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">after {steps[-1]} {escape(unit)}</text>'
    return _svg(title, "".join(parts) + right)


def bar_plot(title: str, bars: Sequence[tuple[str, float, str]]) -> str:
    """Horizontal bars: name, length, text at its end."""
    row = 26
    longest = max((length for _, length, _ in bars), default=0.0) or 1.0
    parts = []
    for place, (name, length, text) in enumerate(bars):
        top = place * row + 6
        width = (WIDTH - LEFT - 220) * length / longest
        parts.append(
            f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="bar" x="{LEFT}" y="{top}" width="{max(width, 1):.1f}" height="18" rx="3"/>'
            f'<text x="{LEFT + max(width, 1) + 8:.1f}" y="{top + 14}">{escape(text)}</text>'
        )
    return _svg(title, "".join(parts), height=len(bars) * row + 10)


def _frame(curve: Curve, extra: Sequence[float]) -> _Frame:
    low, high = min([*curve.values, *extra]), max([*curve.values, *extra])
    margin = (high - low) * 0.05 or max(abs(high) * 0.001, 1e-9)
    return _Frame(len(curve.values), low - margin, high + margin)


def _thinned(values: Sequence[float]) -> list[tuple[int, float]]:
    """At most POINTS_MAX samples: of every stretch its lowest and highest, so that no spike is lost."""
    count = len(values)
    if count <= POINTS_MAX:
        return list(enumerate(values))
    stretch = -(-count // (POINTS_MAX // 2))
    kept = {0, count - 1}
    for start in range(0, count, stretch):
        span = range(start, min(start + stretch, count))
        kept.add(min(span, key=values.__getitem__))
        kept.add(max(span, key=values.__getitem__))
    return [(sample, values[sample]) for sample in sorted(kept)]


def _axes(frame: _Frame, curve: Curve) -> str:
    parts = []
    step = _round_step((frame.high - frame.low) / LEVELS)
    digits = max(curve.digits, -floor(log10(step)))
    for level in range(ceil(frame.low / step), floor(frame.high / step) + 1):
        value = level * step
        y = frame.y(value)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
            f"{value:,.{digits}f}{escape(curve.unit)}</text>"
        )
    starts = [
        sample
        for sample, now_ns in enumerate(curve.at_ns)
        if sample == 0 or (now_ns - 1) // DAY_NS != (curve.at_ns[sample - 1] - 1) // DAY_NS
    ]
    step = max(-(-len(starts) // DAY_MARKS_MAX), 1)
    for sample in starts[::step]:
        x = frame.x(sample)
        day = rfc3339(curve.at_ns[sample] - 1)[5:10]
        parts.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            f'<text x="{x + 4:.1f}" y="{HEIGHT - 8}">{day}</text>'
        )
    return "".join(parts)


def _round_step(step: float) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that is not below `step`: levels people can read."""
    power = 10.0 ** floor(log10(step))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= step * 0.999)


def _mark(frame: _Frame, mark: Mark) -> str:
    x, y = frame.x(mark.sample), frame.y(mark.value)
    shape = f"{x:.1f},{y:.1f} {x - 4:.1f},{y + 8:.1f} {x + 4:.1f},{y + 8:.1f}"
    if not mark.bought:
        shape = f"{x:.1f},{y:.1f} {x - 4:.1f},{y - 8:.1f} {x + 4:.1f},{y - 8:.1f}"
    tone = "bought" if mark.bought else "sold"
    return f'<polygon class="{tone}" points="{shape}"><title>{escape(mark.text)}</title></polygon>'


def _svg(title: str, body: str, *, height: int = HEIGHT) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{body}</svg>'
