"""The gate at work: who is let in, who is turned away and in which words, and what never waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.routing import Mount
from tests.access.gatehouse import Gatehouse, sample_doors

from seatrial.services.access.addresses import Addresses, networks
from seatrial.services.access.failures import FREE_MAX
from seatrial.services.access.gate import GateRules
from seatrial.services.access.scopes import OPERATE, Scope
from seatrial.services.api.http import application

HERE = "127.0.0.1"
DEV = GateRules(local=True)


def test_without_a_token_the_answer_says_how_to_get_one(tmp_path: Path) -> None:
    answer = Gatehouse(tmp_path).ask("GET", "/look")
    assert (answer.status_code, answer.json()["error"]) == (401, "no_token")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "seatrial token create" in answer.json()["message"]


def test_a_token_without_the_scope_is_told_what_is_needed_and_what_it_has(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    answer = house.ask("DELETE", "/cancel", token=house.token(Scope.APPROVER).text)
    assert answer.status_code == 403
    assert (answer.json()["needed"], answer.json()["held"]) == (["operator", "trader"], ["approver"])


def test_a_public_door_answers_anybody_even_with_a_wrong_token(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    assert house.ask("GET", "/health").status_code == 200
    assert house.ask("GET", "/health", token="st_wrong").status_code == 200


@pytest.mark.parametrize("said", ["Basic YTpi", "Bearer", "Bearer st_x", "Bearer " + "x" * 9000, "si_x", ""])
def test_whatever_else_stands_in_the_header_is_401(tmp_path: Path, said: str) -> None:
    assert Gatehouse(tmp_path, DEV).ask("GET", "/look", headers={"authorization": said}).status_code == 401


def test_a_token_ends_when_it_is_revoked_and_when_it_expires(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    one, other = house.token(Scope.VIEWER), house.token(Scope.VIEWER, days=1)
    assert house.ask("GET", "/look", token=one.text).status_code == 200
    house.revoke(one)
    assert house.ask("GET", "/look", token=one.text).status_code == 401
    assert house.ask("GET", "/look", token=other.text).status_code == 200
    house.clock.pass_seconds(86_400)
    assert "expired" in house.ask("GET", "/look", token=other.text).json()["message"]
    assert [used[0] for used in house.used] == [one.record.id, other.record.id]


# ------------------------------------------------------------ this machine


def test_in_dev_this_machine_needs_no_token_and_is_told_so(tmp_path: Path) -> None:
    answer = Gatehouse(tmp_path, DEV).ask("POST", "/trade", address=HERE)
    assert (answer.status_code, answer.headers["x-seatrial-access"]) == (200, "local")


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("203.0.113.7", {}),
        (HERE, {"origin": "http://evil.example"}),
        (HERE, {"origin": "http://127.0.0.1:3000"}),
        (HERE, {"origin": "null"}),
        (HERE, {"host": "evil.example:3000"}),
        (HERE, {"host": "0.0.0.0:3000"}),
        ("10.0.0.5", {"host": "10.0.0.5:3000"}),
        (HERE, {"sec-fetch-site": "cross-site"}),
        (HERE, {"sec-fetch-site": "same-site"}),
        (HERE, {"x-forwarded-for": "127.0.0.1"}),
        (HERE, {"forwarded": "for=127.0.0.1"}),
        (HERE, {"via": "1.1 edge"}),
    ],
)
def test_whatever_may_come_from_elsewhere_or_from_a_page_needs_one(
    tmp_path: Path, address: str, headers: dict[str, str]
) -> None:
    assert Gatehouse(tmp_path, DEV).ask("POST", "/trade", address=address, headers=headers).status_code == 401


def test_outside_dev_this_machine_needs_a_token_too(tmp_path: Path) -> None:
    assert Gatehouse(tmp_path).ask("GET", "/look", address=HERE).status_code == 401


def test_a_wrong_token_is_401_even_where_none_is_needed(tmp_path: Path) -> None:
    assert Gatehouse(tmp_path, DEV).ask("GET", "/look", address=HERE, token="st_wrong").status_code == 401


# ------------------------------------------------------------------- rates


def test_every_answer_tells_the_rate_also_a_refusal(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    for path in ("/health", "/look", "/nowhere"):
        headers = house.ask("GET", path).headers
        assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(headers)


def test_beyond_the_rate_only_doors_that_reduce_risk_stay_open(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GateRules(rate_per_second=3))
    token = house.token(*Scope).text
    told = [house.ask("GET", "/look", token=token).status_code for _ in range(5)]
    assert told == [200, 200, 200, 429, 429]
    assert house.ask("GET", "/look", token=token).headers["retry-after"] == "1"
    assert house.ask("POST", "/halt", token=token).status_code == 200
    assert house.ask("POST", "/halt").status_code == 401
    house.clock.pass_seconds(1)
    assert house.ask("GET", "/look", token=token).status_code == 200


def test_clients_behind_a_trusted_proxy_are_counted_apart(tmp_path: Path) -> None:
    rules = GateRules(Addresses(trusted=networks(["10.0.0.9"])), rate_per_second=2)
    house = Gatehouse(tmp_path, rules)

    def health(client: str) -> int:
        return house.ask("GET", "/health", address="10.0.0.9", headers={"x-forwarded-for": client}).status_code

    assert [health("203.0.113.1") for _ in range(3)] == [200, 200, 429]
    assert health("203.0.113.2") == 200


def test_what_cannot_be_counted_is_refused_except_a_halt(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GateRules(Addresses(trusted=networks(["10.0.0.9"]))))
    token = house.token(Scope.OPERATOR).text
    nonsense = {"x-forwarded-for": "nonsense"}
    refused = house.ask("GET", "/look", address="10.0.0.9", headers=nonsense, token=token)
    assert (refused.status_code, refused.json()["error"]) == (503, "limiter_undecided")
    assert house.ask("POST", "/halt", address="10.0.0.9", headers=nonsense, token=token).status_code == 200
    assert house.ask("POST", "/halt", address="10.0.0.9", headers=nonsense).status_code == 401


def test_an_address_that_is_not_allowed_gets_nothing_not_even_health(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GateRules(Addresses(allowed=networks(["198.51.100.0/24"]))))
    refused = house.ask("GET", "/health")
    assert (refused.status_code, refused.json()["error"]) == (403, "address_not_allowed")
    assert house.ask("GET", "/health", address="198.51.100.3").status_code == 200


def test_the_platforms_own_calls_are_counted_and_never_refused(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GateRules(rate_per_second=1))
    house.credentials.give_internal("watch", OPERATE, "si_first")
    assert [house.ask("GET", "/look", token="si_first").status_code for _ in range(4)] == [200] * 4
    assert house.ask("POST", "/trade", token="si_first").status_code == 403
    house.credentials.give_internal("watch", OPERATE, "si_second")
    assert house.ask("GET", "/look", token="si_first").status_code == 401


# ---------------------------------------------------------------- back-off


def test_many_wrong_tokens_are_answered_unlooked_at_and_a_good_one_at_any_time(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    good = house.token(Scope.VIEWER).text
    told = [house.ask("GET", "/look", token="st_wrong").status_code for _ in range(FREE_MAX + 2)]
    assert told == [401] * FREE_MAX + [429] * 2
    assert house.ask("GET", "/look", token=good).status_code == 200
    assert house.ask("GET", "/look", token="st_wrong").status_code == 401


# -------------------------------------------------------------- one envelope


def test_an_app_mounted_in_another_is_asked_once_and_keeps_its_scopes(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path, GateRules(rate_per_second=2))
    role = house.behind_the_gate(sample_doors())
    outer = application([Mount("/doors/role", app=role)], new_request_id=lambda: "given", gate=house.gate)
    token = house.token(Scope.OPERATOR).text
    first = house.ask("GET", "/doors/role/look", token=token, app=outer)
    assert (first.status_code, first.headers["x-ratelimit-remaining"]) == (200, "1")
    assert house.ask("POST", "/doors/role/trade", token=token, app=outer).status_code == 403
    assert house.ask("GET", "/doors/role/look", token=token, app=outer).status_code == 429
    assert house.ask("POST", "/doors/role/halt", token=token, app=outer).status_code == 200


def test_every_answer_carries_the_headers_that_bind_a_browser(tmp_path: Path) -> None:
    house = Gatehouse(tmp_path)
    for path in ("/health", "/look", "/nowhere"):
        headers = house.ask("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
