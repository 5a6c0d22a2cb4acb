"""Lumibot, the whole bot, at the emulated Alpaca: its program runs by itself, and the venue tells what it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

shows = pytest.mark.shows
HERE = Path(__file__).parent
PATIENCE_SECONDS = 240
ROUNDS = 20  # Lumibot passes over a word of the stream that overtakes the answer to its order: some rounds are quiet


@contextmanager
def bot(folder: Path) -> Iterator[Path]:
    """The program until the block ends; yields what it says."""
    said = folder / "said.log"
    with (
        said.open("w") as log,
        subprocess.Popen(
            [sys.executable, str(HERE / "program.py")],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(HERE / "shim"), "ROUNDS": str(ROUNDS)},
        ) as process,
    ):
        try:
            yield said
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:  # its scheduler's threads may outlive the signal
                process.kill()


def told(said: Path, what: str) -> list[dict[str, Any]]:
    """The lines of one kind that the program said."""
    lines = (line for line in said.read_text("utf-8").splitlines() if line.startswith('{"what"'))
    return [line for line in map(json.loads, lines) if line["what"] == what]


def filled(said: Path, side: str) -> bool:
    """Whether the program heard of a fill of this side."""
    return any(fill["side"] == side for fill in told(said, "fill"))


@shows("account")
@shows("latest and snapshots")
@shows("bars")
@shows("market order")
@shows("limit order")
@shows("cancel")
@shows("positions")
@shows("order stream")
def test_a_program_buys_cancels_and_sells(
    tmp_path: Path, eventually: Callable[..., Any], operations: Callable[..., Any]
) -> None:
    with bot(tmp_path) as said:
        eventually(lambda: told(said, "canceled"), "the cancel", seconds=PATIENCE_SECONDS)
        eventually(lambda: told(said, "portfolio"), f"the sale, see {said}", seconds=PATIENCE_SECONDS)
        for side in ("buy", "sell"):
            eventually(lambda side=side: filled(said, side), f"a fill of a {side}", seconds=PATIENCE_SECONDS)
    assert told(said, "price")[0]["last"] > 0
    assert len(operations("alpaca", "accepted")) >= 3


@shows("reconnect")
def test_a_program_survives_a_cut_stream(
    tmp_path: Path,
    eventually: Callable[..., Any],
    faults: Callable[..., None],
    operations: Callable[..., Any],
) -> None:
    """What is filled while the stream is away is told by nobody, as at the venue: it learns that from its positions."""
    faults("alpaca", {"kind": "stream_disconnect", "stream": "trade_updates", "count_max": 1})
    with bot(tmp_path) as said:
        eventually(lambda: operations("alpaca", "fault"), "the cut", seconds=PATIENCE_SECONDS)
        eventually(lambda: told(said, "fill"), f"a fill of a later round, see {said}", seconds=PATIENCE_SECONDS)
        eventually(lambda: told(said, "portfolio"), "the sale", seconds=PATIENCE_SECONDS)
