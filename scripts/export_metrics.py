#!/usr/bin/env python3
"""The metrics history as CSV, where the runbooks look for it: seatrial metrics export."""

from launch import seatrial

seatrial("metrics", "export")
