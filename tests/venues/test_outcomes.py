"""What an answer to a command means, over both adapters: silence and noise are never a rejection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import httpx
import pytest

from seatrial.domain.effects import Approved
from seatrial.domain.ids import AccountId, ClientOrderId
from seatrial.domain.instrument import Instrument, binance_spot, us_equity
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.runs.virtual_time import VirtualClock, run_virtual
from seatrial.venues.alpaca.client import AlpacaVenue
from seatrial.venues.alpaca.door import AlpacaUrls
from seatrial.venues.binance.client import BinanceVenue
from seatrial.venues.binance.door import BinanceUrls
from seatrial.venues.connection import Connection
from seatrial.venues.port import Confirmed, Denied, Outcome, Rejected, Unknown, Venue

STARTED_NS = 1_700_000_000 * 10**9
AAPL = us_equity("AAPL")
BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")

Answering = Callable[[httpx.Request], Awaitable[httpx.Response]]


def order(instrument: Instrument, tif: TimeInForce = TimeInForce.GTC) -> Approved:
    kind, limit = OrderType.LIMIT, 100 * instrument.price_scale
    name, account = ClientOrderId("ELEGANT-LAMP"), AccountId("a")
    return Approved(name, account, instrument.symbol, Side.BUY, kind, tif, instrument.lot_units * 10, limit, 0, 1, 0, 0)


def venue(name: str, answer: Answering, clock: VirtualClock) -> Venue:
    async def answered(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/time"):
            return httpx.Response(200, json={"serverTime": clock.now_ns() // 10**6})
        return await answer(request)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answered))
    instrument = AAPL if name == "alpaca" else BTC
    connection = Connection(
        account=AccountId("a"),
        http=http,
        key="k",
        secret="s",
        clock=clock,
        random=Random(1),
        instruments={instrument.symbol: instrument},
    )
    if name == "alpaca":
        return AlpacaVenue(connection, AlpacaUrls("http://v", "http://v", "ws://v/stream", "ws://v/v2/iex"))
    return BinanceVenue(connection, BinanceUrls("http://v", "ws://v", "ws://v/ws-api/v3"))


def submit(name: str, answer: Answering, times: int = 1) -> list[Outcome]:
    instrument = AAPL if name == "alpaca" else BTC

    async def main(loop: object) -> list[Outcome]:
        adapter = venue(name, answer, VirtualClock(loop))  # type: ignore[arg-type]
        return [await adapter.submit(order(instrument)) for _ in range(times)]

    return run_virtual(main, epoch_ns=STARTED_NS)


def says(status: int, body: bytes | str, **headers: str) -> Answering:
    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=body, headers=headers)

    return answer


def fails(fault: Exception) -> Answering:
    async def answer(request: httpx.Request) -> httpx.Response:
        raise fault

    return answer


async def never(request: httpx.Request) -> httpx.Response:
    await asyncio.sleep(3600)
    return httpx.Response(200)


VENUES = ("alpaca", "binance")
NO = {"alpaca": '{"code":%s,"message":"%s"}', "binance": '{"code":%s,"msg":"%s"}'}


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize(
    "answer",
    [
        never,
        fails(httpx.ReadError("reset")),
        fails(httpx.RemoteProtocolError("closed without an answer")),
        fails(ConnectionResetError("reset")),
        says(500, ""),
        says(502, "<html>Bad Gateway</html>"),
        says(503, '{"code":50310000,"message":"busy","msg":"busy"}'),
        says(504, '{"code":-1007,"msg":"Timeout waiting for response","message":"timeout"}'),
        says(200, ""),
        says(200, "{"),
        says(200, '{"id":"1"}'),
        says(403, "<html>Forbidden</html>"),
        says(404, "not here"),
        says(301, '{"code":1,"message":"moved","msg":"moved"}'),
    ],
)
def test_without_the_venues_own_no_an_order_is_unknown(name: str, answer: Answering) -> None:
    (outcome,) = submit(name, answer)
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("name", VENUES)
def test_where_no_connection_could_be_opened_nothing_was_sent(name: str) -> None:
    assert submit(name, fails(httpx.ConnectError("refused"))) == [Denied("no connection: refused")]


@pytest.mark.parametrize(
    ("name", "status", "code", "reason"),
    [
        ("alpaca", 403, 40310000, "insufficient buying power"),
        ("alpaca", 422, 42210000, "sub-penny increment does not fulfill minimum pricing criteria"),
        ("binance", 400, -2010, "Account has insufficient balance for requested action."),
        ("binance", 400, -1013, "Filter failure: LOT_SIZE"),
        ("binance", 401, -2015, "Invalid API-key, IP, or permissions for action."),
        ("binance", 400, -1021, "Timestamp for this request is outside of the recvWindow."),
    ],
)
def test_a_no_in_the_venues_own_words_is_final(name: str, status: int, code: int, reason: str) -> None:
    assert submit(name, says(status, NO[name] % (code, reason))) == [Rejected(str(code), reason)]


@pytest.mark.parametrize(
    ("name", "status", "code", "reason"),
    [
        ("alpaca", 422, 40010001, "client_order_id must be unique"),
        ("binance", 400, -2010, "Duplicate order sent."),
        ("binance", 400, -1006, "An unexpected response was received. Execution status unknown."),
    ],
)
def test_an_id_that_is_already_there_must_be_looked_up(name: str, status: int, code: int, reason: str) -> None:
    (outcome,) = submit(name, says(status, NO[name] % (code, reason)))
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("name", VENUES)
def test_too_many_requests_is_a_rejection_and_then_a_denial_until_the_venue_listens_again(name: str) -> None:
    sent = 0

    async def busy(request: httpx.Request) -> httpx.Response:
        nonlocal sent
        sent += 1
        return httpx.Response(429, content=NO[name] % (-1003, "too many requests."), headers={"Retry-After": "7"})

    first, second = submit(name, busy, times=2)

    assert isinstance(first, Rejected)
    assert isinstance(second, Denied)
    assert sent == 1


def test_a_burst_of_orders_is_denied_on_our_side_before_the_venue_complains() -> None:
    body = (
        '{"symbol":"BTCUSDT","orderId":%d,"clientOrderId":"x","transactTime":1,"origQty":"1","executedQty":"0",'
        '"status":"NEW","type":"LIMIT","side":"BUY"}'
    )
    outcomes = submit("binance", says(200, body % 7), times=60)

    assert {type(outcome) for outcome in outcomes[:40]} == {Confirmed}
    assert {type(outcome) for outcome in outcomes[50:]} == {Denied}


def test_a_time_in_force_the_venue_lacks_is_denied() -> None:
    async def main(loop: object) -> Outcome:
        adapter = venue("binance", never, VirtualClock(loop))  # type: ignore[arg-type]
        return await adapter.submit(order(BTC, TimeInForce.DAY))

    assert isinstance(run_virtual(main), Denied)


@pytest.mark.parametrize("name", VENUES)
def test_a_cancel_is_sent_even_when_the_budget_is_spent(name: str) -> None:
    cancels = 0
    known = (
        '{"id":"v-1","client_order_id":"ELEGANT-LAMP","symbol":"AAPL","side":"buy","type":"limit","status":"new",'
        '"qty":"10","filled_qty":"0","submitted_at":"2023-11-14T22:13:20Z","updated_at":"2023-11-14T22:13:20Z"}'
    )

    async def busy(request: httpx.Request) -> httpx.Response:
        nonlocal cancels
        if request.method == "DELETE":
            cancels += 1
            return httpx.Response(429, content=NO[name] % (-1003, "too many requests."))
        if cancels == 0 and name == "alpaca":
            return httpx.Response(200, content=known)
        return httpx.Response(429, content=NO[name] % (-1003, "too many requests."))

    async def main(loop: object) -> list[Outcome]:
        adapter = venue(name, busy, VirtualClock(loop))  # type: ignore[arg-type]
        symbol = AAPL.symbol if name == "alpaca" else BTC.symbol
        await adapter.submit(order(AAPL if name == "alpaca" else BTC))
        return [await adapter.cancel(ClientOrderId("ELEGANT-LAMP"), symbol) for _ in range(3)]

    outcomes = run_virtual(main, epoch_ns=STARTED_NS)

    assert cancels == 3
    assert all(isinstance(outcome, Rejected) for outcome in outcomes)


def test_the_venues_own_count_is_believed_against_its_own_limit() -> None:
    order_told = (
        '{"id":"v-1","client_order_id":"ELEGANT-LAMP","symbol":"AAPL","side":"buy","type":"limit","status":"new",'
        '"qty":"10","filled_qty":"0","submitted_at":"2023-11-14T22:13:20Z","updated_at":"2023-11-14T22:13:20Z"}'
    )
    headers = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "990"}
    nearly_spent = {"X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "5"}

    assert {type(o) for o in submit("alpaca", says(200, order_told, **headers), times=20)} == {Confirmed}
    assert [type(o) for o in submit("alpaca", says(200, order_told, **nearly_spent), times=2)] == [Confirmed, Denied]
