#!/usr/bin/env python3
"""Trades to look at in staging, where the runbooks look for them: seatrial db seed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from launch import seatrial

seatrial("db", "seed")
