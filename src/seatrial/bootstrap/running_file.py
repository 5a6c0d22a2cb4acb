"""`run/release.json`: what the platform says it runs, for other terminals that have no token at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.bootstrap import run_files
from seatrial.bootstrap.settings import Settings

FILE = "release.json"


@dataclass(frozen=True, slots=True)
class Running:
    """What the running platform says of itself. `release` is None where it runs nothing sealed; `note` says why."""

    release: str | None
    note: str
    stage: str = ""
    mode: str = ""


def running_of_file(settings: Settings) -> Running:
    """What the platform wrote down some seconds ago, where its door does not say it to us."""
    run = run_files.read(settings.state, "platform")
    if run is None or not run.alive():
        return Running(None, "no platform runs here: `seatrial up`")
    try:
        told = json.loads((run_files.run_folder(settings.state) / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Running(None, "the platform does not say yet what it runs")
    return running_of(told.get("release"), told.get("note"), told)


def running_of(release: object, note: object, told: Mapping[str, object]) -> Running:
    """What a platform told, at its door or in its file."""
    return Running(
        str(release) if release else None,
        str(note or "what runs is not sealed: `seatrial release seal`"),
        str(told.get("stage", "")),
        str(told.get("mode", "")),
    )
