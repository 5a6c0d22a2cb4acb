"""A venue's past comes into the catalog over real sockets: all pages, once, also after faults and interruptions."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import numpy as np
import pytest

from seatrial.bootstrap.catalog.fetching import FetchOrder, fetch
from seatrial.bootstrap.clock import WallClock
from seatrial.domain.bars import Bar, Session
from seatrial.domain.faults import RequestFault, VenueRefused, VenueUnavailable
from seatrial.domain.instrument import binance_spot, us_equity
from seatrial.domain.time import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, parse_rfc3339
from seatrial.emulators.alpaca.app import AlpacaAccount, build_alpaca
from seatrial.emulators.alpaca.corporate_actions import ListedAction
from seatrial.emulators.binance.app import build_binance
from seatrial.emulators.exchange import Exchange
from seatrial.emulators.faults import Fault, FaultScript
from seatrial.emulators.history import History
from seatrial.emulators.market_clock import MarketClock
from seatrial.emulators.socket import SocketServer
from seatrial.emulators.store import Store
from seatrial.emulators.tape import MemoryTape
from seatrial.market.archive import Archive
from seatrial.market.catalog import load_bars
from seatrial.market.checking import check_dataset
from seatrial.market.corporate_actions import load_actions
from seatrial.market.shapes import kind_of, parse_name
from seatrial.venues.alpaca import past as alpaca_past
from seatrial.venues.alpaca.door import AlpacaDoor, AlpacaUrls
from seatrial.venues.alpaca.past import AlpacaPast
from seatrial.venues.alpaca.past_records import mask_of
from seatrial.venues.binance.door import BinanceDoor, BinanceUrls
from seatrial.venues.binance.past import BinancePast
from seatrial.venues.past import Patience

BTC, AAPL = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001"), us_equity("AAPL")
DAY = int(parse_rfc3339("2019-02-11T00:00:00Z"))
OPEN = DAY + 14 * HOUR_NS + 30 * MINUTE_NS
SECRET = "a-very-secret-word"
ACTIONS = (
    ListedAction("forward_split", "AAPL", "2019-02-12", new_rate=Decimal(4)),
    ListedAction("cash_dividend", "AAPL", "2019-02-08", rate=Decimal("0.73")),
    ListedAction("cash_dividend", "MSFT", "2019-02-20", rate=Decimal("0.46")),
)


def tape_of(instrument: Any, start_ns: int, minutes: int) -> list[Bar]:
    """A saw of prices, every minute another volume; enough minutes for several pages."""
    unit = instrument.price_scale
    bars = []
    for minute in range(minutes):
        price = (100 + minute % 17) * unit
        begin_ns = start_ns + minute * MINUTE_NS
        volume = (400 + minute) * instrument.qty_scale
        bars.append(Bar(instrument.symbol, begin_ns, begin_ns + MINUTE_NS, price, price + unit, price, price, volume))
    return bars


class House:
    """An emulated venue whose market is at its end, served on a socket, and a history in front of it."""

    def __init__(self, name: str) -> None:
        self.clock = WallClock()
        instrument, start_ns, minutes = (BTC, DAY, 2_600) if name == "binance" else (AAPL, OPEN, 390)
        self.bars = tape_of(instrument, start_ns, minutes)
        self.end_ns = start_ns + minutes * MINUTE_NS
        session = Session("2019-02-11", start_ns, self.end_ns)
        at_end = MarketClock(self.clock, anchor_ns=self.end_ns + SECOND_NS, speed=1)
        self.exchange = Exchange(
            [instrument], MemoryTape({instrument.symbol: self.bars}, [session]), market_clock=at_end
        )
        history = History(self.clock)
        self.faults = FaultScript(Random(7), history)
        self.history = history
        records = Store(":memory:").venue(name)
        if name == "binance":
            self.app = build_binance(
                self.exchange, records, [], faults=self.faults, history=history, api_clock=self.clock, ids=Random(3)
            ).app
        else:
            account = AlpacaAccount("paper", "PK-FETCH", SECRET)
            self.app = build_alpaca(
                self.exchange, records, api_clock=self.clock, seed=3, script=self.faults, history=history,
                accounts=[account], corporate_actions=ACTIONS,
            ).app  # fmt: skip

    def past(self, name: str, http: httpx.AsyncClient, port: int, secret: str = SECRET) -> Any:
        rest = f"http://127.0.0.1:{port}"
        patience = Patience(Random(1), first_ms=1)
        if name == "binance":
            urls = BinanceUrls(rest, "", "")
            door = BinanceDoor(http=http, urls=urls, key="", secret="", clock=self.clock, timeout_seconds=5,
                               weight_per_minute_max=6_000, orders_per_10_seconds_max=1)  # fmt: skip
            return BinancePast(door, patience)
        alpaca = AlpacaDoor(http=http, urls=AlpacaUrls(rest, rest, "", ""), key="PK-FETCH", secret=secret,
                            clock=self.clock, timeout_seconds=5, requests_per_minute_max=200)  # fmt: skip
        return AlpacaPast(alpaca, patience, feed="iex")


def run(name: str, archive: Archive, kind: str, *, house: House | None = None, start_ns: int = DAY,
        end_ns: int = DAY + 9 * DAY_NS, secret: str = SECRET) -> Any:  # fmt: skip
    """One fetch of one symbol against a house of its own; returns what was fetched and what progress was told."""
    venue = house or House(name)
    told: list[tuple[int, int]] = []

    async def main() -> Any:
        server = await SocketServer.open(venue.app)
        async with httpx.AsyncClient(trust_env=False) as http:
            symbol = "BTCUSDT" if name == "binance" else "AAPL"
            order = FetchOrder(name, kind_of(kind), [symbol], start_ns, end_ns, f"{name} emulated", "none")
            past = venue.past(name, http, server.port, secret)
            try:
                return await fetch(
                    archive, past, order, lambda: venue.end_ns, lambda done, of: told.append((done, of))
                )  # fmt: skip
            finally:
                await server.close()

    done = asyncio.run(main())
    assert told[-1][0] == told[-1][1]
    return done[0]


def test_klines_come_in_pages_and_are_the_bars_of_the_venue(tmp_path):
    archive = Archive(tmp_path)

    done = run("binance", archive, "bars_1m")

    assert (done.rows, done.pages) == (2_600, 3)
    table = load_bars(tmp_path, [BTC])[BTC.symbol]
    assert list(table.bars()) == House("binance").bars
    assert check_dataset(archive, parse_name("bars_1m/binance/BTCUSDT")) == []


def test_a_second_fetch_asks_for_nothing_and_a_longer_one_for_the_rest_only(tmp_path):
    archive = Archive(tmp_path)
    first = run("binance", archive, "bars_1m", end_ns=DAY + 10 * HOUR_NS)
    assert (first.rows, first.complete_before) == (600, False)

    again = run("binance", archive, "bars_1m", end_ns=DAY + 10 * HOUR_NS)
    assert (again.rows, again.pages, again.complete_before) == (0, 0, True)

    rest = run("binance", archive, "bars_1m")
    assert rest.rows == 2_000
    assert len(archive.manifest(parse_name("bars_1m/binance/BTCUSDT")).parts) == 1


@pytest.mark.parametrize("name", ["binance", "alpaca"])
def test_a_venue_that_fails_twice_is_asked_again_and_nothing_is_doubled(tmp_path, name):
    house = House(name)
    path = "/api/v3/klines" if name == "binance" else "/v2/stocks/bars"
    house.faults.replace([Fault("down", "error_before", path=path, method="GET", count_max=2)])

    done = run(name, Archive(tmp_path), "bars_1m", house=house)

    assert done.rows == len(house.bars)


def test_a_venue_that_stays_silent_ends_the_fetch_and_what_came_before_stays(tmp_path, monkeypatch):
    monkeypatch.setattr("seatrial.bootstrap.catalog.fetching.ROWS_PER_PART_MAX", 1_000)
    archive, house = Archive(tmp_path), House("binance")
    run("binance", archive, "bars_1m", end_ns=DAY + 20 * HOUR_NS)
    house.faults.replace([Fault("down", "error_before", path="/api/v3/klines", method="GET", count_max=99)])

    with pytest.raises(VenueUnavailable):
        run("binance", archive, "bars_1m", house=house)

    assert run("binance", archive, "bars_1m").rows == 2_600 - 1_200
    assert len(load_bars(tmp_path, [BTC])[BTC.symbol]) == 2_600


def test_aggregate_trades_come_whole_and_in_order(tmp_path):
    archive = Archive(tmp_path)

    done = run("binance", archive, "trades", end_ns=DAY + 10 * HOUR_NS)

    columns = archive.read(parse_name("trades/binance/BTCUSDT"))
    assert done.rows == 2_400
    assert done.pages >= 3
    assert columns["trade_id"].tolist() == list(range(1, 2_401))
    assert (np.diff(columns["ts"]) >= 0).all()
    assert round(columns["size"].sum()) == sum(400 + minute for minute in range(600))


def test_bars_trades_and_quotes_of_alpaca_come_by_page_token(tmp_path, monkeypatch):
    monkeypatch.setattr(alpaca_past, "ROWS_PER_PAGE_MAX", 100)
    archive, house = Archive(tmp_path), House("alpaca")

    assert run("alpaca", archive, "bars_1m", house=house).rows == 390
    assert run("alpaca", archive, "trades", house=house).rows == 4 * 390
    assert run("alpaca", archive, "quotes", house=house).rows == 4 * 390

    assert list(load_bars(tmp_path, [AAPL])[AAPL.symbol].bars()) == house.bars
    trades = archive.read(parse_name("trades/alpaca/AAPL"))
    assert round(trades["size"].sum()) == sum(400 + minute for minute in range(390))
    assert set(trades["conditions"].tolist()) == {mask_of(["@"])} == {"1"}


def test_corporate_actions_of_alpaca_are_read_as_they_take_effect(tmp_path, monkeypatch):
    monkeypatch.setattr(alpaca_past, "ACTIONS_PER_PAGE_MAX", 1)
    house = House("alpaca")
    house.end_ns = DAY + 5 * DAY_NS

    done = run("alpaca", Archive(tmp_path), "corporate_actions", house=house, start_ns=DAY - 9 * DAY_NS)

    assert done.rows == 2
    found = load_actions(tmp_path, ["AAPL", "MSFT"])
    assert [(each.ex_day, each.ratio, each.cash_units) for each in found] == [
        ("2019-02-08", 1, 73_000_000),
        ("2019-02-12", 4, 0),
    ]


def test_a_wrong_key_is_a_refusal_that_does_not_repeat_it(tmp_path):
    with pytest.raises(VenueRefused) as caught:
        run("alpaca", Archive(tmp_path), "bars_1m", secret="WRONG-SECRET-WORD")
    assert "WRONG-SECRET-WORD" not in str(caught.value)
    assert not list(tmp_path.rglob("*.parquet"))


def test_what_a_venue_does_not_tell_is_named(tmp_path):
    with pytest.raises(RequestFault, match="one of bars, trades, which binance tells"):
        run("binance", Archive(tmp_path), "quotes")
    with pytest.raises(RequestFault, match="something must have happened already"):
        run("binance", Archive(tmp_path), "bars_1m", start_ns=DAY + 5 * DAY_NS)
