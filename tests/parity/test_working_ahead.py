"""What a compiled strategy says of a block of rows worked out ahead is what it says bar by bar."""

from __future__ import annotations

from typing import Any

import pytest
from tests.parity.made_markets import account, market, runner, walk

from seatrial.domain.faults import RequestFault
from seatrial.runs.backtest import Ground, backtest
from seatrial.strategy import NOTHING, SMA, CompiledStrategy
from seatrial.strategy.scanning import looks_at_holding

BARS = 3_000  # several blocks, the last of them cut short


class Bands(CompiledStrategy):
    """Long above, short below, and nothing to say between; some bars leave it as it is."""

    symbols = ("AAA",)
    length = 7
    wide = 0.004

    def indicators(self) -> dict[str, SMA]:
        return {"middle": SMA(self.length)}

    @staticmethod
    def decide(now: Any, own: Any, memory: Any) -> float:
        if now.close > now.middle * (1.0 + own.wide):
            return 60.0
        if now.close < now.middle * (1.0 - own.wide):
            return -40.0
        return NOTHING if now.volume > 1_000.0 else 0.0


class Late(Bands):
    """The same, which may not decide before its thousandth bar."""

    warmup_bars = 1_000


class Held(Bands):
    """It looks at what is held, which nobody knows ahead."""

    @staticmethod
    def decide(now: Any, own: Any, memory: Any) -> float:
        if now.held > 0.0:
            return 0.0 if now.close < now.middle else NOTHING
        return 50.0 if now.close > now.middle * (1.0 + own.wide) else NOTHING


@pytest.mark.parametrize("form", [Bands, Late, Held])
@pytest.mark.parametrize("gap", [0.0, 0.2])
def test_blocks_worked_out_ahead_end_as_bars_heard_one_by_one(form: type[Bands], gap: float) -> None:
    made = market([walk("AAA", BARS, seed=5, gap=gap)], account())
    ground = Ground([made])

    def ready(wide: float) -> Any:
        strategy = form()
        strategy.wide = wide
        return runner(strategy, made)

    for wide in (0.0, 0.004, 0.004, 0.006):
        slow_way = backtest([made], [ready(wide)], one_by_one=True)
        assert len(slow_way.fills) > 4
        for quick in (
            ground.run([ready(wide)]),
            backtest([made], [ready(wide)], on_progress=lambda done, of: None),
        ):
            assert quick.machine.state_fingerprint() == slow_way.machine.state_fingerprint()
            assert quick.outcome_fingerprint == slow_way.outcome_fingerprint
            assert list(quick.equity) == list(slow_way.equity)


def test_only_what_reads_fields_of_now_other_than_the_holding_is_worked_out_ahead() -> None:
    def handed_on(now: Any, own: Any, memory: Any) -> float:
        return float(own.judge(now))

    def renamed(now: Any, own: Any, memory: Any) -> float:
        bar = now
        return float(bar.held)

    assert not looks_at_holding(Bands.decide)
    assert looks_at_holding(Held.decide)
    assert looks_at_holding(handed_on)
    assert looks_at_holding(renamed)


def test_tries_in_one_call_end_as_each_alone_and_tell_their_own_faults() -> None:
    made = market([walk("AAA", BARS, seed=9)], account())
    ground = Ground([made])

    def ready(form: type[Bands], wide: float) -> Any:
        strategy = form()
        strategy.wide = wide
        return runner(strategy, made)

    class Short(Bands):
        """It wants what cannot be, once it is far below."""

        @staticmethod
        def decide(now: Any, own: Any, memory: Any) -> float:
            return 1e18 if now.close < now.middle * (1.0 - own.wide) else 10.0

    tried = [(Bands, 0.001 * (1 + at % 5)) for at in range(40)] + [(Held, 0.003), (Bands, 0.004), (Short, 0.5)]
    answers = list(ground.run_each(ready(form, wide) for form, wide in tried))
    assert len(answers) == len(tried)
    for (form, wide), answer in zip(tried, answers, strict=True):
        alone = backtest([made], [ready(form, wide)])
        assert answer.result().machine.state_fingerprint() == alone.machine.state_fingerprint()
        assert answer.result().outcome_fingerprint == alone.outcome_fingerprint
        assert list(answer.result().equity) == list(alone.equity)

    mixed = list(ground.run_each([ready(Bands, 0.002), ready(Short, 0.002), ready(Bands, 0.002)]))
    assert mixed[0].result().outcome_fingerprint == mixed[2].result().outcome_fingerprint
    with pytest.raises(RequestFault, match="quantity"):
        mixed[1].result()
    assert list(ground.run_each([])) == []
