"""Binance's two streams: what to say on a fresh connection, and what its messages mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from seatrial.domain.faults import VenueRefused, VenueUnavailable, VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.venues.answer import decode, read
from seatrial.venues.binance import wire
from seatrial.venues.binance.door import RECV_WINDOW_MS
from seatrial.venues.binance.records import ErrorRecord
from seatrial.venues.binance.request import signed_call
from seatrial.venues.binance.server_time import ServerTime
from seatrial.venues.binance.signing import Sign
from seatrial.venues.binance.stream_records import (
    AccountMessage,
    EventName,
    ExecutionReport,
    KlineEvent,
    MarketMessage,
    TradeEvent,
)
from seatrial.venues.binance.tape import tick
from seatrial.venues.continuity import AccountWord, MarketWord, OrderContinuity, TapeContinuity
from seatrial.venues.feed import Line, Subscription
from seatrial.venues.port import StreamGap
from seatrial.venues.silence import ShouldSpeak

ACCOUNT_STREAM = "binance.account"
MARKET_STREAM = "binance.market"

_HANDSHAKE_MESSAGES_MAX = 1000
_ANSWER_SECONDS = 10.0
_CALL_ID = 1
_KLINE = "@kline_1m"
_TRADE = "@trade"
_ENDINGS = frozenset({"serverShutdown", "eventStreamTerminated"})
_UNREAD = frozenset({"outboundAccountPosition", "balanceUpdate", "externalLockUpdate", "listStatus"})

_account_message = msgspec.json.Decoder(AccountMessage)
_market_message = msgspec.json.Decoder(MarketMessage)


def account_stream(
    url: str,
    key: str,
    sign: Sign,
    time: ServerTime,
    instruments: Mapping[Symbol, Instrument],
    should_speak: ShouldSpeak | None = None,
) -> Subscription[AccountWord]:
    """The WebSocket API, subscribed to the user data stream by signature."""
    orders = OrderContinuity(ACCOUNT_STREAM)

    def parse(message: str | bytes) -> list[AccountWord]:
        return orders.checked(account_events(message, instruments))

    async def log_in(line: Line) -> Iterable[AccountWord]:
        nonlocal orders
        orders = OrderContinuity(ACCOUNT_STREAM)
        parameters: dict[str, str | int] = {"apiKey": key, "recvWindow": RECV_WINDOW_MS}
        parameters["timestamp"] = await time.now_ms()
        call = {
            "id": _CALL_ID,
            "method": "userDataStream.subscribe.signature",
            "params": signed_call(parameters, sign),
        }
        await line.say(msgspec.json.encode(call))
        early: list[AccountWord] = []
        for _ in range(_HANDSHAKE_MESSAGES_MAX):
            message = await line.hear(_ANSWER_SECONDS)
            answer = read(_account_message, message, "account stream")
            if answer.id != _CALL_ID:
                early += parse(message)
                continue
            if answer.status != 200 or answer.error is not None:
                time.doubt()
                raise _refused(answer.error)
            return early
        raise VenueUnreadable("account stream: no answer to the subscription among the first messages")

    return Subscription(ACCOUNT_STREAM, url, log_in, parse, should_speak)


def market_stream(
    url: str, instruments: Mapping[Symbol, Instrument], *, ticks: bool, should_speak: ShouldSpeak | None = None
) -> Subscription[MarketWord]:
    """`/stream`, subscribed to finished minute klines, and to trades where ticks are wanted."""
    kinds = (_KLINE, _TRADE) if ticks else (_KLINE,)
    names = [symbol.lower() + kind for symbol in sorted(instruments) for kind in kinds]
    tape = TapeContinuity(MARKET_STREAM)

    def parse(message: str | bytes) -> list[MarketWord]:
        return market_events(message, instruments, tape)

    async def log_in(line: Line) -> Iterable[MarketWord]:
        nonlocal tape
        tape = TapeContinuity(MARKET_STREAM)
        await line.say(msgspec.json.encode({"method": "SUBSCRIBE", "params": names, "id": _CALL_ID}))
        early: list[MarketWord] = []
        for _ in range(_HANDSHAKE_MESSAGES_MAX):
            message = await line.hear(_ANSWER_SECONDS)
            answer = read(_market_message, message, "market stream")
            if answer.error is not None:
                raise _refused(answer.error)
            if answer.id == _CALL_ID:
                return early
            early += parse(message)
        raise VenueUnreadable("market stream: no answer to SUBSCRIBE among the first messages")

    return Subscription(MARKET_STREAM, url, log_in, parse, should_speak)


def account_events(message: str | bytes, instruments: Mapping[Symbol, Instrument]) -> list[AccountWord]:
    """One message of the user data stream. Balance events repeat what the trades say, and are not read.

    An event that Binance has added since is told as a gap: whatever it says, a look at the account says too.
    """
    event = bytes(read(_account_message, message, "account stream").event)
    if not event:
        return []
    name = decode(event, EventName, "account stream").e
    if name in _ENDINGS:
        raise VenueUnavailable(f"the venue ends the stream: {name}")
    if name in _UNREAD:
        return []
    if name != "executionReport":
        return [StreamGap(ACCOUNT_STREAM, f"what {name!r} means")]
    return [*wire.report_events(decode(event, ExecutionReport, name), instruments)]


def market_events(
    message: str | bytes, instruments: Mapping[Symbol, Instrument], tape: TapeContinuity
) -> list[MarketWord]:
    """One message of the combined stream; a kline that is still open is no bar."""
    combined = read(_market_message, message, "market stream")
    if combined.error is not None:
        raise _refused(combined.error)
    data = bytes(combined.data)
    if not data:
        return []
    if combined.stream.endswith(_KLINE):
        kline = decode(data, KlineEvent, combined.stream)
        instrument = instruments.get(Symbol(kline.s))
        return tape.bar(wire.kline_bar(kline.k, instrument)) if instrument and kline.k.closed else []
    if combined.stream.endswith(_TRADE):
        trade = decode(data, TradeEvent, combined.stream)
        instrument = instruments.get(Symbol(trade.s))
        return tape.tick(tick(trade, instrument), trade.t) if instrument else []
    raise VenueUnreadable(f"market stream: not subscribed to {combined.stream!r}")


def _refused(error: ErrorRecord | None) -> VenueRefused:
    return VenueRefused("", "refused without a reason") if error is None else VenueRefused(str(error.code), error.msg)
