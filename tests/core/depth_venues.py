"""Both venues for depth and quotes behind one face, and blotters of what happens there.

A line is `bid 100 7` (DEPTH), `quote 100 5 101 4`, `seller 100 3` (a trade; its aggressor), `clear`, or an order of
ours: `1 buy 2 @ 100 [post|ioc|fok]`, `1 buy 2`, `cancel 1`, `1 > 2 buy 1 @ 100` (replace). What follows `->` are the
words expected: `maker 1 2 @ 100`, `taker 1 2 @ 101`, `rejected`, `expired`, `gone`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from seatrial.core import depth as d
from seatrial.core import depth_arrival as da
from seatrial.core import depth_matching as dm
from seatrial.core import depth_orders as o
from seatrial.core.depth_orders import FillRules
from seatrial.core.plain_depth import DepthTrade, PlainDepthVenue
from seatrial.domain.orders import OrderStatus, OrderType, Side, TimeInForce

LOW, WINDOW = 50, 100
KINDS = {"depth": d.DEPTH, "top": d.TOP, "trade": d.TRADE, "clear": d.CLEAR}


class Face(Protocol):
    """What both can be asked."""

    def event(self, kind: str, side: Side, tick: int, lots: int) -> list[str]: ...
    def arrive(self, number: int, side: Side, lots: int, tick: int | None, word: str) -> list[str]: ...
    def cancel(self, number: int) -> list[str]: ...
    def replace(self, old: int, number: int, side: Side, lots: int, tick: int) -> list[str]: ...
    def ahead(self) -> dict[int, int | None]: ...


def _words(trades: list[DepthTrade], first: OrderStatus | None, last: OrderStatus | None) -> list[str]:
    said = ["rejected"] if first is OrderStatus.REJECTED else []
    said += [f"{'maker' if each.maker else 'taker'} {each.number} {each.lots} @ {each.tick}" for each in trades]
    return said + (["expired"] if last is OrderStatus.EXPIRED else [])


class Plain:
    """The venue in plain Python."""

    def __init__(self, rules: FillRules) -> None:
        self.venue = PlainDepthVenue(rules)

    def event(self, kind: str, side: Side, tick: int, lots: int) -> list[str]:
        if kind == "clear":
            self.venue.on_clear()
            return []
        told = {"depth": self.venue.on_depth, "top": self.venue.on_top, "trade": self.venue.on_trade}
        return _words(told[kind](side, tick, lots), None, None)

    def arrive(self, number: int, side: Side, lots: int, tick: int | None, word: str) -> list[str]:
        tif = {"ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}.get(word, TimeInForce.GTC)
        first, trades, last = self.venue.arrive(number, side, lots, tick=tick, tif=tif, post_only=word == "post")
        return _words(trades, first, last)

    def cancel(self, number: int) -> list[str]:
        return [] if self.venue.cancel(number) else ["gone"]

    def replace(self, old: int, number: int, side: Side, lots: int, tick: int) -> list[str]:
        first, trades, last = self.venue.replace(old, number, side, lots, tick=tick)
        return _words(trades, first, last)

    def ahead(self) -> dict[int, int | None]:
        return {order.number: order.ahead for order in self.venue.orders}


class Compiled:
    """The kernel, called one event at a time."""

    def __init__(self, rules: FillRules) -> None:
        self.venue = o.new_depth_venue(rules, low_tick=LOW, window=WINDOW)

    def _trades(self, count: int) -> list[DepthTrade]:
        return [
            DepthTrade(number, Side(side), tick, lots, bool(maker), left)
            for number, side, tick, lots, maker, left in self.venue.executed[:count].tolist()
        ]

    def event(self, kind: str, side: Side, tick: int, lots: int) -> list[str]:
        return _words(self._trades(dm.meet(self.venue, KINDS[kind], int(side), tick - LOW, lots)), None, None)

    def arrive(self, number: int, side: Side, lots: int, tick: int | None, word: str) -> list[str]:
        kind = OrderType.MARKET if tick is None else OrderType.LIMIT
        tif = {"ioc": TimeInForce.IOC, "fok": TimeInForce.FOK}.get(word, TimeInForce.GTC)
        flags = da.FLAG_POST_ONLY if word == "post" else 0
        at = 0 if tick is None else tick - LOW
        first, count, last = da.arrive(self.venue, number, int(side), int(kind), int(tif), flags, at, lots)
        return _words(self._trades(count), OrderStatus(first), OrderStatus(last) if last else None)

    def cancel(self, number: int) -> list[str]:
        return [] if da.withdraw(self.venue, number) else ["gone"]

    def replace(self, old: int, number: int, side: Side, lots: int, tick: int) -> list[str]:
        row = o.resting_row(self.venue, old)
        if row < 0:
            return ["rejected"]
        if da.keeps_place(self.venue, row, int(side), tick - LOW, lots):
            self.venue.orders[row, o.D_NUMBER], self.venue.orders[row, o.D_LEFT] = number, lots
            return []
        da.withdraw(self.venue, old)
        return self.arrive(number, side, lots, tick, "")

    def ahead(self) -> dict[int, int | None]:
        rows = self.venue.orders[: self.venue.cells[o.C_COUNT]].tolist()
        return {row[o.D_NUMBER]: row[o.D_AHEAD] if row[o.D_AHEAD] >= 0 else None for row in rows}


FACES: dict[str, Callable[[FillRules], Face]] = {"plain": Plain, "compiled": Compiled}
SIDES = {"bid": Side.BUY, "buy": Side.BUY, "buyer": Side.BUY, "ask": Side.SELL, "sell": Side.SELL, "seller": Side.SELL}


def tell(face: Face, line: str) -> list[str]:
    """One line of a blotter; answers the words it led to."""
    words = line.split()
    if words[0] == "clear":
        return face.event("clear", Side.BUY, LOW, 0)
    if words[0] == "quote":
        bid, bid_lots, ask, ask_lots = (int(word) for word in words[1:])
        return face.event("top", Side.BUY, bid, bid_lots) + face.event("top", Side.SELL, ask, ask_lots)
    if words[0] == "cancel":
        return face.cancel(int(words[1]))
    if words[0] in SIDES:
        kind = "depth" if words[0] in ("bid", "ask") else "trade"
        return face.event(kind, SIDES[words[0]], int(words[1]), int(words[2]))
    replaced = re.fullmatch(r"(\d+) > (\d+) (buy|sell) (\d+) @ (\d+)", line)
    if replaced:
        old, number, side, lots, tick = replaced.groups()
        return face.replace(int(old), int(number), SIDES[side], int(lots), int(tick))
    asked = re.fullmatch(r"(\d+) (buy|sell) (\d+)(?: @ (\d+))?(?: (post|ioc|fok))?", line)
    assert asked, line
    number, side, lots, tick, word = asked.groups()
    return face.arrive(int(number), SIDES[side], int(lots), int(tick) if tick else None, word or "")


def check(face: Face, blotter: str) -> None:
    """Every line's words are those written behind its arrow, none where there is no arrow."""
    for line in (each.strip() for each in blotter.strip().splitlines()):
        if not line:
            continue
        told, _, expected = line.partition("->")
        wanted = [word.strip() for word in expected.split(",") if word.strip()]
        assert tell(face, told.strip()) == wanted, line
