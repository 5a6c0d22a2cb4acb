"""Alpaca's two streams: what to say on a fresh connection, and what its messages mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from seatrial.domain.faults import VenueRefused, VenueUnreadable
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.venues.alpaca import tape, wire
from seatrial.venues.alpaca.records import (
    AuthorizationRecord,
    BarMessage,
    DataMessage,
    ErrorMessage,
    ListeningRecord,
    SubscriptionMessage,
    SuccessMessage,
    TradeMessage,
    TradeStreamRecord,
    UpdateRecord,
)
from seatrial.venues.answer import decode, read
from seatrial.venues.continuity import AccountWord, OrderContinuity
from seatrial.venues.feed import Line, Subscription
from seatrial.venues.port import BarEvent, FillEvent, OrderEvent, TickEvent
from seatrial.venues.silence import ShouldSpeak

T = TypeVar("T")

ACCOUNT_STREAM = "alpaca.account"
MARKET_STREAM = "alpaca.market"

_HANDSHAKE_MESSAGES_MAX = 100
_ANSWER_SECONDS = 10.0  # Alpaca itself gives a login ten seconds

_trade_stream = msgspec.json.Decoder(TradeStreamRecord)
_data_stream = msgspec.json.Decoder(list[DataMessage])


def account_stream(
    url: str,
    key: str,
    secret: str,
    instruments: Mapping[Symbol, Instrument],
    should_speak: ShouldSpeak | None = None,
) -> Subscription[AccountWord]:
    """`/stream`: authenticate, listen to trade_updates. JSON comes in text or binary frames."""
    orders = OrderContinuity(ACCOUNT_STREAM)

    def parse(message: str | bytes) -> list[AccountWord]:
        return orders.checked(trade_update_events(message, instruments))

    async def log_in(line: Line) -> Iterable[AccountWord]:
        nonlocal orders
        orders = OrderContinuity(ACCOUNT_STREAM)
        await line.say(msgspec.json.encode({"action": "authenticate", "data": {"key_id": key, "secret_key": secret}}))
        answer = _envelope(await line.hear(_ANSWER_SECONDS))
        if answer.stream != "authorization":
            raise VenueUnreadable(f"stream: expected authorization, got {answer.stream!r}")
        status = _data(answer, AuthorizationRecord).status
        if status != "authorized":
            raise VenueRefused("unauthorized", f"the trading stream says {status!r}")
        await line.say(msgspec.json.encode({"action": "listen", "data": {"streams": ["trade_updates"]}}))
        early: list[AccountWord] = []
        for _ in range(_HANDSHAKE_MESSAGES_MAX):
            message = await line.hear(_ANSWER_SECONDS)
            answer = _envelope(message)
            if answer.stream != "listening":
                early += parse(message)
            elif "trade_updates" in _data(answer, ListeningRecord).streams:
                return early
            else:
                raise VenueRefused("not_listening", "the trading stream does not carry trade_updates")
        raise VenueUnreadable("stream: no `listening` among the first messages")

    return Subscription(ACCOUNT_STREAM, url, log_in, parse, should_speak)


def market_stream(
    url: str,
    key: str,
    secret: str,
    instruments: Mapping[Symbol, Instrument],
    *,
    ticks: bool,
    should_speak: ShouldSpeak | None = None,
) -> Subscription[BarEvent | TickEvent]:
    """`/v2/{feed}`: connected, auth, authenticated, subscribe, subscription; JSON unless one asks for msgpack."""
    symbols = sorted(instruments)
    wanted = {"bars": symbols, "trades": symbols if ticks else []}

    async def log_in(line: Line) -> Iterable[BarEvent | TickEvent]:
        await _expect(line, lambda message: isinstance(message, SuccessMessage) and message.msg == "connected")
        await line.say(msgspec.json.encode({"action": "auth", "key": key, "secret": secret}))
        await _expect(line, lambda message: isinstance(message, SuccessMessage) and message.msg == "authenticated")
        await line.say(msgspec.json.encode({"action": "subscribe", **wanted}))
        early = await _expect(line, lambda message: _covers(message, **wanted))
        return _market_events(early, instruments)

    def parse(message: str | bytes) -> list[BarEvent | TickEvent]:
        return data_events(message, instruments)

    return Subscription(MARKET_STREAM, url, log_in, parse, should_speak)


def trade_update_events(message: str | bytes, instruments: Mapping[Symbol, Instrument]) -> list[FillEvent | OrderEvent]:
    """One message of the trading stream."""
    envelope = _envelope(message)
    if envelope.stream != "trade_updates":
        raise VenueUnreadable(f"stream: not trade_updates: {envelope.stream!r}")
    return wire.update_events(_data(envelope, UpdateRecord), instruments)


def data_events(message: str | bytes, instruments: Mapping[Symbol, Instrument]) -> list[BarEvent | TickEvent]:
    """One frame of the data stream, which may carry many messages."""
    return _market_events(_messages(message), instruments)


def _market_events(
    messages: Iterable[DataMessage], instruments: Mapping[Symbol, Instrument]
) -> list[BarEvent | TickEvent]:
    events: list[BarEvent | TickEvent] = []
    for message in messages:
        match message:
            case BarMessage() if message.S in instruments:
                events.append(BarEvent(wire.bar(message, instruments[Symbol(message.S)])))
            case TradeMessage() if message.S in instruments:
                events.append(tape.tick(message, instruments[Symbol(message.S)]))
            case ErrorMessage():
                raise VenueRefused(str(message.code), message.msg)
            case _:
                pass  # acknowledgements, and kinds that come along uninvited
    return events


async def _expect(line: Line, wanted: Callable[[DataMessage], bool]) -> list[DataMessage]:
    """Read until the wanted acknowledgement; returns what else came. An error message is a refusal."""
    others: list[DataMessage] = []
    for _ in range(_HANDSHAKE_MESSAGES_MAX):
        messages = _messages(await line.hear(_ANSWER_SECONDS))
        for message in messages:
            if isinstance(message, ErrorMessage):
                raise VenueRefused(str(message.code), message.msg)
        others += [message for message in messages if not wanted(message)]
        if any(wanted(message) for message in messages):
            return others
    raise VenueUnreadable("data stream: no acknowledgement among the first messages")


def _covers(message: DataMessage, bars: Sequence[str], trades: Sequence[str]) -> bool:
    return isinstance(message, SubscriptionMessage) and {*bars} <= {*message.bars} and {*trades} <= {*message.trades}


def _messages(message: str | bytes) -> list[DataMessage]:
    return read(_data_stream, message, "data stream")


def _envelope(message: str | bytes) -> TradeStreamRecord:
    return read(_trade_stream, message, "trading stream")


def _data(envelope: TradeStreamRecord, type_: type[T]) -> T:
    return decode(bytes(envelope.data), type_, envelope.stream)
