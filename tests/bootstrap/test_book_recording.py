"""Books as a venue tells them, recorded: over a real socket from the emulated Binance, and through gaps."""

import asyncio
from random import Random

import httpx
from tests.venues.contract.socket_stage import urls_of
from tests.venues.stages import venue_of

from seatrial.bootstrap.book_links import books_at
from seatrial.bootstrap.catalog.book_recording import BookEar, listen_to_books
from seatrial.bootstrap.clock import WallClock
from seatrial.domain.ids import AccountId, Symbol
from seatrial.emulators.socket import SocketServer
from seatrial.market.archive import Archive
from seatrial.market.checking import check_dataset
from seatrial.market.recording import recorded_name
from seatrial.venues.binance.books import Joined
from seatrial.venues.books import BookLost, DepthEvent
from seatrial.venues.connection import Connection
from seatrial.venues.feed import SocketSettings

BTC = Symbol("BTCUSDT")


def update(first, last, snapshot=False):
    return DepthEvent(BTC, None if snapshot else last, first, last, [(1, last)], [], snapshot)


def test_updates_wait_for_the_snapshot_and_those_it_holds_are_left_out():
    book = Joined(BTC)

    assert book.take(update(8, 9)) == book.take(update(10, 12)) == []
    assert book.wants_snapshot
    assert [each.last_id for each in book.begin(update(10, 10, True))] == [10, 12]
    assert [each.last_id for each in book.take(update(13, 13))] == [13]


def test_a_snapshot_that_is_too_old_is_asked_for_again():
    book = Joined(BTC)
    book.take(update(20, 21))

    assert book.begin(update(5, 5, True)) == []
    assert book.wants_snapshot


def test_an_update_that_skips_a_number_loses_the_book_until_the_next_snapshot():
    book = Joined(BTC)
    book.take(update(1, 1))
    book.begin(update(1, 1, True))

    (lost,) = book.take(update(3, 4))
    assert lost == BookLost(BTC, "update 3 does not follow 1")
    assert book.wants_snapshot
    assert [each.last_id for each in book.begin(update(4, 4, True))] == [4]


def test_quotes_and_depth_of_an_emulated_binance_are_recorded_over_a_socket(tmp_path):
    async def main():
        clock = WallClock()
        app, exchange, _, _, instrument = venue_of("binance", clock, speed=20)
        server = await SocketServer.open(app)
        market = asyncio.create_task(exchange.run())
        said = []
        async with httpx.AsyncClient(trust_env=False) as http:
            connection = Connection(
                account=AccountId("binance"), http=http, key="", secret="", clock=clock, random=Random(1),
                instruments={instrument.symbol: instrument}, sockets=SocketSettings(ping_seconds=1.0), ticks=False,
            )  # fmt: skip
            books = books_at(connection, urls_of("binance", server.port))
            archive, kinds = Archive(tmp_path), ("quotes", "depth")
            ear = BookEar(archive, [instrument], clock, kinds=kinds, source="recorded from a test", say=said.append)
            listening = asyncio.create_task(listen_to_books(books, ear, segment_seconds=0.2))
            for _ in range(400):
                if ear.recordings[1].rows > 300:  # more than the snapshot
                    break
                await asyncio.sleep(0.05)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        market.cancel()
        await server.close()
        return instrument, said

    instrument, said = asyncio.run(main())

    archive = Archive(tmp_path)
    quotes, depth = (recorded_name(kind, instrument) for kind in ("quotes", "depth"))
    told = archive.read(depth)
    assert told["is_snapshot"][0]
    assert not told["is_snapshot"].all()
    assert (archive.read(quotes)["bid"] < archive.read(quotes)["ask"]).all()
    assert [each.rule for each in check_dataset(archive, depth) if each.wrong] == []
    assert said == ["binance.books is up"]
