"""Exit codes, the same for every command, and which fault leads to which."""

from __future__ import annotations

from seatrial.domain.faults import ConfigurationFault, DataFault, RequestFault, SeatrialFault

OK = 0
FAILED = 1  # the run found a failure: an unhealthy role, unequal fingerprints, a broken invariant
USAGE = 2
REFUSED = 3  # the configuration is unsafe or not understood
DATA = 4  # market data is missing or breaks a rule

MEANINGS = """\b
Exit codes:
  0  done
  1  the run found a failure
  2  the command line is wrong
  3  the configuration is refused
  4  market data is missing or wrong"""


def code_of(fault: SeatrialFault) -> int:
    """The exit code a fault leads to."""
    if isinstance(fault, ConfigurationFault):
        return REFUSED
    if isinstance(fault, DataFault):
        return DATA
    if isinstance(fault, RequestFault):
        return USAGE
    return FAILED
