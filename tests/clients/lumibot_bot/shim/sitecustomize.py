"""Gives alpaca-py's own `url_override` to clients that are built without one. Put this folder on `PYTHONPATH`.

Lumibot has no setting for Alpaca's addresses. Its files stay as they are; only what alpaca-py's constructors
are called with is completed, from `VENUES`, the JSON line of `seatrial emulate --json`.
"""

import functools
import importlib
import json
import os

ADDRESSES = json.loads(os.environ.get("VENUES", "{}")).get("alpaca", {})
PLACES = {
    ("alpaca.trading.client", "TradingClient"): "rest",
    ("alpaca.trading.stream", "TradingStream"): "trade_stream",
    ("alpaca.data.historical.stock", "StockHistoricalDataClient"): "data",
    ("alpaca.data.historical.crypto", "CryptoHistoricalDataClient"): "data",
    ("alpaca.data.historical.option", "OptionHistoricalDataClient"): "data",
}


def point(module, name, url):
    """Complete what a client is built with, unless it says where to go itself."""
    client = getattr(importlib.import_module(module), name)
    build = client.__init__

    @functools.wraps(build)
    def build_here(self, *words, **named):
        if not named.get("url_override"):
            named["url_override"] = url
        build(self, *words, **named)

    client.__init__ = build_here


for (module, name), place in PLACES.items():
    if place in ADDRESSES:
        try:
            point(module, name, ADDRESSES[place])
        except ImportError:  # an interpreter without alpaca-py, such as a tool's
            break
