"""Which trades make a price, which only a volume, and which neither: the SIP's rules for last, high, low and volume.

Trades of US equities carry a mask, one bit per sale condition, written in hexadecimal. The numbers of the bits are
AlgoSeek's, as QuantConnect Lean publishes them; what each condition updates is in the CTA and UTP specifications.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seatrial.domain.faults import DataFault
from seatrial.market.shapes import Columns, rows_in

Mask = NDArray[np.bool_]

BITS = {
    "regular": 0,
    "cash": 1,
    "next_day": 2,
    "seller": 3,
    "yellow_flag": 4,
    "intermarket_sweep": 5,
    "opening": 6,
    "closing": 7,
    "reopening": 8,
    "derivatively_priced": 9,
    "form_t": 10,
    "sold_late": 11,
    "stopped": 12,
    "extended_hours": 13,
    "out_of_sequence": 14,
    "split": 15,
    "acquisition": 16,
    "bunched": 17,
    "stock_option": 18,
    "distribution": 19,
    "average_price": 20,
    "cross": 21,
    "price_variation": 22,
    "rule_155": 23,
    "official_close": 24,
    "prior_reference_price": 25,
    "official_open": 26,
    "cap_election": 27,
    "automatic_execution": 28,
    "trade_through_exempt": 29,
    "undocumented": 30,
    "odd_lot": 31,
}
VOLUME_ONLY = (
    "cash",
    "next_day",
    "seller",
    "form_t",
    "extended_hours",
    "stock_option",
    "average_price",
    "price_variation",
    "cap_election",
    "odd_lot",
)
EXTREMES_ONLY = ("derivatively_priced", "sold_late", "out_of_sequence", "prior_reference_price")
NOTHING = ("official_close", "official_open")  # an echo of a trade that was reported already


@dataclass(frozen=True, slots=True)
class Eligible:
    """What each trade counts for."""

    last: Mask  # opens and closes a bar
    extremes: Mask  # sets its high and low
    volume: Mask  # adds to its volume


def eligible(columns: Columns) -> Eligible:
    """Read masks and the flag `suspicious`, which takes a trade out altogether. A table that tells neither counts all.

    Raises:
        DataFault: a mask is no hexadecimal number; names its row.
    """
    count = rows_in(columns)
    told = masks(columns["conditions"]) if "conditions" in columns else np.zeros(count, dtype=np.int64)
    honest = ~columns["suspicious"] if "suspicious" in columns else np.ones(count, dtype=np.bool_)
    volume = honest & (told & _bits(NOTHING) == 0)
    extremes = volume & (told & _bits(VOLUME_ONLY) == 0)
    return Eligible(extremes & (told & _bits(EXTREMES_ONLY) == 0), extremes, volume)


def masks(conditions: NDArray[np.object_]) -> NDArray[np.int64]:
    """Texts of hexadecimal numbers as integers; empty means no condition."""
    words, place = np.unique(conditions.astype(str), return_inverse=True)
    numbers = np.zeros(len(words), dtype=np.int64)
    for index, word in enumerate(words.tolist()):
        try:
            numbers[index] = int(word, 16) if word else 0
        except ValueError as fault:
            row = int(np.argmax(conditions == word))
            rule = "accepted is a hexadecimal mask of sale conditions"
            raise DataFault(f"trades row {row}: conditions {word!r}; {rule}") from fault
    return numbers[place.reshape(-1)]


def _bits(names: tuple[str, ...]) -> int:
    return sum(1 << BITS[name] for name in names)
