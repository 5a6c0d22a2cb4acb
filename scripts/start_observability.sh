#!/usr/bin/env bash
# Observability runs inside the platform, so this starts everything too: seatrial up.
exec python3 "$(dirname "$0")/launch.py" up "$@"
