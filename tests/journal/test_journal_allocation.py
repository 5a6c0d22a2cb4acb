from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.sharing import prorate
from seatrial.domain.ids import StrategyId
from seatrial.journal.allocation import UNALLOCATED, Allocation, share_fill

SCRIPT = """
    fill  10 of  A 6   B 4        ->  A 6   B 4
    fill   5 of  A 6   B 4        ->  A 3   B 2
    fill   1 of  A 1   B 1        ->  A 1
    fill   7 of  A 1   B 1   C 1  ->  A 1   B 1   C 1   ? 4
    fill  -5 of  A -6  B -4       ->  A -3  B -2
    fill   3 of  A 10  B -4       ->  A 5   B -2
    fill  -3 of  A 4   B 4        ->  ? -3
    fill   4 of                   ->  ? 4
"""

weights = st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=6).filter(lambda units: sum(units) != 0)


def parse(text: str) -> Allocation:
    words = text.split()
    names = [UNALLOCATED if word == "?" else StrategyId(word) for word in words[::2]]
    return tuple(zip(names, map(int, words[1::2]), strict=True))


def test_sharing_out_reads_like_a_ledger() -> None:
    for line in map(str.strip, SCRIPT.strip().splitlines()):
        asked, expected = line.split("->")
        fill, owed = asked.removeprefix("fill").split("of")

        shares, _ = share_fill(parse(owed), int(fill))

        assert shares == parse(expected), line


@given(st.integers(-(2**62), 2**62), weights)
def test_shares_sum_exactly_and_none_is_off_by_a_unit(units: int, parts: list[int]) -> None:
    shares = prorate(units, parts)

    assert sum(shares) == units
    for share, part in zip(shares, parts, strict=True):
        assert abs(share * sum(parts) - units * part) < abs(sum(parts))


quantities = st.lists(st.integers(1, 10**12), min_size=1, max_size=5)


@given(parts=quantities, fills=quantities, side=st.sampled_from([1, -1]))
def test_partial_fills_give_everyone_exactly_what_was_asked(parts: list[int], fills: list[int], side: int) -> None:
    owed: Allocation = tuple((StrategyId(f"S{i}"), side * part) for i, part in enumerate(parts))
    asked, got, left = dict(owed), dict.fromkeys(dict(owed), 0), sum(parts)
    for fill in [*fills, left]:
        taken = min(fill, left)
        shares, owed = share_fill(owed, side * taken)
        left -= taken
        for name, units in shares:
            assert units * side > 0, "no share goes against its order"
            got[name] += units
            assert abs(got[name]) <= abs(asked[name]), "nobody gets more than was asked"

    assert got == asked
