"""Every door's envelope, and refusals that name field and accepted values."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal

import httpx
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from seatrial.domain.faults import RequestFault
from seatrial.services.api.doors import Door
from seatrial.services.api.http import answer, application
from seatrial.services.api.reading import BODY_BYTES_MAX, Query, decimal_units, read_body


class Leg(msgspec.Struct, forbid_unknown_fields=True):
    side: Literal["buy", "sell"]
    quantity: str


class Basket(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    legs: list[Leg] = []


async def post(request: Request) -> Response:
    basket = await read_body(request, Basket)
    return answer({"name": basket.name, "legs": len(basket.legs)}, 201)


async def show(request: Request) -> Response:
    return answer({"limit": Query(request, ["limit"]).integer("limit", default=5, low=1, high=9)})


async def fail(request: Request) -> Response:
    raise ZeroDivisionError("a bug")


WITHOUT_TABLE = [
    Route("/baskets", post, methods=["POST"]),
    Route("/baskets", show),
    Route("/bugs", fail),
    Route("/be{name}", show),
    Route("/behind", post),
]
WITH_TABLE = [
    Door("/baskets", post, method="POST", summary="Take."),
    Door("/baskets", show, summary="Show."),
    Door("/bugs", fail, summary="Fail."),
    Door("/be{name}", show, summary="Anything else."),
    Door("/behind", post, summary="Never reached."),
]


def ask(method: str, path: str, **more: object) -> httpx.Response:
    """What Starlette's routes answer, which is what doors found in the table answer too."""
    plain, tabled = (asked(routes, method, path, **more) for routes in (WITHOUT_TABLE, WITH_TABLE))
    assert (tabled.status_code, tabled.headers, tabled.content) == (plain.status_code, plain.headers, plain.content)
    return tabled


def asked(routes: Sequence[BaseRoute], method: str, path: str, **more: object) -> httpx.Response:
    doors = application(routes, new_request_id=lambda: "given-1")

    async def main() -> httpx.Response:
        transport = httpx.ASGITransport(doors, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, path, **more)  # type: ignore[arg-type]

    return asyncio.run(main())


def test_of_two_doors_at_one_path_the_first_answers() -> None:
    assert ask("GET", "/behind").json() == {"limit": 5}


@pytest.mark.parametrize("routes", [WITHOUT_TABLE, WITH_TABLE])
def test_a_bug_is_answered_and_raised_again_for_the_log(routes: Sequence[BaseRoute]) -> None:
    async def main() -> None:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(application(routes, new_request_id=lambda: "given-1")), base_url="http://door"
        ) as client:
            await client.get("/bugs")

    assert ask("GET", "/bugs").json()["error"] == "internal"
    with pytest.raises(ZeroDivisionError):
        asyncio.run(main())


def test_an_answer_echoes_the_callers_request_id() -> None:
    assert ask("GET", "/baskets", headers={"x-request-id": "mine"}).headers["x-request-id"] == "mine"


@pytest.mark.parametrize("bad", ["x" * 129, "a\tb"])
def test_a_request_id_that_could_spoil_a_log_is_replaced(bad: str) -> None:
    assert ask("GET", "/baskets", headers={"x-request-id": bad}).headers["x-request-id"] == "given-1"


def test_head_answers_wherever_get_does_with_the_same_headers_and_no_body() -> None:
    got, headed = ask("GET", "/baskets"), ask("HEAD", "/baskets")

    assert headed.headers == got.headers
    assert got.content
    assert headed.content == b""


def test_an_unknown_path_is_404_as_json() -> None:
    response = ask("GET", "/nowhere")

    assert response.status_code == 404
    assert response.json()["error"] == "not_found"
    assert response.headers["x-request-id"] == "given-1"


def test_a_wrong_method_is_405_and_names_the_right_ones() -> None:
    response = ask("DELETE", "/baskets")

    assert response.status_code == 405
    assert response.json()["field"] == "method"
    assert response.headers["allow"]


WRONG_BODIES = [
    (b'{"legs": []}', "name", "required"),
    (b'{"name": "a", "nmae": 1}', "nmae", "name, legs"),
    (b'{"name": "a", "legs": [{"side": "hold", "quantity": "1"}]}', "legs[0].side", "buy, sell"),
    (b'{"name": "a", "legs": [{"side": "buy", "quantity": 1}]}', "legs[0].quantity", "text"),
    (b'{"name": "a", "legs": {}}', "legs", "a list"),
    (b"[]", "body", "an object"),
]


@pytest.mark.parametrize(("body", "field", "accepted"), WRONG_BODIES)
def test_a_wrong_field_is_422_and_says_what_is_accepted(body: bytes, field: str, accepted: str) -> None:
    response = ask("POST", "/baskets", content=body)

    assert response.status_code == 422
    assert response.json()["field"] == field
    assert accepted in response.json()["accepted"]


def test_what_is_not_json_is_400() -> None:
    assert ask("POST", "/baskets", content=b"{nope").status_code == 400
    assert ask("POST", "/baskets", content=b'{"name": "\xff"}').status_code == 400


def test_a_body_beyond_the_bound_is_413() -> None:
    assert ask("POST", "/baskets", content=b" " * (BODY_BYTES_MAX + 1)).status_code == 413


@pytest.mark.parametrize("query", ["limit=0", "limit=ten", "limit=10", "limt=5", "limit=%D9%A3"])
def test_a_wrong_query_parameter_is_422_and_named(query: str) -> None:
    response = ask("GET", f"/baskets?{query}")

    assert response.status_code == 422
    assert response.json()["field"] in {"limit", "limt"}
    assert response.json()["accepted"]


@pytest.mark.parametrize("text", ["", "1e3", "nan", "1.23", "ten", "9" * 65, "1_0", " 1"])
def test_a_decimal_text_off_its_grid_is_refused(text: str) -> None:
    with pytest.raises(RequestFault) as refused:
        decimal_units("price", text, 10)
    assert refused.value.field == "price"


def test_a_decimal_text_on_its_grid_is_read() -> None:
    assert decimal_units("price", "-1.50", 100) == -150
