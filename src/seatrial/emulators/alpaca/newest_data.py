"""The newest of everything over HTTP: bar, trade, quote, book, and the snapshot that has them together."""

from __future__ import annotations

from starlette.requests import Request

from seatrial.domain.instrument import Instrument
from seatrial.domain.time import DAY_NS
from seatrial.emulators.alpaca.bar_shapes import (
    Shape,
    bar_shape,
    levels_shape,
    quote_shape,
    trade_shape,
    with_text_time,
)
from seatrial.emulators.alpaca.quotes import newest_quote
from seatrial.emulators.alpaca.timeframes import DAY, bars_of
from seatrial.emulators.exchange import Exchange

DAYS_BACK = 10  # a symbol that has not traded for longer has no newest bar
LEVELS_MAX = 100


class NewestData:
    """What stands now."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._kinds = {"bars": self._bar, "trades": self._trade, "quotes": self._quote}

    def latest(self, kind: str, request: Request, asked: list[Instrument]) -> object:
        """The newest bars, trades or quotes."""
        found = {each.symbol: self._kinds[kind](each) for each in asked}
        shown = {symbol: with_text_time(shape) for symbol, shape in found.items() if shape is not None}
        if "symbol" in request.path_params:
            symbol = request.path_params["symbol"]
            return {"symbol": symbol, kind.removesuffix("s"): shown.get(symbol)}
        return {kind: shown}

    def snapshots(self, request: Request, asked: list[Instrument]) -> object:
        """Of shares: a map of symbols without a key around it."""
        shown = {each.symbol: self._snapshot(each) for each in asked}
        if "symbol" in request.path_params:
            symbol = request.path_params["symbol"]
            return {"symbol": symbol, **(shown.get(symbol) or {})}
        return shown

    def wrapped_snapshots(self, request: Request, asked: list[Instrument]) -> object:
        """Of coins, which have one."""
        return {"snapshots": self.snapshots(request, asked)}

    def books(self, _: Request, asked: list[Instrument]) -> object:
        """The levels of books; a market without books has none to show."""
        found = {}
        for instrument in asked:
            depth = self._exchange.depth(instrument.symbol, LEVELS_MAX)
            if depth is not None:
                levels = {"b": levels_shape(depth.bids, instrument), "a": levels_shape(depth.asks, instrument)}
                found[instrument.symbol] = with_text_time({"t": self._exchange.now_ns(), **levels})
        return {"orderbooks": found}

    def _bar(self, instrument: Instrument) -> Shape | None:
        now_ns = self._exchange.now_ns()
        bars = self._exchange.finished_bars(instrument.symbol, now_ns - DAYS_BACK * DAY_NS, now_ns)
        return bar_shape(bars[-1], instrument) if bars else None

    def _trade(self, instrument: Instrument) -> Shape | None:
        last = self._exchange.newest_trade(instrument.symbol)
        return None if last is None else trade_shape(last, instrument)

    def _quote(self, instrument: Instrument) -> Shape | None:
        quote = newest_quote(self._exchange, instrument.symbol)
        return None if quote is None else quote_shape(quote, instrument)

    def _snapshot(self, instrument: Instrument) -> dict[str, object]:
        now_ns = self._exchange.now_ns()
        days = list(bars_of(self._exchange, instrument, DAY, start_ns=now_ns - DAYS_BACK * DAY_NS, end_ns=now_ns))
        parts = {
            "latestTrade": self._trade(instrument),
            "latestQuote": self._quote(instrument),
            "minuteBar": self._bar(instrument),
            "dailyBar": days[-1] if days else None,
            "prevDailyBar": days[-2] if len(days) > 1 else None,
        }
        return {name: None if shape is None else with_text_time(shape) for name, shape in parts.items()}
