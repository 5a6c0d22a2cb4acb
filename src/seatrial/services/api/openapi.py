"""OpenAPI 3.1, written from what the doors tell about themselves. Nothing in it is said a second time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from starlette.routing import BaseRoute

from seatrial.services.access.scopes import PUBLIC
from seatrial.services.api.doors import Door, Parameter, Stream, Told
from seatrial.services.api.refused import Refusal

REFERENCE = "#/components/schemas/{name}"
ANYTHING = "/{"
REFUSED_EVERYWHERE = (405, 422, 429, 503)
ABOUT = """Every answer carries `X-Request-ID` (the caller's own, or one given here) and `X-RateLimit-Limit`,
`X-RateLimit-Remaining` and `X-RateLimit-Reset` (seconds until the allowance is whole again). Every refusal has
the shape `Refusal`. Times are RFC 3339 in UTC. `HEAD` answers wherever `GET` does.

Doors ask for `Authorization: Bearer st_...`, made by `seatrial token create`, or for a browser's session cookie;
any token may read. In stage dev this machine needs neither."""


@dataclass(frozen=True, slots=True)
class RoleDoors:
    """The doors of one role, and the path under which a document shows them."""

    role: str
    doors: Sequence[Told]
    prefix: str = ""


def told_of(routes: Sequence[BaseRoute]) -> list[Told]:
    """What these routes tell; a plain route tells nothing."""
    return [route.told for route in routes if isinstance(route, Door | Stream)]


def document(roles: Sequence[RoleDoors], *, title: str, version: str) -> dict[str, Any]:
    """The description of these roles' doors."""
    shapes = _Shapes(list(_types(roles)))
    paths: dict[str, dict[str, Any]] = {}
    streams = []
    for each in roles:
        for told in each.doors:
            if told.path.startswith(ANYTHING):
                continue  # a door to whatever is left, as a page has, has no shape to tell
            path = each.prefix + _plain(told.path)
            if told.method == "WS":
                streams.append(_stream(each.role, path, told, shapes))
            else:
                paths.setdefault(path, {})[told.method.lower()] = _operation(each.role, path, told, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": each.role} for each in roles],
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`seatrial token create`"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "seatrial_session",
                    "description": "Opened by POST /session of the dashboard; its name ends in the dashboard's port.",
                },
            },
        },
        "x-streams": streams,
    }


# ---------------------------------------------------------------- operations


def _operation(role: str, path: str, told: Told, shapes: _Shapes) -> dict[str, Any]:
    words = re.findall(r"[A-Za-z0-9]+", path)
    found: dict[str, Any] = {
        "operationId": "_".join([role.replace("-", "_"), told.method.lower(), *words]),
        "summary": told.summary,
        "description": _scopes_text(told),
        "tags": [role],
        "security": _security(told),
        "x-scopes": sorted(told.scopes),
        "responses": _responses(told, shapes),
    }
    parameters = [*_in_path(told.path), *(_in_query(each, shapes) for each in told.parameters)]
    if parameters:
        found["parameters"] = parameters
    if told.body is not None:
        content = {"application/json": {"schema": shapes.of(told.body)}}
        found["requestBody"] = {"required": _needed(told.body), "content": content}
    return found


def _stream(role: str, path: str, told: Told, shapes: _Shapes) -> dict[str, Any]:
    said = {"role": role, "path": path, "summary": told.summary, "x-scopes": sorted(told.scopes)}
    return said if told.body is None else {**said, "says": shapes.of(told.body)}


def _scopes_text(told: Told) -> str:
    if told.scopes == PUBLIC:
        return "Open to everybody."
    text = f"Scope: {' or '.join(sorted(told.scopes))}."
    return f"{text} Reduces risk: no rate limit keeps it shut." if told.always else text


def _security(told: Told) -> list[dict[str, list[str]]]:
    return [] if told.scopes == PUBLIC else [{"token": sorted(told.scopes)}, {"session": sorted(told.scopes)}]


def _responses(told: Told, shapes: _Shapes) -> dict[str, Any]:
    refused = {*REFUSED_EVERYWHERE}
    if told.scopes != PUBLIC:
        refused |= {401, 403}
    if "{" in told.path:
        refused.add(404)
    if told.method != "GET":
        refused.add(409)
    if told.body is not None:
        refused |= {400, 413}
    answers: dict[int, Any] = dict.fromkeys(refused, Refusal) | dict(told.answers)
    return {str(status): _response(status, answers[status], shapes) for status in sorted(answers)}


def _response(status: int, kind: Any, shapes: _Shapes) -> dict[str, Any]:
    said: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if isinstance(kind, str):
        said["content"] = {kind: {"schema": {"type": "string"}}}
    elif kind is not None:
        said["content"] = {"application/json": {"schema": shapes.of(kind)}}
    if status == 429:
        said["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return said


def _in_path(path: str) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{([^}:]+)", path):
        schema = {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(parameter: Parameter, shapes: _Shapes) -> dict[str, Any]:
    said = {"name": parameter.name, "in": "query", "required": parameter.required, "schema": shapes.of(parameter.kind)}
    return said | ({"description": parameter.meaning} if parameter.meaning else {})


def _plain(path: str) -> str:
    """`{rest:path}` reads as `{rest}`."""
    return re.sub(r":[a-z]+}", "}", path)


def _needed(body: Any) -> bool:
    """A body all of whose fields may be left out may be left out itself."""
    fields = msgspec.structs.fields(body) if isinstance(body, type) and issubclass(body, msgspec.Struct) else None
    return fields is None or any(field.required for field in fields)


# -------------------------------------------------------------------- schemas


class _Shapes:
    """Schemas of types, those with a name once and by reference."""

    def __init__(self, types: Sequence[Any]) -> None:
        unique = list(dict.fromkeys(types))
        schemas, components = msgspec.json.schema_components(unique, ref_template=REFERENCE)
        self.components: Mapping[str, Any] = _as_sent(components)
        self._schemas = dict(zip(unique, map(_as_sent, schemas), strict=True))

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a declared type; a union of several is any of them."""
        parts = [self._schemas[part] for part in _parts(kind)]
        return parts[0] if len(parts) == 1 else {"anyOf": parts}


def _as_sent(schema: Any) -> Any:
    """msgspec describes a decimal as text; our encoder sends it as a number with exactly its digits."""
    if isinstance(schema, list):
        return [_as_sent(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {name: each for name, each in schema.items() if name != "format"} | {"type": "number"}
    return {name: _as_sent(each) for name, each in schema.items()}


def _types(roles: Sequence[RoleDoors]) -> Iterator[Any]:
    yield Refusal
    for each in roles:
        for told in each.doors:
            kinds = [told.body, *told.answers.values(), *(parameter.kind for parameter in told.parameters)]
            for kind in kinds:
                if kind is not None and not isinstance(kind, str):
                    yield from _parts(kind)


def _parts(kind: Any) -> tuple[Any, ...]:
    """The members of a union, which msgspec describes one by one only; anything else is itself."""
    if get_origin(kind) in {Union, UnionType}:
        return tuple(NoneType if part is None else part for part in get_args(kind))
    return (kind,)
