"""Halt, resume and kill, said to the running platform by its execution door."""

from __future__ import annotations

import getpass
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from seatrial.bootstrap.settings import Settings

ANSWER_SECONDS_MAX = 5.0
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Said:
    """Whether a word was taken, and what the door answered."""

    taken: bool
    answer: dict[str, Any]


def say_word(settings: Settings, word: str, reason: str, token: str | None) -> Said:
    """Say `halt`, `close-only`, `resume` or `kill`. Both ports of execution are tried before it counts as not taken."""
    said = Said(False, {"message": "nobody was asked"})
    for port in (settings.ports.execution, settings.ports.execution_alias):
        said = _post(f"http://{settings.host}:{port}/api/v1/{word}", reason, token)
        if said.taken or "error" in said.answer:
            return said
    return said


def _post(url: str, reason: str, token: str | None) -> Said:
    body = json.dumps({"reason": reason, "actor": getpass.getuser()}).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with _NO_PROXY.open(request, timeout=ANSWER_SECONDS_MAX) as response:
            return Said(True, json.loads(response.read()))
    except urllib.error.HTTPError as refusal:
        return Said(False, _refusal(refusal))
    except (OSError, ValueError) as fault:
        return Said(False, {"message": f"{url} does not answer: {fault}"})


def _refusal(refusal: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        return dict(json.loads(refusal.read()))
    except (ValueError, TypeError):
        return {"error": str(refusal.code), "message": f"it answers {refusal.code}"}
