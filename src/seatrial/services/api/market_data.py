"""The doors of market-data: `ws /stream`, the last prices, the last bars."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import rfc3339
from seatrial.services.access.admission import Gate
from seatrial.services.api.doors import Door, Parameter, Stream
from seatrial.services.api.envelope import Envelope
from seatrial.services.api.health import health_route
from seatrial.services.api.http import answer, application, refusal
from seatrial.services.api.numbers import bounded
from seatrial.services.api.price_answers import BarsAnswer, PriceAnswer, PricesAnswer
from seatrial.services.api.reading import Query, decode_body, one_of
from seatrial.services.board import Price, PriceBoard
from seatrial.services.market_data import MarketData
from seatrial.services.stream_hub import CHANNELS, UNSOURCED, StreamClient, StreamHub, bar_fields

MESSAGE_BYTES_MAX = 64 << 10
BARS_MAX = 2_000
TRY_AGAIN_LATER = 1013  # the WebSocket close code of a server that is full, or of a client that is too slow
GOING_AWAY = 1001


class StreamRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What a client may say. `action` and `type` are the same word; lists that are not given mean all."""

    type: Literal["subscribe", "unsubscribe", "ping"] | None = None
    action: Literal["subscribe", "unsubscribe", "ping"] | None = None
    channels: list[Literal["tick", "quote", "bar"]] | None = None
    symbols: list[str] | None = None


def market_data_doors(role: MarketData, *, new_request_id: Callable[[], str], gate: Gate | None = None) -> Envelope:
    """The ASGI app of port 5001."""
    prices, stream = _PriceDoors(role.board), _StreamDoor(role.hub)
    routes = [
        health_route(role.health),
        Door(
            "/api/v1/prices/latest",
            prices.latest,
            summary="The last price of a symbol, or of all.",
            answers={200: PriceAnswer | PricesAnswer},
            parameters=[Parameter("symbol", str, "one symbol; all without it")],
        ),
        Door(
            "/api/v1/bars",
            prices.bars,
            summary="The newest bars of a symbol, oldest first.",
            answers={200: BarsAnswer},
            parameters=[
                Parameter("symbol", str, "which", required=True),
                Parameter("limit", bounded(1, BARS_MAX), "at most so many"),
            ],
        ),
        Stream("/stream", stream.serve, summary="Ticks, quotes and bars as they come.", says=StreamRequest),
    ]
    return application(routes, new_request_id=new_request_id, gate=gate, role="market-data")


class _PriceDoors:
    def __init__(self, board: PriceBoard) -> None:
        self._board = board

    async def latest(self, request: Request) -> Response:
        """One price, or with no `symbol` all that are known. 503 where there is none: nothing is invented."""
        query = Query(request, ["symbol"])
        if query.text("symbol") is None:
            found = [self._board.price(symbol) for symbol in sorted(self._board.instruments)]
            return answer({"prices": [self._fields(price) for price in found if price is not None]})
        symbol = Symbol(query.choice("symbol", sorted(self._board.instruments)))
        price = self._board.price(symbol)
        if price is None:
            return refusal(503, "no_price", f"no price of {symbol} has been seen yet", field="symbol")
        return answer(self._fields(price))

    async def bars(self, request: Request) -> Response:
        """The newest bars of a symbol, oldest first."""
        query = Query(request, ["symbol", "limit"])
        symbol = Symbol(query.choice("symbol", sorted(self._board.instruments)))
        bars = self._board.bars(symbol, query.integer("limit", default=100, low=1, high=BARS_MAX))
        price, instrument = self._board.price(symbol), self._board.instruments[symbol]
        return answer(
            {
                "symbol": symbol,
                "source": instrument.venue,
                "as_of": rfc3339(bars[-1].end_ns) if bars else None,
                "stale": price is None or price.stale,
                "bars": [bar_fields(bar, instrument) for bar in bars],
            }
        )

    def _fields(self, price: Price) -> dict[str, object]:
        return {
            "symbol": price.symbol,
            "price": Decimal(self._board.instruments[price.symbol].price_text(price.price_units)),
            "as_of": rfc3339(price.as_of_ns),
            "source": price.source,
            "derived": price.derived,
            "stale": price.stale,
        }


class _StreamDoor:
    def __init__(self, hub: StreamHub) -> None:
        self._hub = hub

    async def serve(self, websocket: WebSocket) -> None:
        """One client, from its first word to its last."""
        await websocket.accept()
        client = self._hub.join()
        if client is None:
            await websocket.close(TRY_AGAIN_LATER, "too many clients")
            return
        talk = [
            asyncio.ensure_future(self._send(websocket, client)),
            asyncio.ensure_future(self._listen(websocket, client)),
        ]
        client.let_go = talk[0].cancel
        try:
            await asyncio.wait(talk, return_when=asyncio.FIRST_COMPLETED)
            if talk[0].cancelled():
                code, reason = (TRY_AGAIN_LATER, "too slow") if client.too_slow else (GOING_AWAY, "closing")
                await websocket.close(code, reason)
        finally:
            self._hub.leave(client)
            for task in talk:
                task.cancel()
            await asyncio.gather(*talk, return_exceptions=True)

    async def _send(self, websocket: WebSocket, client: StreamClient) -> None:
        while True:
            while client.frames:
                await websocket.send_text(client.frames.popleft())
            client.filled.clear()
            await client.filled.wait()

    async def _listen(self, websocket: WebSocket, client: StreamClient) -> None:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            client.send(self._reply(client, text.encode() if text is not None else message.get("bytes") or b""))

    def _reply(self, client: StreamClient, said: bytes) -> str:
        if len(said) > MESSAGE_BYTES_MAX:
            accepted = f"at most {MESSAGE_BYTES_MAX} bytes"
            return self._error(413, "too_large", accepted, "message", accepted)
        try:
            return self._obey(client, said)
        except RequestFault as fault:
            return self._error(422, "invalid_field", str(fault), fault.field, fault.accepted)
        except HTTPException as fault:
            return self._error(fault.status_code, "malformed", fault.detail, "message", "a JSON object")

    def _error(self, code: int, error: str, message: str, field: str, accepted: str) -> str:
        return self._hub.frame("error", code=code, error=error, field=field, accepted=accepted, message=message)

    def _obey(self, client: StreamClient, said: bytes) -> str:
        if said == b"ping":
            return self._hub.frame("pong")
        request = decode_body(said, StreamRequest)
        known: list[str] = sorted(self._hub.board.instruments)
        symbols = {one_of("symbols", symbol, known) for symbol in request.symbols or known}
        channels: set[str] = set(request.channels or CHANNELS)
        match request.type or request.action:
            case "subscribe":
                client.channels, client.symbols = channels, symbols
            case "unsubscribe":
                _unsubscribe(client, channels, symbols, known, request)
            case "ping":
                return self._hub.frame("pong")
            case None:
                raise RequestFault("type", "subscribe, unsubscribe, ping", None)
        return self._hub.frame(
            "subscribed",
            channels=[each for each in CHANNELS if each in client.channels],
            symbols=sorted(known if client.symbols is None else client.symbols),
            unavailable=list(UNSOURCED),
        )


def _unsubscribe(
    client: StreamClient, channels: set[str], symbols: set[str], known: list[str], request: StreamRequest
) -> None:
    """Takes away what was named: channels, symbols, or without either everything."""
    if request.channels is not None or request.symbols is None:
        client.channels -= channels
    if request.symbols is not None:
        client.symbols = (set(known) if client.symbols is None else client.symbols) - symbols
