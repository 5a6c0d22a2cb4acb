"""A sealed command meets local venues under the real names, and nobody else."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.clients.environments import NotInstalled, python_of

from seatrial.bootstrap.seal import namespace
from seatrial.bootstrap.seal.authority import issue
from seatrial.bootstrap.seal.hosts import PLACES, hosts_text
from seatrial.bootstrap.seal.trust import bundles, variables

CANNOT_SEAL = 125

SEALED_WORLD = """
    import json, os, socket, urllib.request
    import ccxt, requests

    told = {}
    for name in ("example.com", "www.binance.com"):
        try:
            socket.getaddrinfo(name, 443)
        except socket.gaierror:
            told[name] = "unknown"
    for address in ("1.1.1.1", "192.168.1.1", "10.0.0.1"):
        try:
            socket.create_connection((address, 443), timeout=2)
        except OSError as fault:
            told[address] = fault.strerror
    with urllib.request.urlopen("https://testnet.binance.vision/api/v3/ping") as answer:
        told["urllib"] = answer.status
    session = requests.Session()
    session.trust_env = False
    told["control"] = session.get("https://api.binance.com/control/faults").status_code
    told["alpaca"] = requests.get("https://data.alpaca.markets/v2/stocks/bars", params={"symbols": "AAPL"}).status_code
    told["proxy"], told["key"] = os.environ.get("HTTPS_PROXY"), os.environ["ALPACA_API_KEY"]
    exchange = ccxt.binance({"apiKey": os.environ["BINANCE_API_KEY"], "secret": os.environ["BINANCE_API_SECRET"]})
    order = exchange.create_order("BTC/USDT", "market", "buy", 0.01)
    told["order"] = exchange.fetch_order(order["id"], "BTC/USDT")["id"] == order["id"]
    print(json.dumps(told))
    raise SystemExit(7)
"""

STREAMS = """
    import asyncio, os
    import ccxt.pro
    from alpaca.data.live import StockDataStream
    from alpaca.trading.client import TradingClient

    async def watch():
        exchange = ccxt.pro.binance()
        trades = await exchange.watch_trades("BTC/USDT")
        await exchange.close()
        return trades[0]["symbol"]

    print(asyncio.run(watch()))
    key, secret = os.environ["APCA_API_KEY_ID"], os.environ["APCA_API_SECRET_KEY"]
    print(TradingClient(key, secret, paper=True).get_account().currency)
    stream = StockDataStream(key, secret)

    async def heard(quote):
        print(quote.symbol)
        await stream.stop_ws()

    stream.subscribe_quotes(heard, "AAPL")
    stream.run()
"""


PYTHON_BINANCE = """
    import asyncio, os
    from binance import AsyncClient, BinanceSocketManager, Client

    key, secret = os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"]
    print(Client(key, secret).order_market_buy(symbol="BTCUSDT", quantity="0.01")["status"])

    async def main():
        client = await AsyncClient.create(key, secret)
        sockets = BinanceSocketManager(client)
        async with sockets.trade_socket("BTCUSDT") as trades:
            print((await trades.recv())["e"])
        async with sockets.user_socket() as account:
            await client.order_market_buy(symbol="BTCUSDT", quantity="0.01")
            event = await account.recv()
            print(event.get("event", event)["e"])
        await client.close_connection()

    asyncio.run(main())
"""


def sealed(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command sealed; skips where this machine does not let us, in its own words."""
    words = [sys.executable, "-m", "seatrial", "seal", "--alpaca-port", "0", "--binance-port", "0", "--json", "--"]
    environment = {**os.environ, "HTTPS_PROXY": "http://proxy:1", "ALPACA_API_KEY": "a real one", **more}
    done = subprocess.run([*words, *command], env=environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode == CANNOT_SEAL and "CannotSeal" in done.stderr:
        pytest.skip(done.stderr.strip())
    return done


def test_an_unmodified_bot_meets_the_local_venues_and_nobody_else(tmp_path: Path) -> None:
    bot = tmp_path / "bot.py"
    bot.write_text(textwrap.dedent(SEALED_WORLD))
    before = Path("/etc/hosts").read_bytes()

    done = sealed(sys.executable, str(bot))

    assert done.returncode == 7, done.stderr
    told = json.loads(done.stdout)
    assert {told.pop(address) for address in ("1.1.1.1", "192.168.1.1", "10.0.0.1")} == {"Network is unreachable"}
    assert told.pop("key").startswith("PK")
    assert told == {
        "example.com": "unknown",
        "www.binance.com": "unknown",
        "urllib": 200,
        "control": 403,
        "alpaca": 401,
        "proxy": None,
        "order": True,
    }
    assert set(json.loads(done.stderr.splitlines()[0])["control"]) == {"alpaca", "binance"}
    assert Path("/etc/hosts").read_bytes() == before


@pytest.mark.prove
def test_streams_and_other_languages_meet_the_local_venues_too(tmp_path: Path) -> None:
    bot = tmp_path / "bot.py"
    bot.write_text(textwrap.dedent(STREAMS))
    assert sealed(sys.executable, str(bot)).stdout.split() == ["BTC/USDT", "USD", "AAPL"]
    if shutil.which("curl"):
        assert json.loads(sealed("curl", "-s", "https://api.binance.com/api/v3/ping").stdout) == {}
    if shutil.which("node"):
        ask = "fetch('https://api.binance.com/api/v3/ping').then(a => console.log(a.status))"
        assert sealed("node", "-e", ask).stdout.strip() == "200"


@pytest.mark.prove
def test_python_binance_trades_under_the_venues_own_names_without_a_subclass(tmp_path: Path) -> None:
    try:
        python = python_of("python_binance")
    except NotInstalled as reason:
        pytest.skip(str(reason))
    bot = tmp_path / "bot.py"
    bot.write_text(textwrap.dedent(PYTHON_BINANCE))
    done = sealed(python, str(bot), PYTHONPATH="")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["FILLED", "trade", "executionReport"]


@pytest.mark.prove
def test_a_command_that_is_missing_or_killed_says_so_by_its_code() -> None:
    assert sealed("there-is-no-such-command").returncode == 127
    assert sealed("sh", "-c", "kill -9 $$").returncode == 128 + 9


def test_a_process_of_several_threads_cannot_be_sealed_and_is_told_why() -> None:
    done = threading.Event()
    waiting = threading.Thread(target=done.wait)
    waiting.start()
    try:
        with pytest.raises(namespace.CannotSeal, match="one thread"):
            namespace.enter()
    finally:
        done.set()
        waiting.join()


def test_one_certificate_stands_for_every_name_and_is_trusted_through_its_authority(tmp_path: Path) -> None:
    names = [name for place in PLACES for name in place.names]
    certificates = issue(names, datetime(2026, 11, 21, tzinfo=UTC))
    authority = tmp_path / "authority.pem"
    authority.write_bytes(certificates.authority)

    context = ssl.create_default_context(cafile=str(authority))

    assert len(context.get_ca_certs()) == 1
    assert len(set(names)) == len(names)
    assert all(f" {name}\n" in hosts_text(PLACES) for name in names)


def test_a_commands_own_certifi_is_found_and_its_keys_are_local_ones() -> None:
    found = bundles(["timeout", "5", sys.executable], os.environ)
    assert any("certifi" in str(path) for path in found)

    outside = {"https_proxy": "x", "BINANCE_API_KEY": "real", "PATH": "/bin"}
    inside = variables(outside, Path("/b"), Path("/a"), {"binance": ("local", "word")})
    assert (inside["BINANCE_API_KEY"], inside["BINANCE_API_SECRET"], inside["PATH"]) == ("local", "word", "/bin")
    assert (inside["SSL_CERT_FILE"], inside["NODE_EXTRA_CA_CERTS"]) == ("/b", "/a")
    assert "https_proxy" not in inside
