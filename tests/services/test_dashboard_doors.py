"""Port 3000: the page's files with honest headers, the roles behind it, and what is said where no page is built."""

from __future__ import annotations

import asyncio
import gzip
import os
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from seatrial.services.api.dashboard import dashboard_doors
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer, application
from seatrial.services.health import Health, Identity, Part
from seatrial.services.page import NOT_BUILT, PageFiles

SCRIPT = "console.log('seatrial');\n" * 100


class _Clock:
    def now_ns(self) -> int:
        return 1_700_000_000_000_000_000


async def _positions(_: Request) -> Response:
    return answer({"positions": []})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built page."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc.js").write_text(SCRIPT)
    (tmp_path / "index.html").write_text("<!doctype html><title>Seatrial</title>")
    (tmp_path / "secret.pem").write_text("not a kind of file a page is made of")
    return tmp_path


def _ask(folder: Path, *asked: httpx.Request) -> list[httpx.Response]:
    async def ask() -> list[httpx.Response]:
        page = PageFiles(folder)
        role = application([Door("/positions", _positions, summary="What is held.")], new_request_id=lambda: "req-1")
        health = Health(Identity("dashboard", "1", "dev", "sim"), _Clock(), [Part("page", page.check, vital=False)])
        doors = dashboard_doors(page, {"execution": role}, [], health, new_request_id=lambda: "req-1")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(doors)) as client:
            return [await client.send(each) for each in asked]

    return asyncio.run(ask())


def _get(path: str, **headers: str) -> httpx.Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Request("GET", f"http://page{path}", headers=named)


def test_a_file_with_a_hash_in_its_name_is_kept_for_ever_and_the_page_is_asked_about(folder: Path) -> None:
    script, page = _ask(folder, _get("/assets/index-abc.js"), _get("/"))

    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_the_page_allows_no_script_and_no_style_that_is_not_a_file_of_ours(folder: Path) -> None:
    [page] = _ask(folder, _get("/"))

    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_whoever_has_the_file_already_is_sent_nothing(folder: Path) -> None:
    [first] = _ask(folder, _get("/"))
    [again] = _ask(folder, _get("/", if_none_match=first.headers["etag"]))

    assert again.status_code == 304
    assert again.content == b""


def test_a_file_is_packed_for_whoever_unpacks(folder: Path) -> None:
    packed, plain = _ask(
        folder, _get("/assets/index-abc.js", accept_encoding="gzip"), _get("/assets/index-abc.js", accept_encoding="br")
    )

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(SCRIPT.encode(), mtime=0))
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text == SCRIPT


def test_a_place_in_the_page_is_the_page_and_a_missing_file_is_missing(folder: Path) -> None:
    place, file, door = _ask(folder, _get("/trade"), _get("/assets/gone.js"), _get("/doors/nobody/here"))

    assert place.text.startswith("<!doctype html>")
    assert (file.status_code, door.status_code) == (404, 404)


@pytest.mark.parametrize("path", ["/../secret.pem", "/secret.pem", "/assets/../../etc/passwd", "/%2e%2e/secret.pem"])
def test_nothing_but_the_page_is_served(folder: Path, path: str) -> None:
    [refused] = _ask(folder, _get(path))

    assert "not a kind of file" not in refused.text
    assert refused.status_code in {200, 404}
    assert refused.status_code == 404 or refused.text.startswith("<!doctype html>")


def test_the_roles_stand_under_the_pages_own_origin(folder: Path) -> None:
    [positions] = _ask(folder, _get("/doors/execution/positions"))

    assert positions.json() == {"positions": []}


def test_without_a_page_the_door_says_what_to_run_and_the_roles_answer(tmp_path: Path) -> None:
    page, positions, health = _ask(tmp_path, _get("/"), _get("/doors/execution/positions"), _get("/health"))

    assert page.status_code == 503
    assert page.json()["message"] == NOT_BUILT
    assert positions.status_code == 200
    assert health.json()["status"] == "healthy"
    assert health.json()["components"][0]["message"] == NOT_BUILT


def test_a_page_that_is_built_while_we_run_is_served_at_once(tmp_path: Path) -> None:
    page = PageFiles(tmp_path)

    async def build() -> list[bytes | None]:
        seen = [await page.find("index.html")]
        for changed_ns, text in enumerate(("first", "second"), start=1):
            (tmp_path / "index.html").write_text(text)
            os.utime(tmp_path / "index.html", ns=(changed_ns, changed_ns))
            seen.append(await page.find("index.html"))
        return [None if file is None else file.body for file in seen]

    assert asyncio.run(build()) == [None, b"first", b"second"]
