"""hftbacktest with its other book: levels in a hash map."""

from __future__ import annotations

import hftbacktest as hft

from benchmarks.depth_replay.peer_hftbacktest import main

if __name__ == "__main__":
    main(hft.HashMapMarketDepthBacktest)
