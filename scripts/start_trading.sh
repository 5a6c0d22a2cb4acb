#!/usr/bin/env bash
# Starts everything: seatrial up.
exec python3 "$(dirname "$0")/launch.py" up "$@"
