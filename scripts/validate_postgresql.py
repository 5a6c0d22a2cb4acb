#!/usr/bin/env python3
"""The check of the database, where the runbooks look for it: seatrial db verify."""

from launch import seatrial

seatrial("db", "verify")
