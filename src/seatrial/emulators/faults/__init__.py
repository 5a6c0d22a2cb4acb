"""What goes wrong on purpose, by seed and by name: a catalogue of faults, a script of them, and where they strike.

`catalogue` says what there is, `document` reads a script, `script` throws the dice, `app` strikes requests,
`link` strikes connections, `outbox` (next door) each message of a stream, `quotes` what quotes say, `market` trading
itself, `skew` the clock. The same seed and the same traffic give the same faults; each is in the operation history.
"""

from seatrial.emulators.faults.app import Asgi, FaultyApp
from seatrial.emulators.faults.document import parse_faults, read_faults
from seatrial.emulators.faults.fault import Fault
from seatrial.emulators.faults.plans import RequestPlan, StreamPlan
from seatrial.emulators.faults.script import FaultScript
from seatrial.emulators.faults.words import Words

__all__ = [
    "Asgi",
    "Fault",
    "FaultScript",
    "FaultyApp",
    "RequestPlan",
    "StreamPlan",
    "Words",
    "parse_faults",
    "read_faults",
]
