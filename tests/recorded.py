"""Where recorded markets are: `SEATRIAL_DATA`, else the folder beside the project. No recording is ever committed."""

from __future__ import annotations

import os
from pathlib import Path

RECORDED = Path(os.environ.get("SEATRIAL_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
