"""The limit: Starlette and msgspec on our server, an order decoded and answered, and nothing done with it."""

from __future__ import annotations

import msgspec
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.doors.serving import SYMBOLS, ready, until_told
from seatrial.emulators.socket import SocketServer


class Order(msgspec.Struct):
    """What is decoded."""

    symbol: str
    side: str
    quantity: str


async def place(request: Request) -> Response:
    """Decode, answer."""
    order = msgspec.json.decode(await request.body(), type=Order)
    return Response(msgspec.json.encode({"status": "accepted", "symbol": order.symbol}), 202)


async def main() -> None:
    """Serve one route."""
    server = await SocketServer.open(Starlette(routes=[Route("/orders", place, methods=["POST"])]))
    ready(server.port, "/orders", [{"symbol": symbol, "side": "buy", "quantity": "1"} for symbol in SYMBOLS])
    await until_told()
    await server.close()


if __name__ == "__main__":
    uvloop.run(main())
