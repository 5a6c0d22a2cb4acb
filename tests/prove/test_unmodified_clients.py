"""Clients that are not ours trade at the emulated venues and cannot tell: SDKs, and whole bots."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.clients.clients import CLIENTS, Client
from tests.clients.emulated import emulated
from tests.clients.keys import accounts_file
from tests.clients.page import shown_by
from tests.clients.suite import run_suite
from tests.prove.proof import Prove


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.package)
def test_a_client_cannot_tell(client: Client, prove: Prove, tmp_path: Path) -> None:
    accounts = ("--accounts", str(accounts_file(tmp_path)))
    with emulated(*client.options, *accounts, speed=client.speed) as told:
        ended = run_suite(client.folder, told, keys=tmp_path)
    total = len(ended.held) + len(ended.failed)
    prove(
        f"{client.package} {client.version}, unmodified, at the emulated {client.venue}",
        count=f"{len(ended.held)} of {total} tests",
        figure=f"{sum(map(bool, shown_by(client).values()))} capabilities",
        command=f"pytest -m prove tests/prove/test_unmodified_clients.py -k {client.package}",
    )
    assert not ended.failed, ended.printed
    assert ended.held
