"""What a bias detector said becomes a verdict; the worst of the strategies counts, and silence is none."""

import pytest

from seatrial.release.gates import bias
from seatrial.release.gates.asked import Asked
from seatrial.release.gates.bias import BiasSeen
from seatrial.release.verdict import ClockKind, VenueKind, Verdict

ASKED = Asked("lookahead", 1, ClockKind.WALL, VenueKind.EMULATED, "seatrial gate run lookahead")


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ([], Verdict.NODATA),
        (["CLEAN", "CLEAN"], Verdict.PASS),
        (["CLEAN", "INCONCLUSIVE"], Verdict.INCONCLUSIVE),
        (["INCONCLUSIVE", "ERROR"], Verdict.ERROR),
        (["ERROR", "BIASED", "CLEAN"], Verdict.FAIL),
        (["CLEAN", "SPOTLESS"], Verdict.ERROR),
    ],
)
def test_the_worst_strategy_decides(words, verdict):
    seen = [BiasSeen(f"alpaca/s{place}", word, "its reason", 13) for place, word in enumerate(words)]

    assert bias.evaluate(seen, ASKED).verdict is verdict
