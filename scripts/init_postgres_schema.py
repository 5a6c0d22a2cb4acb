#!/usr/bin/env python3
"""The schema of the database, where the runbooks look for it: seatrial db upgrade."""

from launch import seatrial

seatrial("db", "upgrade")
