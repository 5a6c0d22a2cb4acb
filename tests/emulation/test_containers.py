"""The container of the local venues, and the network that seals a bot in with them."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial.bootstrap.seal.hosts import PLACES, PORTS
from seatrial.bootstrap.seal.trust import BUNDLE_VARIABLES, KEY_VARIABLES

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "deploy" / "emulate"
DOCKERFILE, COMPOSE = HOME / "Dockerfile", HOME / "compose.yaml"
BASE = "python:3.11-slim-bookworm"
HEALTHY_SECONDS_MAX = 180

BOT = """
import json, os, socket, ssl, urllib.error, urllib.request
told = {}
for name in ("example.com", "www.binance.com"):
    try:
        told[name] = socket.getaddrinfo(name, 443)[0][4][0]
    except socket.gaierror:
        told[name] = "unknown"
gateway = next(line.split()[2] for line in open("/proc/net/route").readlines()[1:] if line.split()[1] == "0" * 8)
gateway = socket.inet_ntoa(bytes.fromhex(gateway)[::-1])
for place, address in (("internet", "192.0.2.1"), ("machine", gateway)):
    try:
        socket.create_connection((address, 443), timeout=2)
        told[place] = "open"
    except OSError:
        told[place] = "unreachable"
def ask(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code
keys = {"APCA-API-KEY-ID": os.environ["APCA_API_KEY_ID"], "APCA-API-SECRET-KEY": os.environ["APCA_API_SECRET_KEY"]}
told["alpaca"] = ask("https://paper-api.alpaca.markets/v2/account", **keys)["status"]
told["binance"] = ask("https://testnet.binance.vision:9443/api/v3/ping")
told["control"] = [ask("https://api.binance.com/control/faults"), ask("http://venues:6002/control/faults")]
told["uid"] = os.getuid()
print(json.dumps(told))
"""


def service(name: str) -> dict[str, Any]:
    """A service of the compose file."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"][name]
    return found


def test_the_network_knows_every_name_of_the_seal_and_no_other() -> None:
    names = [name for place in PLACES for name in place.names]
    assert service("venues")["networks"]["sealed"]["aliases"] == names


def test_the_bot_can_reach_the_venues_and_nothing_else() -> None:
    networks = yaml.safe_load(COMPOSE.read_text("utf-8"))["networks"]
    assert [name for name, made in networks.items() if not made["internal"]] == []
    assert list(service("bot")["networks"]) == list(service("venues")["networks"]) == ["sealed"]
    assert "ports" not in service("venues")
    assert "ports" not in service("bot")


def test_the_bot_trusts_the_authority_and_has_the_keys_of_the_account() -> None:
    said, venues = service("bot")["environment"], service("venues")
    assert {name for name, raw in said.items() if raw == "/seal/authority.pem"} <= set(BUNDLE_VARIABLES)
    keys = {name for pairs in KEY_VARIABLES.values() for pair in pairs for name in pair}
    assert {name for name in said if name.endswith(("_KEY", "_SECRET", "_KEY_ID"))} <= keys
    assert said["BINANCE_API_KEY"] == said["APCA_API_KEY_ID"] == venues["environment"]["SEATRIAL_EMULATORS_KEY"]
    assert "/seal" in venues["command"]
    assert service("bot")["volumes"] == ["seal:/seal:ro"]


def test_the_image_installs_by_hash_and_runs_as_nobody_in_particular() -> None:
    text = DOCKERFILE.read_text("utf-8")
    installs = [line for line in text.replace("\\\n", " ").splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert "\nUSER 10001:10001\n" in text
    assert "\nHEALTHCHECK " in text
    assert all(str(port) in text.partition("EXPOSE ")[2].splitlines()[0].split() for port in PORTS)
    venues = service("venues")
    assert venues["read_only"]
    assert venues["cap_drop"] == ["ALL"]
    assert venues["user"] == "10001:10001"


def docker(*words: str, seconds: int = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=seconds, check=False)


@pytest.fixture(scope="module")
def image() -> str:
    """The image, built from here; a skip where no engine runs or the base image is not to be had."""
    if shutil.which("docker") is None or docker("info").returncode:
        pytest.skip("no container engine runs here")
    if docker("image", "inspect", BASE).returncode and docker("pull", BASE, seconds=300).returncode:
        pytest.skip(f"{BASE} is not to be had here")
    tag = "seatrial-emulate-test"
    built = docker("build", "-f", str(DOCKERFILE), "-t", tag, str(ROOT), seconds=1_200)
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    return tag


@pytest.fixture
def composed(image: str, tmp_path: Path) -> Iterator[list[str]]:
    """The words before any verb of compose; what it made is taken down again."""
    compose = ["docker", "compose"] if docker("compose", "version").returncode == 0 else ["docker-compose"]
    if shutil.which(compose[0]) is None:
        pytest.skip("no compose is installed here")
    more = tmp_path / "more.yaml"
    bot = {"image": image, "entrypoint": ["python", "-c", BOT], "command": []}
    more.write_text(yaml.safe_dump({"services": {"bot": bot, "venues": {"image": image}}}))
    words = [*compose, "-p", f"seatrial{uuid.uuid4().hex[:8]}", "-f", str(COMPOSE), "-f", str(more)]
    try:
        yield words
    finally:
        subprocess.run([*words, "down", "--volumes", "--timeout", "5"], capture_output=True, check=False)


@pytest.mark.prove
def test_a_bot_in_the_network_meets_the_venues_under_their_names_and_reaches_nobody_else(composed: list[str]) -> None:
    started = subprocess.run([*composed, "up", "-d", "--no-build", "venues"], capture_output=True, text=True)
    assert started.returncode == 0, started.stderr
    ran = subprocess.run([*composed, "run", "--rm", "bot"], capture_output=True, text=True, timeout=HEALTHY_SECONDS_MAX)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    assert told == {
        "example.com": "unknown",
        "www.binance.com": "unknown",
        "internet": "unreachable",
        "machine": "unreachable",
        "alpaca": "ACTIVE",
        "binance": {},
        "control": [403, 403],
        "uid": 10001,
    }
    drilled = subprocess.run([*composed, "exec", "-T", "venues", "seatrial", "fault", "list"], capture_output=True)
    assert drilled.returncode == 0, drilled.stderr
