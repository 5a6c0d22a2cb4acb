"""One round of the drill: lose an answer, `kill -9` in mid-trade, start again, compare with the venue to the unit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx
from tests.prove.installation import KEY, PATIENCE_S, SECRET, SYMBOLS, VENUES, Installation
from tests.prove.platform_truth import differences, platform_truth
from tests.prove.venue_truth import AlpacaTruth, BinanceTruth, Truth, joined

LOST = [("alpaca", "/v2/orders"), ("binance", "/api/v3/order")]
LARGE = {"alpaca": ("AMD", 2_500, 1_000), "binance": ("BCHUSDT", 2_500, 1_000)}  # some thirty prints long
LAST_MINUTES = 45  # of a session: a drill does not begin there, the night would be long
FILL_WAIT_S = 30.0
WEIGHT_MAX = 3_000  # of 6000 a minute


class Seen(NamedTuple):
    """What a round has to show."""

    lost_answers: int
    fills_meanwhile: int
    fills: int
    orders: int


class Drill:
    """An installation whose venues can be asked behind the platform's back."""

    def __init__(self, folder: Path) -> None:
        self.house = house = Installation(folder)
        self._alpaca = AlpacaTruth(house.http, house.url("alpaca"), KEY, SECRET)
        self._binance = BinanceTruth(house.http, house.url("binance"), KEY, SECRET, SYMBOLS["binance"])

    def open(self) -> None:
        """Both processes up, and a fill on both venues."""
        self.house.start("venues")
        self.house.wait_healthy(*VENUES)
        self.house.start("platform")
        self.house.wait("the platform takes orders", lambda: bool(self.house.get("execution", "/positions")))
        self.house.wait("fills on both venues", lambda: all(self.traded().values()))

    @property
    def has_time(self) -> bool:
        """The exchange stays open long enough for another round."""
        clock = self._alpaca.get("/clock")
        now, close = (datetime.fromisoformat(clock[name]) for name in ("timestamp", "next_close"))
        return bool(clock["is_open"]) and (close - now).total_seconds() > 60 * LAST_MINUTES

    # --------------------------------------------------------------- rounds

    def kill_platform(self, seed: int) -> Seen:
        """A round in which the venues go on filling while the platform is dead."""
        random, house = Random(f"platform {seed}"), self.house
        lost = self._trouble(random)
        house.kill("platform")
        before = sum(self.traded().values())
        house.wait("a fill while the platform is down", lambda: sum(self.traded().values()) > before, FILL_WAIT_S)
        time.sleep(random.uniform(0, 1))
        meanwhile = sum(self.traded().values()) - before
        self._mend()
        house.start("platform")
        return self._verdict(random, lost, meanwhile)

    def kill_venues(self, seed: int) -> Seen:
        """A round in which the venues die with orders at work; their store must bring everything back."""
        random, house = Random(f"venues {seed}"), self.house
        lost = self._trouble(random)
        known = self.theirs()
        house.kill("venues")
        time.sleep(random.uniform(0, 1))
        self._order(random, "alpaca")  # into the void
        self._order(random, "binance")
        time.sleep(random.uniform(0, 1))
        house.start("venues")
        house.wait_healthy(*VENUES)
        found = self.theirs()
        forgotten = [*(known.fills - found.fills), *(known.orders.keys() - found.orders.keys())]
        assert not forgotten, f"the venue forgot what it had told: {forgotten}"
        house.wait("a fill after the venues are back", lambda: sum(self.traded().values()) > 0, FILL_WAIT_S)
        return self._verdict(random, lost, sum(self.traded().values()))

    def _trouble(self, random: Random) -> int:
        """Large orders at work, an answer lost, and a moment of the seed's choice."""
        self._leave_room()
        for venue, path in LOST:
            fault = {"name": "lost", "kind": "lost_ack", "method": "POST", "path": path, "count_max": 1}
            self.house.http.put(self.house.url(venue) + "/control/faults", json={"faults": [fault]}).raise_for_status()
        time.sleep(random.uniform(0, 0.5))  # sometimes a strategy's order is struck, sometimes one of these
        for venue in random.sample(VENUES, len(VENUES)):
            answer = self._order(random, venue)
            assert answer is not None, f"the platform did not answer the order for {venue}"
            assert answer.status_code == 202, answer.text
        self.house.wait("an answer is lost", lambda: self._struck() > 0, FILL_WAIT_S)
        time.sleep(random.uniform(0, 1.2))
        return self._struck()

    def _leave_room(self) -> None:
        """A round begins with most of Binance's request weight unspent: asking so much must not starve the platform."""
        if self._binance.used_weight > WEIGHT_MAX:
            time.sleep(61 - time.time() % 60)  # the window begins with the minute
            self._binance.used_weight = 0

    def _order(self, random: Random, venue: str) -> httpx.Response | None:
        """An order by hand, to market, large enough to be at work for many prints. None: nobody answered."""
        symbol, quantity, step = LARGE[venue]
        held = float(self._held().get((venue, symbol), 0))
        side = "sell" if held > quantity + 2 * step else "buy"
        body = {"symbol": symbol, "side": side, "type": "market", "quantity": quantity + random.randrange(step)}
        try:
            return self.house.say("/orders", body)
        except httpx.HTTPError:
            return None

    def _struck(self) -> int:
        return sum(self.house.get(venue, "/control/faults")["struck"].get("lost", 0) for venue, _ in LOST)

    def _mend(self) -> None:
        for venue, _ in LOST:
            self.house.http.delete(self.house.url(venue) + "/control/faults").raise_for_status()

    # -------------------------------------------------------------- verdict

    def _verdict(self, random: Random, lost: int, meanwhile: int) -> Seen:
        """Healthy again by itself, never halted, and of one opinion with the venues."""
        house = self.house
        house.wait_healthy("execution")
        time.sleep(random.uniform(0, 1))
        said = house.say("/api/v1/halt", {"actor": "drill", "reason": "to compare in peace"}).json()
        assert said["reason"] == "drill: to compare in peace", f"it had halted itself: {said}"
        self._agree("with orders at work")
        house.http.delete(house.url("execution") + "/orders").raise_for_status()
        house.wait("no order is at work", lambda: not house.get("execution", "/orders")["orders"])
        truth = self._agree("with none at work")
        house.say("/api/v1/resume", {"actor": "drill", "reason": "compared"}).raise_for_status()
        return Seen(lost, meanwhile, truth.fills.total(), len(truth.orders))

    def _agree(self, when: str) -> Truth:
        """Both truths become equal; while the market moves one reading may be torn, so it is repeated."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            theirs = self.theirs()
            ours, unclear = platform_truth(self.house.folder / "data" / "events.db", self._positions())
            found = [f"{one} is unclear" for one in unclear] + differences(ours, theirs)
            if not found:
                return theirs
            if time.monotonic() > deadline:
                raise AssertionError(f"{when}:\n" + "\n".join(found[:12]))
            time.sleep(0.5)

    def _positions(self) -> dict[str, list[dict[str, str]]]:
        told: dict[str, list[dict[str, str]]] = self.house.get("execution", "/positions")
        return told

    def _held(self) -> dict[tuple[str, str], str]:
        return {(row["account"], row["symbol"]): row["quantity"] for row in self._positions()["positions"]}

    def theirs(self) -> Truth:
        """Both venues' truth."""
        return joined(self._alpaca.read(), self._binance.read())

    def traded(self) -> dict[str, int]:
        """How many trades each venue has made since its process started, by its own history."""
        told = {venue: self.house.get(venue, "/control/history")["operations"] for venue in VENUES}
        return {venue: sum(row["op"] == "executed" for row in rows) for venue, rows in told.items()}


@contextmanager
def open_drill() -> Iterator[Drill]:
    """A fresh installation, trading; gone afterwards."""
    with TemporaryDirectory(prefix="seatrial-drill-") as folder:
        drill = Drill(Path(folder))
        try:
            drill.open()
            yield drill
        finally:
            drill.house.close()
