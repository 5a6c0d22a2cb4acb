"""The log of a search: a header that says what is searched, then one line per finished trial, each on disk before the
next is counted. Killed at any moment and resumed, a search ends with the same table.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from seatrial.domain.faults import DataFault, RequestFault
from seatrial.runs.search.trial import Trial

SCHEMA = "seatrial.search/1"
NAME = "trials.jsonl"


class TrialLog:
    """Appends to one file; a line that was cut by a crash is taken off before anything is added."""

    def __init__(self, folder: Path, header: Mapping[str, Any], *, resume: bool) -> None:
        """Start a log, or continue one that searches the same.

        Raises:
            RequestFault: the folder holds a search and `resume` is not said, or it searches something else.
            DataFault: a whole line cannot be read.
        """
        self.path = folder / NAME
        self.known: dict[str, Trial] = {}
        header = json.loads(json.dumps({"schema": SCHEMA, **header}))
        there = self.path.exists() and self.path.stat().st_size > 0
        self._new = not there
        if there and not resume:
            raise RequestFault("out", "an empty folder, or --resume FOLDER to continue its search", str(folder))
        if not there and resume:
            raise RequestFault("resume", f"a folder with {NAME}", str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        if there:
            self._read(header)
        self._file = self.path.open("ab")
        if not there or self._file.tell() == 0:
            self._append({"header": header})

    def add(self, key: str, trial: Trial) -> None:
        """Keep one trial; it is on disk when this returns. `key` tells trials of several searches apart."""
        self.known[key] = trial
        self._append({"key": key, **trial.body()})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *told: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()
        if self._new and not self.known:  # nothing was tried: nothing is left that the next one would have to resume
            self.path.unlink()
            if not any(self.path.parent.iterdir()):
                self.path.parent.rmdir()

    def _append(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, allow_nan=False, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, header: Mapping[str, Any]) -> None:
        whole, _, torn = self.path.read_bytes().rpartition(b"\n")
        if torn:
            with self.path.open("r+b") as file:
                file.truncate(len(whole) + 1 if whole else 0)
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                told = json.loads(line)
                if number == 1:
                    self._compare(told["header"], header)
                else:
                    key = told.pop("key")
                    self.known[key] = Trial.parse(told)
            except (ValueError, KeyError, TypeError) as fault:
                raise DataFault(f"{self.path}: line {number} is no line of a search: {fault}") from fault

    def _compare(self, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        for name in wanted:
            if there.get(name) != wanted[name]:
                accepted = f"the {name} it was started with, {there.get(name)!r}; or another folder"
                raise RequestFault("resume", accepted, wanted[name])
