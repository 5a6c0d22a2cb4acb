"""Clients that are not ours trade at the emulated venues and cannot tell: SDKs, and whole bots."""

from __future__ import annotations

import pytest
from tests.clients.clients import CLIENTS, Client
from tests.clients.emulated import emulated
from tests.clients.page import shown_by
from tests.clients.suite import run_suite
from tests.prove.proof import Prove


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.package)
def test_a_client_cannot_tell(client: Client, prove: Prove) -> None:
    with emulated(*client.options, speed=client.speed) as told:
        ended = run_suite(client.folder, told)
    total = len(ended.held) + len(ended.failed)
    prove(
        f"{client.package} {client.version}, unmodified, at the emulated {client.venue}",
        count=f"{len(ended.held)} of {total} tests",
        figure=f"{sum(map(bool, shown_by(client).values()))} capabilities",
        command=f"pytest -m prove tests/prove/test_unmodified_clients.py -k {client.package}",
    )
    assert not ended.failed, ended.printed
    assert ended.held
