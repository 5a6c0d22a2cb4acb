"""Rows of the venues' store."""

from __future__ import annotations

from typing import NamedTuple


class StoredOrder(NamedTuple):
    """An order row; `number` is the exchange's order number."""

    number: int
    account: str
    client_order_id: str
    body: bytes


class StoredExecution(NamedTuple):
    """An execution row; `at_ns` is market time."""

    number: int
    account: str
    order_number: int
    at_ns: int
    body: bytes


class StoredActivity(NamedTuple):
    """Anything else that changed an account, such as its first deposit; `at_ns` is market time."""

    number: int
    account: str
    at_ns: int
    body: bytes
