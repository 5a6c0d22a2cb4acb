"""What a strategy declares about itself, held against what can be: before the first bar, with the name of the slip."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.instrument import Instrument
from seatrial.strategy.compiled_form import CompiledStrategy
from seatrial.strategy.depth_strategy import CompiledDepthStrategy, DepthStrategy
from seatrial.strategy.frames import checked_timeframes
from seatrial.strategy.reentry import parse_after_stop
from seatrial.strategy.strategy import Strategy
from seatrial.strategy.timers import parse_timer
from seatrial.strategy.vector_form import VectorStrategy


def hears_trades(strategy: Strategy) -> bool:
    """Whether it has an `on_trade` of its own."""
    return type(strategy).on_trade is not Strategy.on_trade


def hears_more(strategy: Strategy) -> bool:
    """Whether it hears anything beside its bars, or has a rule for what follows a stop."""
    rule = parse_after_stop(strategy.after_stop)
    return bool(strategy.timeframes or strategy.timer or hears_trades(strategy) or (rule is not None and rule.bars))


def form_of(strategy: Strategy) -> str:
    """Which of the forms a strategy has: docs/how_to/three_forms_of_one_strategy.md."""
    if isinstance(strategy, DepthStrategy):
        return "events, compiled" if isinstance(strategy, CompiledDepthStrategy) else "events"
    if isinstance(strategy, VectorStrategy):
        return "vectorised"
    return "compiled" if isinstance(strategy, CompiledStrategy) else "python"


def heard_by(strategy: Strategy) -> list[str]:
    """What it hears, in words; of one for events, events."""
    if isinstance(strategy, DepthStrategy):
        return ["events"]
    frames = [f"bars of {name}" for name in strategy.timeframes]
    timer = [f"a timer {strategy.timer}"] if strategy.timer else []
    return ["bars", *frames, *timer, *(["trades"] if hears_trades(strategy) else [])]


def check_declarations(strategy: Strategy) -> None:
    """Refuse what a strategy declares and nobody understands, before the first bar.

    Raises:
        RequestFault: a timeframe, timer or rule that is none, one without its callback, or a form without callbacks.
    """
    if isinstance(strategy, DepthStrategy):
        return  # it declares an interval and nothing else
    frames, timer = checked_timeframes(strategy.timeframes), parse_timer(strategy.timer)
    parse_after_stop(strategy.after_stop)
    if isinstance(strategy.warmup_bars, bool) or strategy.warmup_bars < 0:
        raise RequestFault("warmup_bars", "a number of bars, 0 or more", strategy.warmup_bars)
    has_timer = type(strategy).on_timer is not Strategy.on_timer
    if isinstance(strategy, CompiledStrategy) and (frames or timer or has_timer or hears_trades(strategy)):
        wanted = "no timeframes, timer or on_trade in a compiled or vectorised strategy: write it as a Strategy"
        raise RequestFault("timeframes", wanted, type(strategy).__name__)
    if (timer is None) == has_timer:
        wanted = "a timer such as `every 15 min` and an on_timer, or neither"
        raise RequestFault("timer", wanted, strategy.timer or "an on_timer alone")
    if type(strategy).on_frame is not Strategy.on_frame and not frames:
        raise RequestFault("timeframes", "at least one, such as `15m`, as there is an on_frame", strategy.timeframes)


def own_instruments(strategy: Strategy, instruments: Sequence[Instrument]) -> dict[Symbol, Instrument]:
    """The instruments of its symbols, in order of symbol.

    Raises:
        RequestFault: it names none, or one that is not there.
    """
    known = {instrument.symbol: instrument for instrument in instruments}
    if not strategy.symbols:
        raise RequestFault("symbols", "at least one symbol", strategy.symbols)
    for symbol in strategy.symbols:
        if symbol not in known:
            raise RequestFault("symbols", f"symbols among {', '.join(sorted(known))}", symbol)
    return {Symbol(symbol): known[Symbol(symbol)] for symbol in sorted(set(strategy.symbols))}
