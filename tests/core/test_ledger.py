"""The ledger: a blotter to read, and conservation for any sequence of fills."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seatrial.core import records as r
from seatrial.core.ledger import post_fill, trade_value

SCRIPT = """
    buy  10 @ 100  ->  qty  10  cost 1000  realized   0    opens long
    sell  4 @ 110  ->  qty   6  cost  600  realized  40    closes part, keeps average
    sell 10 @  90  ->  qty  -4  cost -360  realized -20    crosses zero, opens short
    buy   4 @  80  ->  qty   0  cost    0  realized  20    flat means no cost left
"""


def blank() -> tuple[r.Int64Array, r.Int64Array]:
    return np.zeros(r.POSITIONS_WIDTH, dtype=np.int64), np.zeros(r.ACCOUNTS_WIDTH, dtype=np.int64)


def test_a_round_trip_reads_like_a_trade_blotter() -> None:
    position, account = blank()
    for line in SCRIPT.strip().splitlines():
        side, qty, price, *expected = re.findall(r"buy|sell|-?\d+", line)

        post_fill(position, account, 1 if side == "buy" else -1, int(qty), int(price), 1, 1, 0, 0)

        assert position[[r.P_QTY, r.P_COST, r.P_REALIZED]].tolist() == [int(each) for each in expected], line


def test_a_fee_in_base_comes_out_of_what_is_received() -> None:
    position, account = blank()

    post_fill(position, account, 1, 1_000, 50, 10, 10, 1, 1)

    assert position[r.P_QTY] == 999
    assert position[r.P_COST] == 5_000
    assert account[r.A_CASH] == -5_000


def test_dust_left_by_a_fee_counts_as_flat() -> None:
    """A sell of whole lots after a fee in base leaves less than a lot, and the trade is over."""
    position, account = blank()
    post_fill(position, account, 1, 1_000, 50, 10, 10, 1, 1)

    post_fill(position, account, -1, 990, 50, 10, 10, 0, 0)

    assert position[r.P_QTY] == 9
    assert account[r.A_TRADE_CLOSED] == 1


fills = st.tuples(
    st.sampled_from([1, -1]),
    st.integers(1, 10**14),
    st.integers(1, 10**13),
    st.integers(0, 10**6),
    st.booleans(),
)


@given(st.lists(fills, max_size=40), st.sampled_from([1, 10**5, 10**8]))
def test_no_sequence_of_fills_makes_or_loses_one_unit(
    sequence: list[tuple[int, int, int, int, bool]], value_div: int
) -> None:
    """Rounding may shift profit between fills, but never out of the books."""
    position, account = blank()
    value_total = fees_total = held = 0
    for side, qty, price, fee, in_base in sequence:
        if qty * price // value_div > 10**17 or (in_base and fee > qty):
            continue
        post_fill(position, account, side, qty, price, value_div, 1, fee, int(in_base))
        value_total += side * trade_value(side, qty, price, value_div)
        fees_total += 0 if in_base else fee
        held += side * qty - (fee if in_base else 0)

        assert position[r.P_COST] - position[r.P_REALIZED] == value_total
        assert account[r.A_CASH] == -value_total - fees_total
        assert position[r.P_QTY] == held
        assert held != 0 or position[r.P_COST] == 0
