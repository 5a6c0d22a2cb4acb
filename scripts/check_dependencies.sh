#!/usr/bin/env bash
# Whether the programs and the machine are those staging asks for: seatrial doctor --dependencies.
exec python3 "$(dirname "$0")/launch.py" doctor --dependencies "$@"
