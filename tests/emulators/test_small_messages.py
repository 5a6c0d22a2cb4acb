"""What a server says in small pieces leaves at once, whoever opened the port it listens on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from seatrial.bootstrap import ports
from seatrial.emulators.socket import listen


@pytest.mark.parametrize(
    "listening", [lambda: listen(0, 8), lambda: ports.listen("127.0.0.1", 0, "ports.alpaca")], ids=["venue", "role"]
)
def test_no_small_message_waits_until_the_one_before_is_acknowledged(listening: Callable[[], socket.socket]) -> None:
    async def main() -> int:
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def hear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listening()
        listener.setblocking(False)
        async with await asyncio.start_server(hear, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            await told
            writer.close()
            await writer.wait_closed()
        return told.result()

    assert asyncio.run(main()) != 0
