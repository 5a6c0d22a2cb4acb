#!/usr/bin/env bash
# How healthy every role is: seatrial status.
exec python3 "$(dirname "$0")/launch.py" status "$@"
