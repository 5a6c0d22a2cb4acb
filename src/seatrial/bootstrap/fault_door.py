"""The control doors of running local venues, asked from another terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import httpx

from seatrial.bootstrap.ports import reachable
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import SeatrialFault, VenueUnavailable

TIMEOUT_SECONDS = 10.0
VENUES = ("alpaca", "binance")

Answers = dict[str, dict[str, Any]]


class RefusedByDoor(SeatrialFault):
    """The door says no; its own sentence names the field and what is accepted."""


def addresses(settings: Settings, urls: Sequence[str], venue: str) -> dict[str, str]:
    """Which doors to ask: those given, or the local ones of the settings; `venue` leaves one."""
    if urls:
        return {url: url.rstrip("/") for url in urls}
    wanted = [venue] if venue else list(VENUES)
    return {name: f"http://{reachable(settings.host)}:{getattr(settings.ports, name)}" for name in wanted}


def ask(
    doors: Mapping[str, str],
    method: Literal["GET", "POST", "DELETE"],
    path: str,
    *,
    body: object = None,
    tolerant: bool = False,
) -> Answers:
    """The same question at every door, by venue.

    `tolerant`: a fault that one venue does not know is no error as long as another does.

    Raises:
        VenueUnavailable: nobody listens there.
        RefusedByDoor: in its words.
    """
    answers: Answers = {}
    refusals: list[str] = []
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        for name, url in doors.items():
            try:
                answer = client.request(method, url + path, json=body)
                said = answer.json()
            except (httpx.HTTPError, ValueError) as error:
                raise VenueUnavailable(
                    f"{name}: no control door answers at {url}; start `seatrial emulate`, or name it with --url"
                ) from error
            if answer.status_code == httpx.codes.OK:
                answers[name] = said
            else:
                refusals.append(str(said.get("message", answer.text)))
    if refusals and not (tolerant and answers):
        raise RefusedByDoor(refusals[0])
    return answers
