"""The venues under their real names, as containers meet them."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

from seatrial.bootstrap.emulation.named_doors import AUTHORITY, open_named_doors
from seatrial.bootstrap.seal.hosts import PLACES
from seatrial.domain.faults import BadSetting, PortTaken
from seatrial.emulators.socket import SocketServer


async def _told(folder: Path, names: tuple[str, ...], trust: ssl.SSLContext | None = None) -> list[str]:
    """What each name answers, or the kind of its refusal."""
    async with AsyncExitStack() as stack:
        ports = {}
        for venue in ("alpaca", "binance"):
            server = await SocketServer.open(PlainTextResponse(venue))
            stack.push_async_callback(server.close)
            ports[venue] = server.port
        line = await open_named_doors(folder, "127.0.0.1", ports, stack, tls_ports=(0,))
        port = int(line.partition("TLS on ")[2].partition(";")[0])
        trusted = trust or ssl.create_default_context(cafile=str(folder / AUTHORITY))
        return [await _ask(name, port, trusted) for name in names]


async def _ask(name: str, port: int, trusted: ssl.SSLContext) -> str:
    async with httpx.AsyncClient(verify=trusted, timeout=10) as client:
        try:
            answer = await client.get(
                f"https://127.0.0.1:{port}/", headers={"host": name}, extensions={"sni_hostname": name}
            )
        except httpx.ConnectError as refused:
            return "untrusted" if "CERTIFICATE_VERIFY_FAILED" in str(refused) else "refused"
        return answer.text


def test_the_name_in_the_greeting_decides_which_venue_answers(tmp_path: Path) -> None:
    names = ("api.binance.com", "DATA.alpaca.markets", "stream.binance.com", "paper-api.alpaca.markets")
    assert asyncio.run(_told(tmp_path / "seal", names)) == ["binance", "alpaca", "binance", "alpaca"]


def test_every_name_of_the_seal_is_answered_and_no_other(tmp_path: Path) -> None:
    names = tuple(name for place in PLACES for name in place.names)
    told = asyncio.run(_told(tmp_path, (*names, "example.com", "binance.com")))
    assert "refused" not in told[:-2]
    assert told[-2:] == ["refused", "refused"]


def test_who_does_not_know_the_authority_does_not_trust_it(tmp_path: Path) -> None:
    stranger = ssl.create_default_context()
    assert asyncio.run(_told(tmp_path, ("api.binance.com",), stranger)) == ["untrusted"]


def test_only_the_certificate_is_written_and_never_a_key(tmp_path: Path) -> None:
    asyncio.run(_told(tmp_path, ()))
    assert [path.name for path in tmp_path.iterdir()] == [AUTHORITY]
    assert "PRIVATE KEY" not in (tmp_path / AUTHORITY).read_text()


def test_a_folder_that_is_a_file_and_a_port_that_is_taken_are_said_in_one_sentence(tmp_path: Path) -> None:
    async def opened(folder: Path, *ports: int) -> None:
        async with AsyncExitStack() as stack:
            server = await SocketServer.open(PlainTextResponse("here"))
            stack.push_async_callback(server.close)
            await open_named_doors(
                folder, "127.0.0.1", {"binance": server.port}, stack, tls_ports=ports or (server.port,)
            )

    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match="the authority cannot be written there"):
        asyncio.run(opened(tmp_path / "file", 0))
    with pytest.raises(PortTaken, match="is taken"):
        asyncio.run(opened(tmp_path))
