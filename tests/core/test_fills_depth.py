"""Every rule of `docs/concepts/fills_depth.md` as a blotter, on both venues; and both on the same random streams."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.depth_venues import FACES, Compiled, Face, Plain, check, tell

from seatrial.core.depth_orders import FillRules
from seatrial.core.queue_position import MICRO, QUEUE_MODELS, behind_share
from seatrial.domain.faults import RequestFault

OPEN = "bid 100 7\nbid 99 3\nask 105 4\nask 106 5\n"
CAUTIOUS = FillRules()

BLOTTERS = {
    "D-01 a post-only order that would trade is refused": (
        CAUTIOUS,
        "1 buy 2 @ 105 post -> rejected\n2 buy 2 @ 104 post",
    ),
    "D-02 what trades on arrival takes levels at their prices": (
        CAUTIOUS,
        "1 buy 6 @ 106 -> taker 1 4 @ 105, taker 1 2 @ 106",
    ),
    "D-02 what is left of a limit order rests": (
        CAUTIOUS,
        "1 buy 6 @ 105 -> taker 1 4 @ 105\ncancel 1",
    ),
    "D-02 what is left of a market or IOC order expires": (
        CAUTIOUS,
        "1 buy 12 -> taker 1 4 @ 105, taker 1 5 @ 106, expired\n"
        "2 sell 8 @ 100 ioc -> taker 2 7 @ 100, expired\ncancel 2 -> gone",
    ),
    "D-02 fill or kill": (
        CAUTIOUS,
        "1 buy 5 @ 105 fok -> expired\n2 buy 9 @ 106 fok -> taker 2 4 @ 105, taker 2 5 @ 106",
    ),
    "D-02 a market without the other side": (CAUTIOUS, "ask 105 0\nask 106 0\n1 buy 1 -> expired"),
    "D-03 trades eat what is ahead, and that is not enough": (CAUTIOUS, "1 buy 2 @ 100\nseller 100 7"),
    "D-03 a lot more reaches us": (
        CAUTIOUS,
        "1 buy 2 @ 100\nseller 100 8 -> maker 1 1 @ 100\nseller 100 9 -> maker 1 1 @ 100",
    ),
    "D-03 a trade on the other side is not ours": (CAUTIOUS, "1 buy 2 @ 100\nbuyer 105 50"),
    "D-03 what one order of ours took the next does not find": (
        CAUTIOUS,
        "1 buy 2 @ 100\n2 buy 3 @ 100\nseller 100 10 -> maker 1 2 @ 100, maker 2 1 @ 100",
    ),
    "D-04 cautious: a cancel was behind us": (CAUTIOUS, "1 buy 2 @ 100\nbid 100 9\nbid 100 7\nseller 100 7"),
    "D-04 cautious: less is left than stood ahead": (
        CAUTIOUS,
        "1 buy 2 @ 100\nbid 100 2\nseller 100 3 -> maker 1 1 @ 100",
    ),
    "D-04 a trade is not a cancel too": (
        FillRules(queue="proportional"),
        "1 buy 2 @ 100\nseller 100 3\nbid 100 4\nseller 100 4\nseller 100 1 -> maker 1 1 @ 100",
    ),
    "D-04 proportional: of four ahead and four behind half goes each": (
        FillRules(queue="proportional"),
        "bid 100 4\n1 buy 2 @ 100\nbid 100 8\nbid 100 4\nseller 100 3 -> maker 1 1 @ 100",
    ),
    "D-04 front: nothing is ahead": (FillRules(queue="front"), "1 buy 2 @ 100\nseller 100 1 -> maker 1 1 @ 100"),
    "D-05 a trade through our price meets us first": (
        CAUTIOUS,
        "1 buy 2 @ 100\n2 buy 2 @ 99\nseller 98 3 -> maker 1 2 @ 100, maker 2 1 @ 99",
    ),
    "D-05 whole, where the rules say so": (FillRules(whole="through"), "1 buy 5 @ 100\nseller 99 1 -> maker 1 5 @ 100"),
    "D-06 the other side comes to our price, as far as it goes": (
        CAUTIOUS,
        "1 buy 5 @ 100\nask 100 2 -> maker 1 2 @ 100\nask 100 2 -> maker 1 2 @ 100",
    ),
    "D-06 what came serves our better price first": (
        CAUTIOUS,
        "1 buy 2 @ 99\n2 buy 2 @ 100\nask 99 3 -> maker 2 2 @ 100, maker 1 1 @ 99",
    ),
    "D-07 a quote we join stands ahead": (
        FillRules(quotes=True),
        "quote 100 5 101 4\n1 buy 2 @ 100\nseller 100 5\nseller 100 1 -> maker 1 1 @ 100",
    ),
    "D-07 a quote that comes to us stands ahead too": (
        FillRules(quotes=True),
        "quote 100 5 101 4\n1 buy 2 @ 99\nquote 99 3 101 4\nseller 99 3\nseller 99 1 -> maker 1 1 @ 99",
    ),
    "D-07 out of sight nothing fills but what trades through": (
        FillRules(quotes=True),
        "quote 100 5 101 4\n1 buy 2 @ 98\nseller 98 9\nseller 97 1 -> maker 1 1 @ 98",
    ),
    "D-07 a quote falls behind us: we are first": (
        FillRules(quotes=True),
        "quote 100 5 101 4\n1 buy 2 @ 100\nquote 99 5 101 4\nseller 100 1 -> maker 1 1 @ 100",
    ),
    "D-08 what we took is gone until the level is told again": (
        CAUTIOUS,
        "1 buy 3 @ 105 -> taker 1 3 @ 105\n2 buy 3 @ 105 ioc -> taker 2 1 @ 105, expired\n"
        "ask 105 4\n3 buy 3 @ 105 -> taker 3 3 @ 105",
    ),
    "D-08 unless told otherwise": (
        FillRules(consume=False),
        "1 buy 3 @ 105 -> taker 1 3 @ 105\n2 buy 3 @ 105 -> taker 2 3 @ 105",
    ),
    "D-08 a quote's size is what there is": (
        FillRules(quotes=True),
        "quote 100 5 101 4\n1 buy 6 -> taker 1 4 @ 101, expired\n2 buy 1 -> expired\n"
        "quote 100 5 101 4\n3 buy 1 -> taker 3 1 @ 101",
    ),
    "D-09 the square-root law moves what is taken": (
        FillRules(impact_ppm=10_000, impact_lots=4),
        "1 buy 4 -> taker 1 4 @ 107",
    ),
    "D-09 and a limit is still a limit": (
        FillRules(impact_ppm=10_000, impact_lots=4),
        "1 buy 4 @ 106 ioc -> expired\n2 buy 1 @ 106 -> taker 2 1 @ 106",
    ),
    "D-10 a smaller replacement keeps its place": (
        CAUTIOUS,
        "1 buy 2 @ 100\nseller 100 6\n1 > 2 buy 1 @ 100\nseller 100 2 -> maker 2 1 @ 100",
    ),
    "D-10 a larger one goes to the back": (
        CAUTIOUS,
        "1 buy 2 @ 100\nseller 100 6\n1 > 2 buy 3 @ 100\nseller 100 2\nseller 100 6 -> maker 2 1 @ 100",
    ),
    "D-10 what rests no more is not replaced": (
        CAUTIOUS,
        "1 buy 2 @ 100\nseller 99 2 -> maker 1 2 @ 100\n1 > 2 buy 2 @ 100 -> rejected\ncancel 2 -> gone",
    ),
    "D-11 a cancel finds what is left, or nothing": (
        CAUTIOUS,
        "1 buy 2 @ 100\ncancel 1\ncancel 1 -> gone\nseller 99 9",
    ),
    "D-12 a new recording keeps our orders": (
        CAUTIOUS,
        "1 buy 2 @ 100\nclear\nbid 100 3\nseller 100 4 -> maker 1 1 @ 100",
    ),
}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("story", BLOTTERS)
def test_a_rule_reads_like_a_blotter(face: str, story: str) -> None:
    rules, blotter = BLOTTERS[story]
    check(FACES[face](rules), blotter if rules.quotes else OPEN + blotter)


def test_whole_in_every_way_is_what_a_venue_without_parts_does() -> None:
    for face in FACES.values():
        check(face(FillRules(whole="always")), OPEN + "1 buy 5 @ 100\nseller 100 8 -> maker 1 5 @ 100")


ticks = st.integers(95, 105)
lots = st.integers(1, 9)
LINES = st.one_of(
    st.builds("bid {} {}".format, st.integers(94, 102), st.integers(0, 9)),
    st.builds("ask {} {}".format, st.integers(98, 106), st.integers(0, 9)),
    st.builds("seller {} {}".format, ticks, lots),
    st.builds("buyer {} {}".format, ticks, lots),
    st.builds("{} {} {}".format, st.sampled_from(["buy", "sell"]), lots, st.just("")),
    st.builds(
        "{} {} @ {} {}".format,
        st.sampled_from(["buy", "sell"]),
        lots,
        ticks,
        st.sampled_from(["", "post", "ioc", "fok"]),
    ),
    st.builds("cancel {}".format, st.integers(1, 12)),
    st.builds("{} > new {} {} @ {}".format, st.integers(1, 12), st.sampled_from(["buy", "sell"]), lots, ticks),
    st.just("clear"),
)
QUOTES = st.one_of(
    st.builds(
        lambda bid, gap, one, two: f"quote {bid} {one} {bid + gap} {two}",
        st.integers(96, 102),
        st.integers(1, 3),
        lots,
        lots,
    ),
    LINES.filter(lambda line: not line.startswith(("bid", "ask"))),
)


def numbered(lines: list[str]) -> list[str]:
    """Give each order its number."""
    told = []
    for number, line in enumerate(lines, 1):
        if line.startswith(("buy ", "sell ")):
            told.append(f"{number} {line.strip()}")
        else:
            told.append(line.replace("new", str(number)).strip())
    return told


def rules_of(queue: str, whole: str, consume: bool, quotes: bool) -> FillRules:
    return FillRules(queue=queue, whole=whole, consume=consume, quotes=quotes, impact_ppm=2_000, impact_lots=7)


RULES = st.builds(
    rules_of,
    st.sampled_from(sorted(QUEUE_MODELS)),
    st.sampled_from(["never", "through", "always"]),
    st.booleans(),
    st.just(False),
)


@settings(max_examples=150)
@given(RULES, st.booleans(), st.data())
def test_both_venues_say_the_same_to_any_stream(rules: FillRules, quotes: bool, data: st.DataObject) -> None:
    lines = numbered(data.draw(st.lists(QUOTES if quotes else LINES, max_size=40)))
    plain, compiled = Plain(rules._replace(quotes=quotes)), Compiled(rules._replace(quotes=quotes))
    for at, line in enumerate(lines):
        assert tell(compiled, line) == tell(plain, line), lines[: at + 1]
        assert compiled.ahead() == plain.ahead(), lines[: at + 1]


def aheads(face: Face) -> dict[int, int]:
    return {number: ahead for number, ahead in face.ahead().items() if ahead is not None}


@settings(max_examples=100)
@given(st.sampled_from(sorted(QUEUE_MODELS)), st.lists(LINES, max_size=40))
def test_a_place_in_the_queue_is_never_lost_and_fills_have_a_source(queue: str, lines: list[str]) -> None:
    """What is ahead of an order never grows; makers fill from what traded or came, takers from what stood."""
    venue = Compiled(FillRules(queue=queue))
    asked: dict[int, int] = {}
    filled: dict[int, int] = {}
    for line in numbered(lines):
        before, words = aheads(venue), line.split()
        told = tell(venue, line)
        after = aheads(venue)
        assert all(after[number] <= before[number] for number in after if number in before), line
        if words[0].isdigit():
            order = words[2:] if words[1] == ">" else words
            asked[int(order[0])] = int(order[2])
        parts = [word.split() for word in told if word.startswith(("maker", "taker"))]
        for _, number, part, *_ in parts:
            filled[int(number)] = filled.get(int(number), 0) + int(part)
        makers = sum(int(part) for kind, _, part, *_ in parts if kind == "maker")
        if words[0] in ("seller", "buyer", "bid", "ask"):
            assert makers <= int(words[2]), line
    assert all(filled[number] <= asked[number] for number in filled)


@given(st.sampled_from(sorted(QUEUE_MODELS.values())), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_cancel_is_somewhere(model: int, ahead: int, behind: int) -> None:
    share = behind_share(model, 3_000, 1, ahead * MICRO, behind * MICRO)
    assert 0.0 <= share <= 1.0
    assert ahead > 0 or share == 1.0


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        (FillRules(queue="guess"), "queue"),
        (FillRules(whole="maybe"), "whole"),
        (FillRules(power_milli=0), "power_milli"),
        (FillRules(impact_ppm=-1), "impact_ppm"),
    ],
)
def test_a_rule_that_does_not_exist_is_named(rules: FillRules, named: str) -> None:
    with pytest.raises(RequestFault, match=named):
        Compiled(rules)
