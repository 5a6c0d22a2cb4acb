"""How a command comes to believe the local authority: variables its libraries read, and bundles they open."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

BUNDLE_VARIABLES = (
    "SSL_CERT_FILE",  # OpenSSL, so Python's ssl, httpx, aiohttp, Go
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "WEBSOCKET_CLIENT_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "DENO_CERT",
    "NODE_EXTRA_CA_CERTS",
)
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
)
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy")
KEY_VARIABLES = {
    "alpaca": (
        ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY"),
        ("ALPACA_API_KEY", "ALPACA_API_SECRET"),
        ("ALPACA_API_KEY_ID", "ALPACA_API_SECRET_KEY"),
        ("ALPACA_PAPER_API_KEY", "ALPACA_PAPER_API_SECRET"),
        ("ALPACA_KEY", "ALPACA_SECRET"),
        ("ALPACA_LIVE_API_KEY", "ALPACA_LIVE_API_SECRET"),
        ("ALPACA__KEY", "ALPACA__SECRET"),
        ("ALPACA_API_KEY", "ALPACA_SECRET_KEY"),
    ),
    "binance": (
        ("BINANCE_API_KEY", "BINANCE_API_SECRET"),
        ("BINANCE_APIKEY", "BINANCE_SECRET"),
        ("FREQTRADE__EXCHANGE__KEY", "FREQTRADE__EXCHANGE__SECRET"),
    ),
}


def variables(
    outside: Mapping[str, str], bundle: Path, authority: Path, keys: Mapping[str, tuple[str, str]]
) -> dict[str, str]:
    """The command's environment: trust in the authority, the local keys, no way to a proxy.

    Args:
        outside: our own environment.
        bundle: every authority of this machine and ours.
        authority: ours alone, for those that add one to their own.
        keys: by venue, what opens the local accounts; they take the place of real ones.
    """
    inside = {name: value for name, value in outside.items() if name.lower() not in PROXY_VARIABLES}
    inside |= dict.fromkeys(BUNDLE_VARIABLES, str(bundle))
    inside |= {"NODE_EXTRA_CA_CERTS": str(authority), "SEATRIAL_SEALED": "1"}
    for venue, (key, secret) in keys.items():
        for key_name, secret_name in KEY_VARIABLES.get(venue, ()):
            inside |= {key_name: key, secret_name: secret}
    return inside


def bundles(command: Sequence[str], outside: Mapping[str, str], more: Iterable[Path] = ()) -> list[Path]:
    """The bundles a command may open by itself: the system's, and `certifi` of every Python it may run.

    ccxt and others never ask a variable. `more` are named by the caller.
    """
    found = [Path(name) for name in SYSTEM_BUNDLES] + list(more)
    for prefix in _prefixes(command, outside):
        for room in ("site-packages", "dist-packages"):
            found += sorted(prefix.glob(f"lib/python3*/{room}/certifi/cacert.pem"))
            found += sorted(prefix.glob(f"lib/python3*/{room}/pip/_vendor/certifi/cacert.pem"))
    return list(dict.fromkeys(path.resolve() for path in found if path.is_file()))


def _prefixes(command: Sequence[str], outside: Mapping[str, str]) -> list[Path]:
    """Where the Pythons of a command live: any it names, those of its scripts, the environment's, those on the PATH."""
    interpreters = [name for word in command if (name := _shebang(word, outside)) is not None]
    programs = [*command, *interpreters, "python3", "python"]
    found = [Path(which) for name in programs if (which := shutil.which(name, path=outside.get("PATH")))]
    prefixes = [path.parent.parent for path in found]
    prefixes += [path.resolve().parent.parent for path in found]
    prefixes += [Path(outside[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if outside.get(name)]
    return [*dict.fromkeys(prefixes), Path("/usr"), Path("/usr/local")]


def _shebang(program: str, outside: Mapping[str, str]) -> str | None:
    path = shutil.which(program, path=outside.get("PATH"))
    if path is None:
        return None
    with Path(path).open("rb") as file:
        line = file.readline(512)
    if not line.startswith(b"#!"):
        return None
    words = line[2:].decode("utf-8", "replace").split()
    return words[-1] if words else None
