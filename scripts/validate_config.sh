#!/usr/bin/env bash
# Whether the configuration is understood, and what is wrong here: seatrial doctor.
exec python3 "$(dirname "$0")/launch.py" doctor "$@"
