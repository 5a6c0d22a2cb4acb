"""The short way into the emulated Binance tells what the ordinary one tells, after the same commit."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from tests.emulators.small_binance import ALICE, FLAT, SmallBinance

from seatrial.domain.time import MILLISECOND_NS
from seatrial.emulators.binance.keys import hmac_hex
from seatrial.emulators.socket import SocketServer
from seatrial.emulators.store import Store

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "90"}
MICROSECONDS = {"X-MBX-TIME-UNIT": "microsecond"}
OWN = {"orderId", "clientOrderId", "transactTime", "workingTime"}


def signed(market: SmallBinance, **values: str) -> str:
    """Parameters with their signature."""
    raw = urlencode(values | {"timestamp": str(market.clock.at_ns // MILLISECOND_NS)})
    return f"{raw}&signature={hmac_hex(ALICE.secret, raw.encode())}"


def told(answer: httpx.Response) -> tuple[int, Any, set[str]]:
    """Status, what is in the body but names and times, and which headers there are."""
    body = answer.json()
    kept = {name: value for name, value in body.items() if name not in OWN} if isinstance(body, dict) else body
    return answer.status_code, kept, set(answer.headers)


async def asked(client: httpx.AsyncClient, market: SmallBinance) -> list[tuple[int, Any, set[str]]]:
    """The same questions, good and bad."""
    path, keyed = "/api/v3/order", {"X-MBX-APIKEY": ALICE.key}
    form = {"content-type": "application/x-www-form-urlencoded"} | keyed
    return [
        told(await client.post(path, content=signed(market, **ORDER), headers=form)),
        told(await client.post(f"{path}?{signed(market, **ORDER)}", headers=keyed)),
        told(
            await client.post(path, content=signed(market, **ORDER), headers=form | {"X-MBX-TIME-UNIT": "microsecond"})
        ),
        told(await client.post(path, content=signed(market, **ORDER | {"price": "0.001"}), headers=form)),
        told(await client.post(path, content="symbol=BTCUSDT", headers=form)),
        told(await client.post(path, content=b"x" * 70_000, headers=form)),
        told(await client.post(path, content=signed(market, **ORDER))),
        told(await client.get("/api/v3/nowhere")),
        told(await client.get("/api/v3/ping")),
        told(await client.delete(f"/api/v3/openOrders?{signed(market, symbol='BTCUSDT')}", headers=keyed)),
    ]


def over_a_socket(market: SmallBinance) -> list[tuple[int, Any, set[str]]]:
    """Where the short way is there."""

    async def main() -> list[tuple[int, Any, set[str]]]:
        server = await SocketServer.open(market.venue.app)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
            heard = await asked(client, market)
        await server.close()
        return heard

    return asyncio.run(main())


def in_process(market: SmallBinance) -> list[tuple[int, Any, set[str]]]:
    """Where it is not."""

    async def main() -> list[tuple[int, Any, set[str]]]:
        transport = httpx.ASGITransport(app=market.venue.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://venue") as client:
            return await asked(client, market)

    return asyncio.run(main())


def test_every_answer_is_the_same_both_ways() -> None:
    one, other = SmallBinance((FLAT,) * 5), SmallBinance((FLAT,) * 5)
    for market in (one, other):
        market.to(1)

    short, ordinary = over_a_socket(one), in_process(other)

    assert [answer[:2] for answer in short[:-1]] == [answer[:2] for answer in ordinary[:-1]]
    assert short[-1][0] == ordinary[-1][0] == 200
    assert [answer[2] - {"date", "server"} for answer in short] == [answer[2] for answer in ordinary]
    assert [one.op for one in one.history.operations] == [one.op for one in other.history.operations]
    assert [one.what for one in one.history.operations] == [one.what for one in other.history.operations]


def test_orders_that_come_together_share_a_commit_and_are_all_there_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "venues.db"
    market = SmallBinance((FLAT,) * 5, store=Store(path))
    market.to(1)
    commits: list[int] = []
    records = market.spot.clearing.ledger._records
    commit = records.commit

    def counted() -> None:
        commits.append(1)
        commit()

    records.commit = counted  # type: ignore[method-assign]

    async def main() -> list[int]:
        transport = httpx.ASGITransport(app=market.venue.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://venue") as client:
            headers = {"X-MBX-APIKEY": ALICE.key}
            path = "/api/v3/order"
            asking = (client.post(f"{path}?{signed(market, **ORDER)}", headers=headers) for _ in range(8))
            answers = await asyncio.gather(*asking)
            stored = Store(tmp_path / "venues.db").venue("binance").orders()  # another connection: what is durable
            assert {row.number for row in stored} >= {answer.json()["orderId"] for answer in answers}
            return [answer.status_code for answer in answers]

    assert asyncio.run(main()) == [200] * 8
    assert len(commits) < 8
    market.store.close()

    again = SmallBinance((FLAT,) * 5, store=Store(path))

    assert len(again.alice.open_orders()) == 8
