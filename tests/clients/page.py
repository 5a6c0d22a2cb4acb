"""Writes docs/reference/clients.md from the suites: `python -m tests.clients.page`.

A cell is the number of tests that are marked `shows(capability)`. The page says what is looked at; that all of it
holds is what `make prove` says.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from tests.clients.clients import CLIENTS, Client
from tests.clients.environments import HERE

PAGE = HERE.parents[1] / "docs" / "reference" / "clients.md"
CAPABILITIES = (
    "account",
    "account history",
    "clock and calendar",
    "assets",
    "market order",
    "limit order",
    "stop order",
    "bracket and OCO",
    "trailing stop",
    "client order id",
    "cancel",
    "replace",
    "open orders and history",
    "positions",
    "fills and activities",
    "bars",
    "trades and quotes",
    "latest and snapshots",
    "market stream",
    "order stream",
    "socket API",
    "errors of its own",
    "rate limit",
    "RSA and Ed25519 keys",
    "listenKey",
    "unknown outcomes",
    "reconnect",
)

HEAD = """# Clients

What other people's clients were seen to do at the emulated venues, unmodified but for their addresses. Written from
`tests/clients` by `python -m tests.clients.page`; a cell is the number of tests that look at it, an empty one means
that the client does not offer it or that no test asks. Each client runs with its own interpreter and knows the venues
by the JSON line of `seatrial emulate --json` alone. `make prove` runs all of it; `make test` runs what is printed in
[point your bot at local venues](../how_to/point_your_bot_at_local_venues.md), with clients that install in seconds.

"""

TAIL = """
Known gaps, which are the clients' own: off the venue's real host names ccxt maps some error codes to plain
`ExchangeError` (`seatrial seal` closes it); python-binance has no argument for its addresses, so it is subclassed with
other class attributes; Lumibot has no setting for Alpaca's, so `tests/clients/lumibot_bot/shim` completes what
alpaca-py's constructors are called with.
"""


def shown_by(client: Client) -> Counter[str]:
    """How many tests of a client look at each capability."""
    found: Counter[str] = Counter()
    for path in client.suites:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.update(_shown(node))
    return found


def _shown(test: ast.FunctionDef) -> list[str]:
    """What a test's `shows` marks name."""
    calls = (mark for mark in test.decorator_list if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "shows")
    return [ast.literal_eval(call.args[0]) for call in calls]


def page() -> str:
    """The whole page."""
    counts = {client.folder: shown_by(client) for client in CLIENTS}
    heads = [f"{client.package} {client.version}" for client in CLIENTS]
    lines = [_row("", heads), _row("---", ["---"] * len(heads)), _row("venue", [client.venue for client in CLIENTS])]
    for capability in CAPABILITIES:
        cells = [str(counts[client.folder][capability] or "") for client in CLIENTS]
        lines.append(_row(capability, cells))
    lines.append(_row("tests", [str(_tests(client)) for client in CLIENTS]))
    return HEAD + "".join(lines) + TAIL


def _tests(client: Client) -> int:
    return sum(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for path in client.suites
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def _row(name: str, cells: list[str]) -> str:
    return f"| {' | '.join([name, *cells])} |\n"


def write(path: Path = PAGE) -> None:
    """Put the page where it is read."""
    path.write_text(page(), "utf-8")


if __name__ == "__main__":
    write()
