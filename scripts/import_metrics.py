#!/usr/bin/env python3
"""The metrics history from CSV, where the runbooks look for it: seatrial metrics import."""

from launch import seatrial

seatrial("metrics", "import")
