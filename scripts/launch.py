"""Finds `seatrial`: the one of this folder's .venv, else the one on PATH. The other scripts are one line each."""

import os
import shutil
import sys
from pathlib import Path

PLACE = Path(__file__).resolve().parents[1] / ".venv" / "bin"


def seatrial(*words: str) -> None:
    """Become `seatrial WORDS ...` with this script's own arguments behind."""
    here = PLACE / "seatrial"
    found = str(here) if here.exists() else shutil.which("seatrial")
    if found is None:
        sys.exit("seatrial is not installed: run `make install` in the repository first")
    os.execv(found, [found, *words, *sys.argv[1:]])


if __name__ == "__main__":
    seatrial()
