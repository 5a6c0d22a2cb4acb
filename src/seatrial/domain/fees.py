"""What a trade costs beside its commission."""

from __future__ import annotations

from dataclasses import dataclass

CENT_UNITS = 10**6


@dataclass(frozen=True, slots=True)
class SaleFees:
    """Regulatory fees on sales of US equities, each rounded up to `step_units` for every fill.

    Attributes:
        value_ppb: parts per thousand million of the proceeds; 27.80 a million is 27,800 (the SEC's, section 31).
        share_units: cash units for each whole share (FINRA's trading activity fee); 0.000166 is 16,600.
        share_units_max: the most that may be for one fill; 8.30 is 830,000,000.
        step_units: what each is rounded up to, a cent.
    """

    value_ppb: int
    share_units: int
    share_units_max: int
    step_units: int = CENT_UNITS
