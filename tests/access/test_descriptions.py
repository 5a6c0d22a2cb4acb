"""What the doors say of themselves: one document, one page without anything from elsewhere, one collection."""

from __future__ import annotations

import json
import re
from typing import Literal

import httpx
import jsonschema_rs
import msgspec
import pytest
import schemathesis
from tests.access.gatehouse import Gatehouse, inside

from seatrial.services.access.scopes import PUBLIC, TRADE
from seatrial.services.api.description_doors import description_routes
from seatrial.services.api.doors import Door, Parameter, Stream
from seatrial.services.api.numbers import ExactNumber, SaidNumber, bounded
from seatrial.services.api.openapi import RoleDoors, document, told_of
from seatrial.services.api.postman import collection


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What <b>somebody</b> says."""

    symbol: str
    quantity: SaidNumber
    side: Literal["buy", "sell"] = "buy"


class Word(msgspec.Struct):
    """All of it may be left out."""

    reason: str = ""


class One(msgspec.Struct):
    """One price."""

    price: ExactNumber


class Many(msgspec.Struct):
    """All of them."""

    prices: list[One]


ROUTES = [
    Door("/health", inside, summary="Open.", scopes=PUBLIC),
    Door("/orders", inside, method="POST", summary="Place.", scopes=TRADE, body=Body, answers={202: One}),
    Door("/orders/{order_id}", inside, summary="Show.", answers={200: One | Many | None}),
    Door("/halt", inside, method="POST", summary="Halt.", scopes=TRADE, body=Word, always=True),
    Door("/page", inside, summary="Page.", parameters=[Parameter("limit", bounded(1, 9), "so many", required=True)]),
    Stream("/stream", None, summary="Ticks.", says=Word),  # type: ignore[arg-type]
]
TOLD = document([RoleDoors("execution", told_of(ROUTES))], title="Doors", version="1")


def test_the_document_is_openapi_that_a_strict_reader_accepts() -> None:
    schema = schemathesis.openapi.from_dict(TOLD)
    assert {each.ok().label for each in schema.get_all_operations()} == {
        "GET /health",
        "POST /orders",
        "GET /orders/{order_id}",
        "POST /halt",
        "GET /page",
    }
    for shape in TOLD["components"]["schemas"].values():
        jsonschema_rs.meta.validate({**shape, "$schema": "https://json-schema.org/draft/2020-12/schema"})


def test_a_door_tells_its_scopes_and_only_closed_ones_ask_for_a_token() -> None:
    place, health = TOLD["paths"]["/orders"]["post"], TOLD["paths"]["/health"]["get"]
    assert (place["x-scopes"], place["security"][0]) == (["trader"], {"token": ["trader"]})
    assert (health["x-scopes"], health["security"], "401" in health["responses"]) == ([], [], False)
    assert {"400", "401", "403", "405", "409", "413", "422", "429", "503"} <= set(place["responses"])
    assert "404" in TOLD["paths"]["/orders/{order_id}"]["get"]["responses"]
    assert "no rate limit keeps it shut" in TOLD["paths"]["/halt"]["post"]["description"]


def test_a_body_that_may_be_left_out_altogether_says_so() -> None:
    assert TOLD["paths"]["/orders"]["post"]["requestBody"]["required"] is True
    assert TOLD["paths"]["/halt"]["post"]["requestBody"]["required"] is False


def test_numbers_are_described_as_they_are_read_and_as_they_are_sent() -> None:
    shapes = TOLD["components"]["schemas"]
    assert shapes["Body"]["properties"]["quantity"]["type"] == ["number", "string"]
    assert shapes["One"]["properties"]["price"]["type"] == "number"
    assert TOLD["paths"]["/page"]["get"]["parameters"][0]["schema"] == {"type": "integer", "minimum": 1, "maximum": 9}


def test_an_answer_of_several_shapes_is_any_of_them() -> None:
    schema = TOLD["paths"]["/orders/{order_id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert [each.get("type", each.get("$ref", "").rpartition("/")[2]) for each in schema["anyOf"]] == [
        "One",
        "Many",
        "null",
    ]


def test_two_roles_share_a_document_under_paths_of_their_own() -> None:
    both = [RoleDoors("a", told_of(ROUTES), "/doors/a"), RoleDoors("b", told_of(ROUTES), "/doors/b")]
    paths = document(both, title="Both", version="1")["paths"]
    ids = [operation["operationId"] for each in paths.values() for operation in each.values()]
    assert {"/doors/a/orders", "/doors/b/orders"} <= set(paths)
    assert len(ids) == len(set(ids)) == 10


# ---------------------------------------------------------------- for people


@pytest.fixture
def page(tmp_path) -> httpx.Response:
    house = Gatehouse(tmp_path)
    return house.ask("GET", "/docs", app=house.behind_the_gate([*description_routes("execution", ROUTES), *ROUTES]))


def test_the_page_needs_nothing_from_elsewhere_and_runs_no_script(page: httpx.Response) -> None:
    assert page.status_code == 200
    assert "<script" not in page.text
    assert [link for link in re.findall(r'(?:src|href|url)\s*[=(]\s*"?([^")> ]+)', page.text) if "//" in link] == []
    assert "default-src 'self'" in page.headers["content-security-policy"]


def test_the_page_shows_every_door_and_reads_what_it_is_told_as_text(page: httpx.Response) -> None:
    for said in ("/orders/{order_id}", "/stream", "Scope: trader.", "What &lt;b&gt;somebody&lt;/b&gt; says."):
        assert said in page.text
    names = set(re.findall(r'id="([^"]+)"', page.text))
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= names


# --------------------------------------------------------------- for Postman


def test_the_collection_has_a_request_for_each_door_with_a_body_to_fill_in() -> None:
    made = collection({"execution": TOLD}, {"execution": "http://127.0.0.1:5002"}, version="1")
    (folder,) = made["item"]
    requests = {each["name"].partition(":")[0]: each["request"] for each in folder["item"]}
    assert set(requests) == {"GET /health", "POST /orders", "GET /orders/{order_id}", "POST /halt", "GET /page"}
    assert json.loads(requests["POST /orders"]["body"]["raw"]) == {"symbol": "", "quantity": 1}
    assert requests["GET /orders/{order_id}"]["url"]["path"] == ["orders", ":order_id"]
    assert made["variable"] == [
        {"key": "token", "value": ""},
        {"key": "execution", "value": "http://127.0.0.1:5002"},
    ]
