"""Browser sessions: a token traded for a cookie, good at one host and port, for our own page, while its token lives."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from tests.access.gatehouse import HOST, Gatehouse

from seatrial.services.access.addresses import Addresses, networks
from seatrial.services.access.gate import GateRules
from seatrial.services.access.scopes import Scope
from seatrial.services.access.sessions import SESSIONS_MAX, Sessions

HERE = "127.0.0.1"
PAGE = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}


def signed_in(house: Gatehouse, token: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return house.ask("POST", "/session", json={"token": token}, headers=headers or PAGE)


def cookie(answer: httpx.Response) -> dict[str, str]:
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_a_page_trades_its_token_for_a_cookie_that_no_script_and_no_other_site_can_use(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    answer = signed_in(house, house.token(Scope.TRADER).text)
    assert (answer.status_code, answer.json()["scopes"]) == (201, ["trader"])
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    assert "Secure" not in answer.headers["set-cookie"]
    assert house.ask("POST", "/trade", headers=PAGE | cookie(answer)).status_code == 200
    assert house.ask("POST", "/halt", headers=PAGE | cookie(answer)).status_code == 403
    assert house.ask("GET", "/session", headers=cookie(answer)).json()["kind"] == "session"


def test_behind_an_encrypting_proxy_the_cookie_is_for_encrypted_connections_only(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GateRules(Addresses(trusted=networks(["203.0.113.7"]))))
    said = PAGE | {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1"}
    assert "Secure" in signed_in(house, house.token(Scope.VIEWER).text, said).headers["set-cookie"].split("; ")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:8080"},
        {"origin": "null"},
        {},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_cookie_changes_nothing_for_a_page_that_is_not_ours(tmp_path: Path, headers: dict[str, str]) -> None:
    house = Gatehouse(tmp_path)
    session = cookie(signed_in(house, house.token(Scope.TRADER).text))
    assert house.ask("POST", "/trade", headers=headers | session).status_code in {401, 403}


def test_a_session_is_nothing_at_another_host_or_port(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    session = cookie(signed_in(house, house.token(Scope.VIEWER).text))
    for host in ("evil.example:3000", "127.0.0.1:8080", "localhost:3000"):
        assert house.ask("GET", "/look", headers={"host": host} | session).status_code == 401


def test_a_session_ends_with_its_token_with_half_a_day_and_with_a_word(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    token = house.token(Scope.VIEWER)
    first, second, third = (cookie(signed_in(house, token.text)) for _ in range(3))
    assert house.ask("DELETE", "/session", headers=PAGE | first).json() == {"closed": True}
    assert house.ask("GET", "/look", headers=first).status_code == 401
    house.clock.pass_seconds(12 * 3600)
    assert house.ask("GET", "/look", headers=second).status_code == 401
    fourth = cookie(signed_in(house, token.text))
    assert house.ask("GET", "/look", headers=fourth).status_code == 200
    house.revoke(token)
    assert house.ask("GET", "/look", headers=fourth).status_code == 401
    assert house.ask("GET", "/look", headers=third).status_code == 401


def test_a_wrong_token_opens_no_session_and_a_foreign_page_may_not_even_try(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    assert signed_in(house, "st_wrong").status_code == 401
    foreign = signed_in(house, house.token(Scope.VIEWER).text, {"origin": "http://evil.example"})
    assert (foreign.status_code, "set-cookie" in foreign.headers) == (403, False)


# ----------------------------------------------------------- this machine in dev


def test_in_dev_a_browser_on_this_machine_gets_a_session_without_a_token(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GateRules(local=True))
    answer = house.ask("GET", "/session", address=HERE, headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.json()["kind"]) == (200, "local")
    assert house.ask("POST", "/halt", address=HERE, headers=PAGE | cookie(answer)).status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("203.0.113.7", {}),
        (HERE, {"host": "rebound.example:3000"}),
        (HERE, {"sec-fetch-site": "cross-site"}),
        (HERE, {"sec-fetch-site": "same-site"}),
        (HERE, {"origin": "http://evil.example"}),
        (HERE, {"x-forwarded-for": "203.0.113.7"}),
    ],
)
def test_nobody_else_does(tmp_path: Path, address: str, headers: dict[str, str]) -> None:
    answer = Gatehouse(tmp_path, GateRules(local=True)).ask("GET", "/session", address=address, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


def test_outside_dev_no_session_without_a_token_and_the_answer_says_how(tmp_path: Path) -> None:
    answer = Gatehouse(tmp_path).ask("GET", "/session", address=HERE)
    assert answer.status_code == 401
    assert "POST /session" in answer.json()["message"]


def test_the_number_of_sessions_is_bounded_and_the_oldest_goes(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    sessions: Sessions = house.gate.sessions
    secrets = [
        sessions.open("one", frozenset(), host=HOST, token_id=None, token_ends_ns=None)[0]
        for _ in range(SESSIONS_MAX + 1)
    ]
    assert len(sessions) == SESSIONS_MAX
    assert sessions.find(secrets[0], HOST) is None
    assert sessions.find(secrets[-1], HOST) is not None
    assert not any(secret in repr(sessions.__dict__) for secret in secrets[:3])
