"""Contenders in turn: start each, give each one run per round, and say what came out."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from benchmarks.environments import ROOT, Environments

READY_SECONDS_MAX = 900


@dataclass(frozen=True)
class Contender:
    """One way to do a workload. `size_max` keeps slow ones short: rates are compared, not durations."""

    name: str
    role: str  # ours, peer or limit
    module: str
    peer: str = ""  # the package that is compared, in an environment of its own
    size_max: int = sys.maxsize


@dataclass(frozen=True)
class Workload:
    """One question with its contenders. `size` things are done per run, of the kind `unit` names."""

    id: str
    title: str
    unit: str
    size: int
    quick_size: int
    contenders: tuple[Contender, ...]


@dataclass
class Player:
    """A running contender and its turns so far."""

    contender: Contender
    size: int
    process: subprocess.Popen[str]
    complaints: IO[str]
    ready: dict[str, Any]
    turns: list[dict[str, Any]] = field(default_factory=list)


def hold(
    workload: Workload, *, quick: bool, rounds: int, peers: bool, data: str, environments: Environments
) -> Iterator[dict[str, Any]]:
    """Run one workload; yields one result per contender, those that could not run included."""
    players: list[Player] = []
    for contender in workload.contenders:
        if contender.role == "peer" and not peers:
            continue
        size = min(workload.quick_size if quick else workload.size, contender.size_max)
        try:
            players.append(start(contender, size, data, environments))
        except (OSError, RuntimeError, subprocess.CalledProcessError) as fault:
            yield {**_head(workload, contender), "skipped": str(fault)[-400:]}
    try:
        for _ in range(rounds):
            for player in players:
                player.turns.append(_ask(player))
        for player in players:
            yield result_of(workload, player)
    finally:
        for player in players:
            _stop(player)


def start(contender: Contender, size: int, data: str, environments: Environments) -> Player:
    """Start a contender's process and wait until it has warmed up."""
    python = environments.python_of(contender.peer)
    complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process
    command = [python, "-m", contender.module, "--size", str(size), "--data", data, "--cache", str(environments.cache)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, cwd=ROOT
    )
    player = Player(contender, size, process, complaints, {})
    try:
        player.ready = _answer(player)
    except RuntimeError:
        _stop(player)
        raise
    return player


def _ask(player: Player) -> dict[str, Any]:
    assert player.process.stdin is not None
    player.process.stdin.write("run\n")
    player.process.stdin.flush()
    return _answer(player)


def _answer(player: Player) -> dict[str, Any]:
    assert player.process.stdout is not None
    line = player.process.stdout.readline()
    if not line:
        player.process.wait(READY_SECONDS_MAX)
        player.complaints.seek(0)
        raise RuntimeError(f"{player.contender.name} ended: {player.complaints.read()[-1500:]}")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _stop(player: Player) -> None:
    assert player.process.stdin is not None
    player.process.stdin.close()
    try:
        player.process.wait(10)
    except subprocess.TimeoutExpired:
        player.process.kill()
        player.process.wait()
    player.complaints.close()


def _head(workload: Workload, contender: Contender) -> dict[str, Any]:
    return {"workload": workload.id, "title": workload.title, "contender": contender.name, "role": contender.role}


def result_of(workload: Workload, player: Player) -> dict[str, Any]:
    """Median and spread of a contender's turns."""
    rates = [turn["count"] / turn["seconds"] for turn in player.turns]
    return {
        **_head(workload, player.contender),
        "unit": workload.unit,
        "size": player.size,
        "rounds": len(rates),
        "median": statistics.median(rates),
        "min": min(rates),
        "max": max(rates),
        "warm_up_seconds": player.ready["warm_up_seconds"],
        "before_mb": player.ready["before_mb"],
        "input_mb": player.ready.get("input_mb"),
        "peak_mb": player.turns[-1]["peak_mb"],
        "told": player.turns[-1]["told"],
        "versions": player.ready["versions"],
    }


def cache_folder() -> Path:
    """Where environments and prepared data are kept; ignored by git."""
    return ROOT / ".cache" / "bench"
