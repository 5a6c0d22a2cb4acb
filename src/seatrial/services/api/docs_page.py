"""`/docs`: the doors of a role on one page. No script, nothing from elsewhere: it works offline and by keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #d5dae1; --soft: #5a6675; --ground: #f6f8fa; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --line: #39424e; --soft: #9aa7b6; --ground: #1b2129; --accent: #6cb2ff; }
  body { background: #12161c; color: #e6ebf1; }
}
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { max-width: 46rem; } .soft { color: var(--soft); }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
summary { cursor: pointer; padding: .6rem .8rem; display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
summary:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
details > div { border-top: 1px solid var(--line); padding: .5rem .8rem 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; } pre { background: var(--ground); overflow-x: auto;
  padding: .6rem .8rem; border-radius: .4rem; }
.method { font-weight: 700; min-width: 4.2rem; }
.path { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .75rem .25rem 0;
  vertical-align: top; } th { color: var(--soft); font-weight: 600; } a { color: var(--accent); }
"""


def docs_page(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document made by `openapi.document`."""
    info = document["info"]
    about = "".join(f"<p>{_marked(part)}</p>" for part in info["description"].split("\n\n"))
    doors = "".join(
        _door(method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    streams = "".join(_stream(stream) for stream in document["x-streams"])
    schemas = "".join(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(info["title"])}</title><style>{_STYLE}</style></head>
<body><main><h1>{escape(info["title"])}</h1>
<p class="soft">version {escape(info["version"])} · <a href="openapi.json">openapi.json</a></p>
{about}<h2>Doors</h2>{doors}{f"<h2>Streams</h2>{streams}" if streams else ""}<h2>Shapes</h2>{schemas}
</main></body></html>
"""


def _door(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = "".join([*_parameters(operation), *_body(operation), *_answers(operation)])
    return _folded(
        f'<span class="method">{escape(method.upper())}</span><span class="path">{escape(path)}</span>'
        f'<span class="soft">{escape(operation["summary"])}</span>',
        f"<p>{_marked(operation['description'])}</p>{parts}",
    )


def _stream(stream: Mapping[str, Any]) -> str:
    says = f"<p>A client may say:</p>{_json(stream['says'])}" if "says" in stream else ""
    return _folded(
        f'<span class="method">WS</span><span class="path">{escape(stream["path"])}</span>'
        f'<span class="soft">{escape(stream["summary"])}</span>',
        f"<p>Scope: {escape(' or '.join(stream['x-scopes']) or 'none')}.</p>{says}",
    )


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    text = f"<p>{_marked(schema['description'])}</p>" if "description" in schema else ""
    # The name stands inside, so that a link to it opens the fold.
    inside = f'<div id="{escape(name)}">{text}{_json(rest)}</div>'
    return _folded(f'<span class="path">{escape(name)}</span>', inside)


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary><div>{inside}</div></details>\n"


def _parameters(operation: Mapping[str, Any]) -> Iterator[str]:
    if "parameters" not in operation:
        return
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}"
        f"{', required' if each['required'] else ''}</td><td>{escape(_kind(each['schema']))}</td>"
        f"<td>{escape(each.get('description', ''))}</td></tr>"
        for each in operation["parameters"]
    )
    yield f"<table><tr><th>parameter</th><th>where</th><th>kind</th><th>meaning</th></tr>{rows}</table>"


def _body(operation: Mapping[str, Any]) -> Iterator[str]:
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        optional = "" if operation["requestBody"]["required"] else " (may be left out)"
        yield f"<p>Body: {_linked(schema)}{optional}</p>"


def _answers(operation: Mapping[str, Any]) -> Iterator[str]:
    rows = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(response['description'])}</td><td>{_content(response)}</td></tr>"
        for status, response in operation["responses"].items()
    )
    yield f"<table><tr><th>status</th><th></th><th>body</th></tr>{rows}</table>"


def _content(response: Mapping[str, Any]) -> str:
    kinds = response.get("content", {})
    return ", ".join(
        _linked(each["schema"]) if media == "application/json" else escape(media) for media, each in kinds.items()
    )


def _linked(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}"><code>{name}</code></a>'
    if "anyOf" in schema:
        return " or ".join(_linked(each) for each in schema["anyOf"])
    return escape(_kind(schema))


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(str(each) for each in schema["enum"])
    bounds = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    return " ".join([str(schema.get("type", "anything")), *bounds])


def _marked(text: str) -> str:
    """Text whose `code` is code."""
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else escape(part) for index, part in enumerate(text.split("`"))
    )


def _json(value: object) -> str:
    return f'<pre tabindex="0">{escape(json.dumps(value, indent=2))}</pre>'
