#!/usr/bin/env bash
# Looks at a running system and places no order: seatrial smoke --prod.
exec python3 "$(dirname "$0")/launch.py" smoke --prod "$@"
