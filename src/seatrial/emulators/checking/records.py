"""An operation history from the file a venue wrote, or as its control door tells it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from seatrial.domain.faults import DataFault
from seatrial.emulators.history import Operation


def read_history(path: Path) -> list[Operation]:
    """The operations of a JSON-lines file; a last line that was cut off by a crash is left out.

    Raises:
        DataFault: naming the line that is not an operation.
    """
    decoder = msgspec.json.Decoder(Operation)
    lines = path.read_bytes().split(b"\n")
    operations = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            operations.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            if number == len(lines):
                break
            raise DataFault(f"{path}:{number}: not an operation: {fault}") from fault
    if not operations:
        raise DataFault(f"{path}: there is no operation in it")
    return operations
