"""The gate over real sockets: streams, tokens made and revoked while doors stand open, and what the log keeps."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import structlog
from httpx_ws import AsyncWebSocketSession, HTTPXWSException, WebSocketDisconnect, WebSocketUpgradeError, aconnect_ws
from starlette.websockets import WebSocket
from tests.access.gatehouse import inside

from seatrial.bootstrap.access import Access, open_access, watch_auth
from seatrial.bootstrap.clock import WallClock
from seatrial.bootstrap.logs import start_logs
from seatrial.bootstrap.servers import Doors, Served
from seatrial.bootstrap.settings import Settings, load_settings
from seatrial.bootstrap.token_desk import create_token, list_tokens, revoke_token
from seatrial.services.access.scopes import CANCEL, LOOK, OPERATE
from seatrial.services.api.doors import Door, Stream
from seatrial.services.api.http import application
from seatrial.services.api.session_doors import session_routes


@asynccontextmanager
async def open_doors(folder: Path, **chosen: str) -> AsyncIterator[tuple[httpx.AsyncClient, Settings, Access]]:
    """Doors on a port of their own, with this folder's tokens."""
    said = {"state": str(folder), "logs.folder": str(folder / "logs"), **chosen}
    settings = load_settings(said, {}, Path(__file__).parents[2])
    access = open_access(settings, WallClock(), "test")
    routes = [
        Door("/look", inside, summary="Look.", scopes=LOOK),
        Door("/halt", inside, method="POST", summary="Halt.", scopes=OPERATE, always=True),
        Door("/cancel", inside, method="DELETE", summary="Cancel.", scopes=CANCEL),
        Stream("/stream", tell, summary="A number whenever asked."),
        *session_routes(access.gate),
    ]
    app = application(routes, new_request_id=lambda: "id", gate=access.gate)
    doors = Doors("127.0.0.1", [Served(app, 0, "test")])
    await doors.open()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{doors.ports[0]}", trust_env=False) as client:
            yield client, settings, access
    finally:
        await doors.close()


async def tell(websocket: WebSocket) -> None:
    await websocket.accept()
    async for said in websocket.iter_text():
        await websocket.send_text(said)


async def ask_for_ever(stream: AsyncWebSocketSession) -> None:
    while True:
        await stream.send_text("still there?")
        await stream.receive_text()
        await asyncio.sleep(0.05)


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


# ------------------------------------------------------------------- tokens


def test_a_token_made_listed_and_revoked_beside_running_doors_works_and_stops_at_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_doors(tmp_path, **{"access.local": "never"}) as (client, settings, _):
            assert (await client.get("/look")).status_code == 401
            made = create_token(settings, "anna", ["viewer", "operator"], "30d")
            assert (await client.get("/look", headers=bearer(made.text))).status_code == 200
            assert (await client.post("/halt", headers=bearer(made.text))).status_code == 200
            (row,) = list_tokens(settings)
            assert (row.name, row.state, row.age_days) == ("anna", "good", 0)
            assert row.last_used_at is not None
            revoke_token(settings, made.record.id)
            assert (await client.get("/look", headers=bearer(made.text))).status_code == 401

    asyncio.run(main())


def test_the_command_prints_the_secret_once_and_never_again(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "seatrial", "token", *arguments, "--state", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    told = json.loads(run("create", "ci bot", "--scope", "trader", "--expires", "12h", "--json").stdout)
    listed = run("list")
    assert told["token"].startswith(f"st_{told['id']}_")
    assert "ci bot" in listed.stdout
    assert told["token"].rpartition("_")[2] not in listed.stdout + run("list", "--json").stdout
    assert run("create", "ci bot", "--scope", "viewer").returncode == 2
    assert run("revoke", told["id"]).returncode == 0
    assert json.loads(run("list", "--json").stdout)[0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["create", "x", "--scope", "king"], 2, "viewer"),
        (["create", "x"], 2, "--scope"),
        (["create", "x", "--scope", "viewer", "--expires", "never"], 2, "90d"),
        (["create", "x", "--scope", "viewer", "--expires", "900d"], 2, "366d"),
        (["create", "../x", "--scope", "viewer"], 2, "letter"),
        (["revoke", "deadbeef"], 2, "there is no token"),
    ],
)
def test_wrong_input_to_the_command_is_one_clear_sentence(
    tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    command = [sys.executable, "-m", "seatrial", "token", *arguments, "--state", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ran.returncode == code
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_watch_holds_a_token_that_a_restart_of_the_platform_replaces(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_doors(tmp_path, **{"access.local": "never"}) as (client, settings, access):
            access.admit_watch(settings.state)
            assert (settings.state / "watch.token").stat().st_mode & 0o777 == 0o600
            client.auth = watch_auth(settings)
            first = (settings.state / "watch.token").read_text().strip()
            assert (await client.post("/halt")).status_code == 200
            access.admit_watch(settings.state)
            assert (await client.post("/halt")).status_code == 200
            assert (await client.delete("/cancel")).status_code == 200
            client.auth = None
            assert (await client.post("/halt", headers=bearer(first))).status_code == 401

    asyncio.run(main())


def test_a_role_passes_on_the_id_of_the_request_it_acts_for(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_doors(tmp_path, **{"access.local": "never"}) as (client, _, access):
            client.auth = access.role_auth("orchestrator", LOOK)
            with structlog.contextvars.bound_contextvars(request_id="from-afar"):
                answer = await client.get("/look")
            assert (answer.status_code, answer.headers["x-request-id"]) == (200, "from-afar")
            assert (await client.get("/look")).headers["x-request-id"].startswith("req-")

    asyncio.run(main())


# ------------------------------------------------------------------- streams


@pytest.mark.parametrize("origin", [None, "http://evil.example"])
def test_a_stream_refuses_whoever_brings_nothing_or_comes_from_another_page(tmp_path: Path, origin: str | None) -> None:
    async def main() -> None:
        async with open_doors(tmp_path, **{"access.local": "never"}) as (client, settings, _):
            headers = {} if origin is None else bearer(create_token(settings, "a", ["viewer"], "1h").text)
            headers |= {} if origin is None else {"origin": origin}
            with pytest.raises(WebSocketUpgradeError) as refused:
                async with aconnect_ws("/stream", client, headers=headers):
                    pass
            assert refused.value.response.status_code == (401 if origin is None else 403)
            assert "x-ratelimit-limit" in refused.value.response.headers

    asyncio.run(main())


def test_a_stream_opens_to_a_token_and_to_our_own_pages_cookie(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_doors(tmp_path) as (client, settings, _):
            token = create_token(settings, "a", ["viewer"], "1h").text
            page = {"origin": str(client.base_url).rstrip("/")}
            await client.post("/session", json={"token": token}, headers=page)
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            for headers in (bearer(token), page | {"cookie": cookie}):
                async with aconnect_ws("/stream", client, headers=headers) as stream:
                    await stream.send_text("hello")
                    assert await stream.receive_text() == "hello"

    asyncio.run(main())


def test_an_open_stream_ends_when_its_token_is_revoked(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_doors(tmp_path, **{"access.local": "never"}) as (client, settings, _):
            made = create_token(settings, "a", ["viewer"], "1h")
            async with aconnect_ws("/stream", client, headers=bearer(made.text)) as stream:
                revoke_token(settings, made.record.id)
                with pytest.raises((WebSocketDisconnect, HTTPXWSException)):
                    await ask_for_ever(stream)

    asyncio.run(main())


# --------------------------------------------------------------------- logs


def test_no_log_keeps_anything_of_a_token_that_was_sent(tmp_path: Path) -> None:
    """Good ones, revoked ones, made-up ones, and passwords sent where a token belongs."""

    async def main() -> list[str]:
        async with open_doors(tmp_path, **{"access.local": "never", "logs.level": "DEBUG"}) as (client, settings, _):
            start_logs(settings, "platform")
            good, ended = (create_token(settings, name, ["viewer"], "1h") for name in ("good", "ended"))
            revoke_token(settings, ended.record.id)
            planted = [good.text, ended.text, "st_0badc0de_" + "5ec4e7" * 10 + "abcd", "hunter2-hunter2"]
            for text in planted:
                await client.get("/look", headers=bearer(text))
                await client.get("/look", headers={"authorization": f"Basic {text}"})
                await client.post("/session", json={"token": text})
            return [text.rpartition("_")[2] for text in planted]

    try:
        secrets = asyncio.run(main())
    finally:
        structlog.reset_defaults()
    kept = "".join(path.read_text() for path in (tmp_path / "logs").rglob("*.log"))
    assert '"auth failed"' in kept
    assert [secret for secret in secrets if secret in kept] == []
