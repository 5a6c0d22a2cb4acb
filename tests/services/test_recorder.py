"""The platform's record of its own soak: wall time, one release a window, and nothing claimed that was not seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from seatrial.domain.bars import Session
from seatrial.domain.faults import EvidenceFault
from seatrial.domain.time import HOUR_NS, MINUTE_NS, Instant
from seatrial.services.health import Status
from seatrial.services.recorder import Recorder, Sample, Window

START_NS = 1_800_000_000_000_000_000
OPEN = Session("2027-01-15", START_NS + 30 * MINUTE_NS, START_NS + 90 * MINUTE_NS)
GOOD = Sample("r1", "", Status.HEALTHY)


@dataclass
class Life:
    """Minutes of one platform, and what its recorder kept."""

    now_ns_: int = START_NS
    sample: Sample = GOOD
    kept: list[Window] = field(default_factory=list)
    disk_full: bool = False

    def __post_init__(self) -> None:
        self.recorder = Recorder(self, self.look, self.keep, self.sessions_at)

    def now_ns(self) -> Instant:
        return Instant(self.now_ns_)

    async def look(self) -> Sample:
        return self.sample

    async def keep(self, window: Window) -> None:
        if self.disk_full:
            raise EvidenceFault("the disk is full")
        self.kept.append(window)

    def sessions_at(self, since_ns: int, until_ns: int) -> list[tuple[str, Session]]:
        touches = OPEN.open_ns < until_ns and since_ns < OPEN.close_ns
        return [("XNYS", OPEN)] if touches else []

    def live(self, minutes: int, **changed: object) -> None:
        """So many looks, a minute apart."""
        self.sample = replace(self.sample, **changed)
        for _ in range(minutes):
            asyncio.run(self.recorder.measure())
            self.now_ns_ += MINUTE_NS

    def close(self) -> None:
        asyncio.run(self.recorder.close())


def test_an_hour_is_one_record_and_not_sixty():
    life = Life()
    life.live(62)
    life.close()
    assert len(life.kept) == 2
    assert life.kept[0].end_ns - life.kept[0].start_ns == HOUR_NS
    assert life.kept[0].healthy_ns == HOUR_NS


def test_a_session_s_uptime_is_what_lies_inside_it():
    life = Life()
    life.live(121)
    life.close()
    up_ns = sum(session.up_ns for window in life.kept for session in window.sessions)
    assert up_ns == OPEN.close_ns - OPEN.open_ns
    assert any(window.end_ns == OPEN.close_ns for window in life.kept)  # a session's end closes its window


def test_unhealthy_minutes_are_up_but_do_not_count():
    life = Life()
    life.live(10)
    life.live(10, status=Status.DEGRADED)
    life.live(10, status=Status.HEALTHY)
    life.close()
    assert sum(window.up_ns for window in life.kept) == 30 * MINUTE_NS
    assert sum(window.healthy_ns for window in life.kept) == 19 * MINUTE_NS


def test_another_release_is_another_window():
    life = Life()
    life.live(10)
    life.live(10, release=None, note="differs from r1 in strategies/trend.py")
    life.close()
    assert [window.release for window in life.kept] == ["r1", None]
    assert life.kept[1].note == "differs from r1 in strategies/trend.py"


def test_a_machine_that_slept_was_not_up():
    life = Life()
    life.live(10)
    life.now_ns_ += 8 * HOUR_NS
    life.live(10)
    life.close()
    assert sum(window.up_ns for window in life.kept) == 19 * MINUTE_NS


def test_counts_are_of_the_window_and_survive_a_restart_of_the_counter():
    life = Life()
    life.live(5, orders=100, fills=40)
    life.live(5, orders=130, fills=45, unknown_orders=2)
    life.live(5, orders=3, fills=1, unknown_orders=0)
    life.close()
    assert (life.kept[0].orders, life.kept[0].fills, life.kept[0].unknown_orders_max) == (30, 5, 2)


def test_a_full_disk_delays_a_window_and_loses_none():
    life = Life(disk_full=True)
    life.live(130)
    assert life.kept == []
    life.disk_full = False
    life.live(2)
    life.close()
    spans = [(window.start_ns, window.end_ns) for window in life.kept]
    assert spans == sorted(spans)
    assert sum(window.up_ns for window in life.kept) == 132 * MINUTE_NS
