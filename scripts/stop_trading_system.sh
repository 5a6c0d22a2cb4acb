#!/usr/bin/env bash
# Stops everything in order: seatrial down.
exec python3 "$(dirname "$0")/launch.py" down "$@"
