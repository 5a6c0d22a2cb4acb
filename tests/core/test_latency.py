"""Latency: constant, drawn, measured; and no message overtakes another."""

from __future__ import annotations

import numpy as np
import pytest

from seatrial.core.latency import (
    LATENCY_NS_MAX,
    SAMPLES,
    Y_BACK,
    Y_THERE,
    constant_latency,
    latency_ns,
    recorded_latency,
    sampled_latency,
)
from seatrial.domain.faults import RequestFault


def test_a_constant_is_constant() -> None:
    latency = constant_latency(3, 5)
    assert [latency_ns(latency, column, at) for column in (Y_THERE, Y_BACK) for at in (0, 10**18)] == [3, 3, 5, 5]


def test_a_drawn_one_is_its_seed_and_keeps_its_median() -> None:
    one, two = (sampled_latency(10**6, 10**6, spread=0.5, generator=np.random.default_rng(3)) for _ in range(2))
    taken = [latency_ns(one, Y_THERE, 0) for _ in range(100)]
    assert taken == [latency_ns(two, Y_THERE, 0) for _ in range(100)]
    assert len(set(taken)) > 90
    assert abs(float(np.median(one.table[:, Y_THERE])) / 10**6 - 1) < 0.05
    assert len(one.table) == SAMPLES


def test_a_measured_one_is_interpolated() -> None:
    latency = recorded_latency(np.array([[1_000_000, 100, 10], [2_000_000, 300, 20]], dtype=np.int64))
    told = [(latency_ns(latency, Y_THERE, at), latency_ns(latency, Y_BACK, at)) for at in (0, 1_500_000, 9_000_000)]
    assert told == [(100, 10), (200, 15), (300, 20)]


@pytest.mark.parametrize(
    "made",
    [
        lambda: constant_latency(-1, 0),
        lambda: constant_latency(0, LATENCY_NS_MAX + 1),
        lambda: sampled_latency(1, 1, spread=3.0, generator=np.random.default_rng(1)),
        lambda: recorded_latency(np.zeros((0, 3), dtype=np.int64)),
        lambda: recorded_latency(np.zeros((2, 3), dtype=np.int64)),
    ],
)
def test_what_is_no_latency_is_refused(made: object) -> None:
    assert callable(made)
    with pytest.raises(RequestFault, match="latency"):
        made()
