#!/usr/bin/env bash
# A copy of everything that was traded, into backups/: seatrial db backup.
exec python3 "$(dirname "$0")/launch.py" db backup "$@"
