"""Mode paper: the venues' own endpoints by address and credentials, here emulators behind real sockets."""

from __future__ import annotations

import asyncio

import pytest

from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.credentials import require_accounts
from seatrial.bootstrap.doors import doors, roles
from seatrial.bootstrap.links import Line, connect, http_client
from seatrial.bootstrap.local_venues import LocalVenues
from seatrial.bootstrap.market_identity import claim_market
from seatrial.bootstrap.markets import load_timeline, venue_markets
from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.bootstrap.venue_urls import paper_alpaca, paper_binance
from seatrial.domain.effects import Approved
from seatrial.domain.faults import ConfigurationFault
from seatrial.domain.ids import AccountId, ClientOrderId, Symbol
from seatrial.domain.orders import OrderType, Side, TimeInForce
from seatrial.market.instruments import instrument_of
from seatrial.venues.port import Confirmed, Denied, Outcome

BASE = "https://paper-api.alpaca.markets"
KEYS = {
    "ALPACA_PAPER": "true",
    "ALPACA_PAPER_API_KEY": "PKX",
    "ALPACA_PAPER_API_SECRET": "s",
    "BINANCE_API_KEY": "k",
    "BINANCE_API_SECRET": "s",
}
SYMBOLS = {"alpaca": "AAPL", "binance": "BTCUSDT"}


def test_the_addresses_of_the_venues_follow_from_the_one_of_their_api():
    urls = paper_alpaca(BASE)
    assert (urls.data, urls.trade_stream) == ("https://data.alpaca.markets", "wss://paper-api.alpaca.markets/stream")
    assert urls.data_stream == "wss://stream.data.alpaca.markets/v2/iex"
    assert paper_binance("https://testnet.binance.vision").ws_api == "wss://ws-api.testnet.binance.vision/ws-api/v3"
    assert paper_alpaca("http://h:1").trade_stream == "ws://h:1/stream"


def test_the_stream_of_a_runbook_that_took_trade_updates_for_market_data_stays_trade_updates():
    told = paper_alpaca(BASE, "wss://paper-api.alpaca.markets/stream")
    assert told == paper_alpaca(BASE)
    assert paper_alpaca(BASE, "wss://other/v2/sip").data_stream == "wss://other/v2/sip"


@pytest.mark.parametrize("name", sorted(set(KEYS) - {"ALPACA_PAPER"}))
def test_missing_credentials_are_named_exactly(tmp_path, name):
    missing = {key: value for key, value in KEYS.items() if key != name}

    with pytest.raises(ConfigurationFault, match=f"^{name} not found: mode = paper"):
        require_accounts(load_settings({}, missing, tmp_path))
    require_accounts(load_settings({}, KEYS, tmp_path))


def test_a_venue_that_is_not_traded_needs_no_account(tmp_path):
    only = {key: value for key, value in KEYS.items() if "BINANCE" not in key}
    require_accounts(load_settings({"trading.venues": "alpaca"}, only, tmp_path))
    require_accounts(load_settings({"strategies.binance": ""}, only, tmp_path))


def test_live_refuses_until_a_release_is_armed(tmp_path):
    settings = load_settings({"stage": "prod", "mode": "live"}, {}, tmp_path)

    with pytest.raises(ConfigurationFault, match="needs a release that was armed"):
        require_accounts(settings)


def test_no_local_venue_is_started_and_its_accounts_are_not_mixed_with_paper_ones(tmp_path):
    paper, local = load_settings({}, KEYS, tmp_path), load_settings({}, {}, tmp_path)
    assert roles(local) == ("venues", "platform", "watch")
    assert roles(paper) == ("platform", "watch")
    assert not [door for door in doors(paper) if door.role == "venues"]

    state = {"state": str(tmp_path / "state")}
    claim_market(load_settings(state, {}, tmp_path))
    with pytest.raises(ConfigurationFault, match="the paper accounts at paper-api"):
        claim_market(load_settings(state, KEYS, tmp_path))


# ------------------------------------------------------- over sockets, for real


def order(symbol: str, number: int) -> Approved:
    """A market buy of the least size."""
    instrument = instrument_of(Symbol(symbol))
    day = TimeInForce.DAY if symbol == "AAPL" else TimeInForce.GTC
    name, account = ClientOrderId(f"paper-{number}"), AccountId(str(instrument.venue))
    lots = instrument.lot_units * 100
    return Approved(name, account, instrument.symbol, Side.BUY, OrderType.MARKET, day, lots, 0, 0, 1, 0, 0)


async def told(settings: Settings, venue: str) -> tuple[Outcome, bool]:
    """What a venue answers to one order, and whether it then knows it."""
    async with http_client() as http:
        connection = connect(
            settings, venue, [instrument_of(Symbol(SYMBOLS[venue]))], Line(WallClock(), http, name="test")
        )
        outcome = await connection.submit(order(SYMBOLS[venue], 1))
        found = await connection.find(ClientOrderId("paper-1"), Symbol(SYMBOLS[venue]))
        await connection.close()
        return outcome, found is not None


@pytest.mark.parametrize("venue", ["alpaca", "binance"])
def test_an_order_reaches_the_address_of_the_environment_in_paper_and_nothing_in_dry_run(tmp_path, venue):
    async def main() -> None:
        local = load_settings({}, {}, tmp_path)
        venues = LocalVenues(
            local,
            WallClock(),
            venue_markets(load_timeline(None, SYMBOLS.values(), seed=1, session_count=1)),
            store=":memory:",
        )
        ports = await venues.open({"alpaca": 0, "binance": 0})
        keys = {each.name: (each.key, each.secret) for each in venues.venues}
        environment = {
            **KEYS,
            "ALPACA_BASE_URL": f"http://127.0.0.1:{ports['alpaca']}/v2",
            "ALPACA_PAPER_API_KEY": keys["alpaca"][0],
            "ALPACA_PAPER_API_SECRET": keys["alpaca"][1],
            "SEATRIAL_BINANCE_BASE_URL": f"http://127.0.0.1:{ports['binance']}/api/v3",
            "BINANCE_API_KEY": keys["binance"][0],
            "BINANCE_API_SECRET": keys["binance"][1],
            "DRY_RUN": "true",
        }
        dry = {f"ports.{name}": str(port) for name, port in ports.items()} | {"mode": "dry_run"}
        try:
            denied, known = await told(load_settings(dry, {}, tmp_path), venue)
            assert isinstance(denied, Denied)
            assert not known, "a dry run sends nothing"
            taken, known = await told(load_settings({}, environment, tmp_path), venue)
            assert isinstance(taken, Confirmed)
            assert known
        finally:
            await venues.close()

    asyncio.run(main())
