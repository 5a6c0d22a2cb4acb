"""What a venue says is kept segment by segment: over sockets, over broken streams, and over a killed process."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time

import httpx
from tests.venues.contract.socket_stage import urls_of
from tests.venues.stages import adapter, venue_of

from seatrial.bootstrap.catalog.recording import Ear, listen
from seatrial.bootstrap.clock import WallClock
from seatrial.domain.bars import Bar
from seatrial.domain.instrument import binance_spot
from seatrial.domain.time import DAY_NS, MINUTE_NS
from seatrial.emulators.faults import Fault
from seatrial.emulators.socket import SocketServer
from seatrial.market.archive import Archive
from seatrial.market.checking import check_dataset
from seatrial.market.recording import recorded_name
from seatrial.market.shapes import parse_name
from seatrial.venues.feed import SocketSettings
from seatrial.venues.port import BarEvent, StreamDown, StreamUp, TickEvent

BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
BARS, TRADES = recorded_name("bars_1m", BTC), recorded_name("trades", BTC)


class StandingClock:
    def __init__(self) -> None:
        self.at_ns = 5 * DAY_NS

    def now_ns(self) -> int:
        return self.at_ns


def bar(minute: int, close: int = 100) -> BarEvent:
    start_ns = 4 * DAY_NS + minute * MINUTE_NS
    units = close * 10**8
    return BarEvent(Bar(BTC.symbol, start_ns, start_ns + MINUTE_NS, units, units, units, units, 10**8))


def ear_of(folder, **more):
    said: list[str] = []
    told = {"source": "recorded from a test", "live": False, "say": said.append} | more
    return Ear(Archive(folder), [BTC], StandingClock(), **told), said


def test_segments_are_parts_and_a_repeated_bar_is_kept_once(tmp_path):
    ear, _ = ear_of(tmp_path)
    for minutes in ((0, 1, 2), (2, 3), (4,)):
        for minute in minutes:
            ear.hear(bar(minute))
        assert ear.keep() > 0
    archive = Archive(tmp_path)
    assert len(archive.read(BARS)["ts"]) == 5
    assert len(archive.manifest(BARS).parts) == 3

    ear.close()
    assert len(archive.manifest(BARS).parts) < 3
    assert len(archive.read(BARS)["ts"]) == 5
    assert check_dataset(archive, BARS) == []


def test_a_lost_stream_is_a_marked_gap_and_check_says_so(tmp_path):
    ear, said = ear_of(tmp_path)
    for event in (bar(0), bar(1), StreamDown("binance.market", "silence"), StreamUp("binance.market"), bar(7), bar(8)):
        ear.hear(event)
    ear.close()

    gaps = Archive(tmp_path).manifest(BARS).gaps
    assert [(gap.start_ns, gap.end_ns, gap.reason) for gap in gaps] == [
        (4 * DAY_NS + 2 * MINUTE_NS, 4 * DAY_NS + 7 * MINUTE_NS, "silence")
    ]
    assert [each.rule for each in check_dataset(Archive(tmp_path), BARS)] == ["gap"]
    assert said == ["binance.market is down: silence", "binance.market is up"]


def test_a_recorder_that_was_away_marks_the_time_it_missed(tmp_path):
    for minutes in ((0, 1), (30, 31)):
        ear, _ = ear_of(tmp_path)
        for minute in minutes:
            ear.hear(bar(minute))
        ear.close()

    assert [gap.reason for gap in Archive(tmp_path).manifest(BARS).gaps] == ["the recorder did not run"]


def test_a_bar_that_comes_late_says_when_it_came(tmp_path):
    ear, _ = ear_of(tmp_path, live=True)
    ear.hear(bar(0))
    ear.close()

    archive = Archive(tmp_path)
    assert archive.read(BARS)["known_at"].tolist() == [5 * DAY_NS]
    assert len(archive.read(BARS, as_of_ns=5 * DAY_NS - 1)["ts"]) == 0


def test_trades_keep_the_order_in_which_they_were_received(tmp_path):
    ear, _ = ear_of(tmp_path)
    for number in range(5):
        ear.hear(TickEvent(BTC.symbol, (100 + number) * 10**8, 10**8, 4 * DAY_NS + number))
        ear.keep()
    ear.close()

    columns = Archive(tmp_path).read(TRADES)
    assert columns["price"].tolist() == [100.0, 101.0, 102.0, 103.0, 104.0]
    assert len(Archive(tmp_path).manifest(TRADES).parts) == 1


def test_an_emulated_venue_is_recorded_over_sockets_through_a_broken_stream(tmp_path):
    async def main() -> None:
        clock = WallClock()
        app, exchange, faults, _, instrument = venue_of("binance", clock, speed=240)
        server = await SocketServer.open(app)
        market = asyncio.create_task(exchange.run())
        async with httpx.AsyncClient(trust_env=False) as http:
            venue = adapter("binance", http, clock, instrument, urls=urls_of("binance", server.port),
                            sockets=SocketSettings(ping_seconds=1.0))  # fmt: skip
            said: list[str] = []
            ear = Ear(Archive(tmp_path), [instrument], clock, source="recorded", live=False, say=said.append)
            listening = asyncio.create_task(listen(venue, ear, segment_seconds=0.05))
            for _ in range(600):
                if ear.recordings[0].rows == 1 and len(said) == 1:
                    faults.replace([Fault("cut", "stream_disconnect", count_max=1)])
                if len(said) >= 3 and ear.recordings[0].rows >= 3:
                    break
                await asyncio.sleep(0.05)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await venue.close()
        market.cancel()
        await server.close()

    asyncio.run(main())

    archive = Archive(tmp_path)
    assert len(archive.read(BARS)["ts"]) >= 3
    assert {each.rule for each in check_dataset(archive, BARS)} <= {"gap", "hole"}


KILLED = """
import sys
from pathlib import Path
from tests.bootstrap.test_data_recording import bar, ear_of
ear, _ = ear_of(Path(sys.argv[1]))
print("up", flush=True)
for minute in range(100_000):
    ear.hear(bar(minute))
    if minute % 3 == 2:
        print(minute, flush=True) if ear.keep() else None
"""


def test_a_killed_recorder_loses_at_most_the_segment_under_way(tmp_path):
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(12)]
        time.sleep(0.03)
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().splitlines(keepends=True)

    kept = max(int(line) for line in told if line.endswith("\n") and line.strip().isdecimal())
    archive = Archive(tmp_path)
    stamps = archive.read(parse_name(str(BARS)))["ts"]
    assert kept + 1 <= len(stamps) <= kept + 4
    assert check_dataset(archive, BARS) == []
    ear, _ = ear_of(tmp_path)
    ear.hear(bar(len(stamps)))
    ear.close()
    assert len(archive.read(BARS)["ts"]) == len(stamps) + 1
