"""What the proof writes down: one row per thing proved."""

from __future__ import annotations

from typing import Protocol


class Prove(Protocol):
    """Keep one row for `docs/reference/proof.md`: what was proved, how often, a figure, and the command for it."""

    def __call__(self, what: str, *, count: str, figure: str, command: str) -> None: ...
