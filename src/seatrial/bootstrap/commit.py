"""Which commit runs here: read from the checkout, without starting git."""

from __future__ import annotations

from pathlib import Path

import seatrial

UNKNOWN = "unknown"


def commit_sha(checkout: Path | None = None) -> str:
    """The full hash of the checkout's head; `unknown` for an installed package."""
    git = (checkout or Path(seatrial.__file__).resolve().parents[2]) / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).exists():
            return (git / name).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), UNKNOWN)
    except OSError:
        return UNKNOWN
