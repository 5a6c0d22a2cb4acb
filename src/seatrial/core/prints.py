"""A bar as prints: when they happen, at which price, with how much volume, and how much of that can be ours.

Only what a bar says goes into it, so the backtest and the emulators make the same prints of the same bar.
"""

from __future__ import annotations

from seatrial.core.compiled import compiled, compiled_once

PRINTS_PER_BAR = 4
PRINT_OFFSET_PARTS = (1, 20, 40, 59)  # sixtieths of the bar's span

PPM = 1_000_000

# What is special about a print: bits of its phase. A bar's marks have the same bits for the bar as a whole.
OPENING = 1  # the session's first print of the instrument
CLOSING = 2  # the session's last: the close of the bar that ends as the session does
EXTENDED = 4  # outside regular hours
HALTED = 8  # the venue halted the instrument: the print meets no order


@compiled
def print_at_ns(start_ns: int, end_ns: int, index: int) -> int:
    """When the print `index` (0 open .. 3 close) of a bar happens."""
    part = 1
    if index == 1:
        part = 20
    elif index == 2:
        part = 40
    elif index == 3:
        part = 59
    return start_ns + (end_ns - start_ns) // 60 * part


@compiled
def print_price(open_units: int, high_units: int, low_units: int, close_units: int, index: int) -> int:
    """The price of the print `index`: the extreme nearer to the open is visited first."""
    if index == 0:
        return open_units
    if index == 3:
        return close_units
    high_first = high_units - open_units < open_units - low_units
    if (index == 1) == high_first:
        return high_units
    return low_units


@compiled
def print_volume(volume_units: int, lot_units: int, index: int) -> int:
    """The volume of the print `index`: a quarter on the lot grid, and the close takes what is left."""
    quarter = volume_units // 4 // lot_units * lot_units
    if index < 3:
        return quarter
    return volume_units - 3 * quarter


@compiled_once
def share_of(volume_units: int, participation_ppm: int) -> int:
    """The part of a volume that can be ours, without overflow."""
    whole, rest = volume_units // PPM, volume_units % PPM
    return whole * participation_ppm + rest * participation_ppm // PPM


@compiled
def available_units(volume_units: int, lot_units: int, participation_ppm: int) -> int:
    """How much of a print's volume our orders can take, on the lot grid."""
    return share_of(volume_units, participation_ppm) // lot_units * lot_units


@compiled
def print_phase(marks: int, index: int) -> int:
    """The phase of the print `index` of a bar with these marks: auctions are the outermost prints of a session."""
    phase = marks & (EXTENDED | HALTED)
    if index == 0:
        phase |= marks & OPENING
    elif index == 3:
        phase |= marks & CLOSING
    return phase
