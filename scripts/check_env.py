#!/usr/bin/env python3
"""Looks at a file of variables before anything starts with it: seatrial doctor --env-file."""

from launch import seatrial

seatrial("doctor")
