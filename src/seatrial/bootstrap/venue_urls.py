"""Where a venue's doors are. Local ones follow from their port, the venues' own from the address of their API."""

from __future__ import annotations

from urllib.parse import urlsplit

from seatrial.bootstrap.addresses import PAPER_ALPACA, TESTNET_BINANCE, host_of
from seatrial.venues.alpaca.door import AlpacaUrls
from seatrial.venues.binance.door import BinanceUrls

ALPACA_DATA = "https://data.alpaca.markets"
ALPACA_DATA_STREAM = "wss://stream.data.alpaca.markets/v2/iex"
TRADE_UPDATES_PATH = "/stream"


def local_alpaca(host: str, port: int) -> AlpacaUrls:
    """The emulated Alpaca: one port for trading, data and both streams."""
    return _one_alpaca(f"http://{host}:{port}")


def local_binance(host: str, port: int) -> BinanceUrls:
    """The emulated Binance Spot."""
    return _one_binance(f"http://{host}:{port}")


def alpaca_at(address: str) -> AlpacaUrls:
    """An address that serves all of Alpaca's doors, or the one of market data alone."""
    return _one_alpaca(address)


def binance_at(address: str) -> BinanceUrls:
    """An address that serves all of Binance's doors, or those of market data alone."""
    return _one_binance(address)


def paper_alpaca(rest: str, stream: str = "") -> AlpacaUrls:
    """Alpaca's paper account by the address of its trading API; market data has hosts of its own.

    Any other address is one that serves everything, as an emulator does. `stream` replaces one of the two
    streams: `.../stream` is the one of trade updates, whatever the runbook took it for.
    """
    if host_of(rest) == PAPER_ALPACA:
        urls = AlpacaUrls(rest, ALPACA_DATA, f"wss://{PAPER_ALPACA}{TRADE_UPDATES_PATH}", ALPACA_DATA_STREAM)
    else:
        urls = _one_alpaca(rest)
    if not stream:
        return urls
    if urlsplit(stream).path.rstrip("/") == TRADE_UPDATES_PATH:
        return AlpacaUrls(urls.rest, urls.data, stream, urls.data_stream)
    return AlpacaUrls(urls.rest, urls.data, urls.trade_stream, stream)


def paper_binance(rest: str) -> BinanceUrls:
    """Binance's testnet by the address of its API; any other address is one that serves everything."""
    if host_of(rest) == TESTNET_BINANCE:
        return BinanceUrls(rest, f"wss://stream.{TESTNET_BINANCE}", f"wss://ws-api.{TESTNET_BINANCE}/ws-api/v3")
    return _one_binance(rest)


def _one_alpaca(rest: str) -> AlpacaUrls:
    return AlpacaUrls(rest, rest, f"{_socket(rest)}{TRADE_UPDATES_PATH}", f"{_socket(rest)}/v2/iex")


def _one_binance(rest: str) -> BinanceUrls:
    return BinanceUrls(rest, _socket(rest), f"{_socket(rest)}/ws-api/v3")


def _socket(rest: str) -> str:
    return "ws" + rest.removeprefix("http")
