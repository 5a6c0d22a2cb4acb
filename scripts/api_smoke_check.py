#!/usr/bin/env python3
"""The smoke check, where the runbooks look for it: seatrial smoke."""

from launch import seatrial

seatrial("smoke")
