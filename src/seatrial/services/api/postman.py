"""A Postman collection (format 2.1) of a description: one folder per role, one request per door."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
DEPTH_MAX: Final = 5  # how far an example body follows references


def collection(documents: Mapping[str, Mapping[str, Any]], bases: Mapping[str, str], *, version: str) -> dict[str, Any]:
    """The collection of each role's document. `bases` gives each role's address, as a variable to be changed."""
    folders = [
        {
            "name": role,
            "item": [
                _request(role, path, method, operation, document)
                for path, operations in document["paths"].items()
                for method, operation in operations.items()
            ],
        }
        for role, document in documents.items()
    ]
    about = "The doors of Seatrial. Set `token` to what `seatrial token create` printed."
    return {
        "info": {"name": "Seatrial", "description": about, "schema": SCHEMA, "version": version},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [{"key": "token", "value": ""}, *({"key": role, "value": base} for role, base in bases.items())],
        "item": folders,
    }


def _request(
    role: str, path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> dict[str, Any]:
    parameters = operation.get("parameters", [])
    said = re.sub(r"{([^}]+)}", r":\1", path)
    request: dict[str, Any] = {
        "method": method.upper(),
        "header": [],
        "description": operation["description"],
        "url": {
            "raw": f"{{{{{role}}}}}{said}",
            "host": [f"{{{{{role}}}}}"],
            "path": said.strip("/").split("/"),
            "query": [
                {"key": each["name"], "value": "", "description": each.get("description", ""), "disabled": True}
                for each in parameters
                if each["in"] == "query"
            ],
            "variable": [{"key": each["name"], "value": ""} for each in parameters if each["in"] == "path"],
        },
    }
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        raw = json.dumps(_example(schema, document["components"]["schemas"], 0), indent=2)
        request["header"] = [{"key": "Content-Type", "value": "application/json"}]
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return {"name": f"{method.upper()} {path}: {operation['summary']}", "request": request}


def _example(schema: Mapping[str, Any], shapes: Mapping[str, Any], depth: int) -> Any:
    """A body with every required field, each a value of its kind: a form to be filled in."""
    if "$ref" in schema:
        schema = shapes[schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], shapes, depth)
    kind = schema.get("type")
    match kind[0] if isinstance(kind, list) else kind:
        case "object" if depth < DEPTH_MAX:
            required = schema.get("required", [])
            known = schema.get("properties", {})
            return {name: _example(known[name], shapes, depth + 1) for name in required if name in known}
        case "array":
            return []
        case "number" | "integer":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return False
        case "string":
            return ""
        case _:
            return None
