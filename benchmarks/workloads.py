"""The five questions and who answers them."""

from __future__ import annotations

from benchmarks.contest import Contender, Workload

WORKLOADS = (
    Workload(
        id="W1",
        title="minute bars, SMA(20)/SMA(100) cross",
        unit="bars/s",
        size=1_000_000,
        quick_size=20_000,
        contenders=(
            Contender("seatrial, compiled strategy", "ours", "benchmarks.sma_cross.ours_compiled"),
            Contender("seatrial, vectorised strategy", "ours", "benchmarks.sma_cross.ours_vector"),
            Contender("seatrial, Python, declared", "ours", "benchmarks.sma_cross.ours_python"),
            Contender("seatrial, Python, fed", "ours", "benchmarks.sma_cross.ours_python_fed"),
            Contender("seatrial, Python, insisting", "ours", "benchmarks.sma_cross.ours_python_insisting"),
            Contender("numba by hand", "limit", "benchmarks.sma_cross.limit_numba"),
            Contender("backtesting.py", "peer", "benchmarks.sma_cross.peer_backtesting", "backtesting", 200_000),
            Contender("vectorbt", "peer", "benchmarks.sma_cross.peer_vectorbt", "vectorbt"),
        ),
    ),
    Workload(
        id="W2",
        title="pairs (fast, slow) over 100,000 bars, one core",
        unit="pairs/s",
        size=1_000,
        quick_size=3,
        contenders=(
            Contender("seatrial, compiled strategy", "ours", "benchmarks.parameter_pairs.ours"),
            Contender("numba by hand", "limit", "benchmarks.parameter_pairs.limit_numba"),
            Contender("vectorbt", "peer", "benchmarks.parameter_pairs.peer_vectorbt", "vectorbt", 50),
        ),
    ),
    Workload(
        id="W3",
        title="recorded depth and trades, two quotes, queue and latency",
        unit="events/s",
        size=1_000_000,
        quick_size=100_000,
        contenders=(
            Contender("seatrial, compiled", "ours", "benchmarks.depth_replay.ours"),
            Contender("seatrial, Python on a timer", "ours", "benchmarks.depth_replay.ours_timer"),
            Contender("seatrial, Python every event", "ours", "benchmarks.depth_replay.ours_event"),
            Contender("hftbacktest, ROI book", "peer", "benchmarks.depth_replay.peer_hftbacktest", "hftbacktest"),
            Contender(
                "hftbacktest, hash map", "peer", "benchmarks.depth_replay.peer_hftbacktest_hashmap", "hftbacktest"
            ),
        ),
    ),
    Workload(
        id="W4",
        title="random limits, markets and cancels into a price-time book",
        unit="orders/s",
        size=1_000_000,
        quick_size=50_000,
        contenders=(
            Contender("seatrial, compiled batch", "ours", "benchmarks.order_book.ours_batch"),
            Contender("seatrial, one at a time", "ours", "benchmarks.order_book.ours_plain"),
            Contender("seatrial, emulated Binance", "ours", "benchmarks.order_book.ours_venue", size_max=50_000),
            Contender(
                "lightmatchingengine",
                "peer",
                "benchmarks.order_book.peer_lightmatchingengine",
                "lightmatchingengine",
                200_000,
            ),
        ),
    ),
)
