"""Where a venue's doors are. Local ones follow from their port."""

from __future__ import annotations

from seatrial.venues.alpaca.door import AlpacaUrls
from seatrial.venues.binance.door import BinanceUrls


def local_alpaca(host: str, port: int) -> AlpacaUrls:
    """The emulated Alpaca: one port for trading, data and both streams."""
    return AlpacaUrls(
        rest=f"http://{host}:{port}",
        data=f"http://{host}:{port}",
        trade_stream=f"ws://{host}:{port}/stream",
        data_stream=f"ws://{host}:{port}/v2/iex",
    )


def local_binance(host: str, port: int) -> BinanceUrls:
    """The emulated Binance Spot."""
    return BinanceUrls(
        rest=f"http://{host}:{port}",
        ws=f"ws://{host}:{port}",
        ws_api=f"ws://{host}:{port}/ws-api/v3",
    )
