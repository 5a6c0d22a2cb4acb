"""What a fault and the history want to know of a request: who asks, which order, and which symbols it names."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

import msgspec

from seatrial.emulators.faults.words import Purpose, Words

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

NOTED_BYTES_MAX = 4_096
KEY_HEADERS = (b"apca-api-key-id", b"x-mbx-apikey")
_ID = "(?:client_order_id|newClientOrderId|origClientOrderId)"
CLIENT_ORDER_ID = re.compile(rf'"{_ID}"\s*:\s*"([^"]*)"|\b{_ID}=([^&\n]*)')
SECRETS = frozenset({"signature", "apiKey", "secret", "key"})


class Asked(NamedTuple):
    """A request as faults and history see it. `text` is path, query and body, decoded."""

    method: str
    path: str
    account: str
    purpose: Purpose
    text: str
    query: str
    body: bytes

    @property
    def client_order_id(self) -> str:
        """The client's id of the order it is about, where it names one."""
        if "lient" not in self.text:
            return ""
        return client_order_id_in(self.text)

    def noted(self) -> bytes:
        """The parameters of a request that changes something, as a JSON object without its signature."""
        if self.method in ("GET", "HEAD") or len(self.body) + len(self.query) > NOTED_BYTES_MAX:
            return b""
        said = form_of(self.query) if self.query else {}
        if self.body[:1] == b"{":
            try:
                parsed = msgspec.json.decode(self.body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                parsed = {}
            said |= parsed if isinstance(parsed, dict) else {}
        else:
            said |= form_of(self.body.decode("utf-8", "replace"))
        return msgspec.json.encode(without_secrets(said))


def form_of(raw: str) -> dict[str, object]:
    """Names and values of a query or a form body; of a name that comes twice the last value."""
    if "%" in raw or "+" in raw:
        return dict(parse_qsl(raw, keep_blank_values=True))
    pairs = [part.partition("=") for part in raw.split("&") if part]
    return {name: value for name, _, value in pairs}


def client_order_id_in(text: str) -> str:
    """The client's own id of an order, from decoded parameters; empty where there is none."""
    found = CLIENT_ORDER_ID.search(text)
    return (found[1] or found[2] or "").strip() if found else ""


def without_secrets(said: Mapping[str, object]) -> dict[str, object]:
    """Parameters that may be written down."""
    return {name: value for name, value in said.items() if name not in SECRETS}


async def read_request(
    scope: Message, receive: Receive, words: Words, accounts: Mapping[str, str]
) -> tuple[Asked, Receive]:
    """The request, and a `receive` that gives its body to the venue again."""
    method, path = scope["method"], scope["path"]
    read: list[Message] = []
    if method not in ("GET", "HEAD"):
        read.append(await receive())
        while read[-1].get("more_body") and sum(len(each.get("body", b"")) for each in read) <= NOTED_BYTES_MAX:
            read.append(await receive())
    body = b"".join(each.get("body", b"") for each in read)
    query = scope.get("query_string", b"").decode("latin-1")
    waiting = read[::-1]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return asked_of(method, path, query, scope["headers"], body, words, accounts), again


def asked_of(
    method: str,
    path: str,
    query: str,
    headers: Iterable[tuple[bytes, bytes]],
    body: bytes,
    words: Words,
    accounts: Mapping[str, str],
) -> Asked:
    """A request whose parts are known; header names are in lower case."""
    said = body.decode("utf-8", "replace")
    text = f"{path}?{query}\n{said}"
    if "%" in text or "+" in text:
        text = unquote_plus(f"{path}?{query}") + "\n" + unquote_plus(said)
    account = ""
    for name, value in headers:
        if name in KEY_HEADERS:
            account = accounts.get(value.decode("latin-1"), "")
            break
    return Asked(method, path, account, words.purpose(method, path), text, query, body)
