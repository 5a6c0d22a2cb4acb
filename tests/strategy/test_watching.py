"""Longer bars, timers and trades, as a strategy hears them."""

import dataclasses

import numpy as np
import pytest

from seatrial.bootstrap.markets import load_timeline
from seatrial.domain.bars import Bar
from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import AccountId, StrategyId, Symbol
from seatrial.domain.instrument import binance_spot, us_equity
from seatrial.domain.time import HOUR_NS, MINUTE_NS, parse_rfc3339
from seatrial.market.resampling import resample
from seatrial.services.schedule_gate import SessionsNear
from seatrial.strategy import EMA, SMA, CompiledStrategy, Strategy
from seatrial.strategy.runner import StrategyRunner
from seatrial.strategy.strategy import view_of
from seatrial.strategy.timers import parse_timer
from seatrial.strategy.watching import Trade

BTC = binance_spot("BTC", "USDT", tick="0.01", lot="0.00001")
AAPL = us_equity("AAPL")


class Listening(Strategy):
    """Writes down what it hears, in order."""

    symbols = ("BTCUSDT",)

    def on_start(self, context):
        self.heard = []

    def on_bar(self, context, bar):
        self.heard.append(("bar", bar.end_ns))


class Framed(Listening):
    timeframes = ("15m",)

    def on_frame(self, context, timeframe, bar):
        self.heard.append((timeframe, bar))


class Timed(Listening):
    timer = "every 5 min"

    def on_timer(self, context, at_ns):
        self.heard.append(("timer", at_ns))


class Traded(Listening):
    def on_trade(self, context, trade):
        self.heard.append(("trade", trade.at_ns, trade.price, trade.size))


def bar(minute, price=100, instrument=BTC):
    units = instrument.parse_price(str(price))
    start_ns = minute * MINUTE_NS
    return Bar(instrument.symbol, start_ns, start_ns + MINUTE_NS, units, units, units, units, instrument.qty_scale)


def runner_of(strategy, instruments=(BTC,), **more):
    ids = {"strategy_id": StrategyId("s"), "account": AccountId("a")}
    return StrategyRunner(strategy, instruments=list(instruments), **ids, **more)


def heard(strategy, bars, **more):
    runner = runner_of(strategy, **more)
    for each in bars:
        runner.on_bars([each], {})
    return strategy.heard


def frames(strategy, bars, **more):
    return [each[1] for each in heard(strategy, bars, **more) if each[0] in strategy.timeframes]


# ------------------------------------------------------------------ longer bars


@pytest.mark.parametrize(("symbol", "timeframe"), [("AAPL", "15m"), ("AAPL", "1h"), ("BTCUSDT", "2h"), ("AAPL", "1d")])
def test_longer_bars_are_those_of_data_resample(symbol, timeframe):
    timeline = load_timeline(None, [symbol], seed=3, session_count=3)
    table = timeline.tables[Symbol(symbol)]
    strategy = Framed()
    strategy.symbols, strategy.timeframes = (symbol,), (timeframe,)
    sessions_at = SessionsNear(table.instrument.calendar).at

    told = frames(strategy, table.bars(), instruments=[table.instrument], sessions_at=sessions_at)

    assert told == [view_of(each, table.instrument) for each in resample(table, timeframe).table.bars()]


def test_a_longer_bar_is_told_with_the_bar_that_completes_it_and_before_its_on_bar():
    told = heard(Framed(), [bar(minute) for minute in range(16)])

    places = [place for place, each in enumerate(told) if each[0] == "15m"]
    assert places == [14]
    assert told[14][1].end_ns == 15 * MINUTE_NS
    assert told[15] == ("bar", 15 * MINUTE_NS)


def test_where_its_last_bar_is_missing_it_is_told_with_the_next_one():
    told = heard(Framed(), [bar(minute) for minute in (*range(10), 17)])

    assert [each[0] for each in told[-2:]] == ["15m", "bar"]
    assert told[-2][1].volume == 10.0


def test_a_longer_bar_whose_beginning_was_not_seen_is_not_told():
    told = frames(Framed(), [bar(minute, price=100 + minute) for minute in range(3, 30)])

    assert [(each.start_ns, each.open) for each in told] == [(15 * MINUTE_NS, 115.0)]


def test_no_longer_bar_changes_with_the_future():
    """Whatever comes after a bar, what was told up to it is the same."""
    drawn = np.random.default_rng(5)
    minutes = np.flatnonzero(drawn.random(300) < 0.8).tolist()
    bars = [bar(minute, price=int(drawn.integers(90, 110))) for minute in minutes]
    for cut in (20, 77, 150):
        other = [dataclasses.replace(each, close_units=each.close_units * 2) for each in bars[cut:]]

        whole, changed = heard(Framed(), bars), heard(Framed(), [*bars[:cut], *other])

        until = next(place for place, each in enumerate(whole) if each == ("bar", bars[cut - 1].end_ns)) + 1
        assert whole[:until] == changed[:until]


def test_an_indicator_of_longer_bars_answers_nothing_until_there_are_enough():
    class Averaged(Framed):
        def on_start(self, context):
            super().on_start(context)
            self.average = context.indicator(SMA(2), "BTCUSDT", timeframe="15m")

        def on_bar(self, context, bar):
            self.heard.append(("value", self.average.value))

    told = heard(Averaged(), [bar(minute, price=100 + minute) for minute in range(31)])

    values = [each[1] for each in told if each[0] == "value"]
    assert values[:29] == [None] * 29
    assert values[29:] == [(114 + 129) / 2] * 2


def test_sessions_bound_the_longer_bars_of_equities():
    strategy = Framed()
    strategy.symbols, strategy.timeframes = ("AAPL",), ("1h",)
    opened_ns = parse_rfc3339("2024-01-03T14:30:00Z")
    minutes = [opened_ns // MINUTE_NS + minute for minute in (-5, *range(390))]

    told = frames(strategy, [bar(minute, 100, AAPL) for minute in minutes], instruments=[AAPL],
                  sessions_at=SessionsNear("XNYS").at)  # fmt: skip

    assert told[0].start_ns == opened_ns
    assert [each.end_ns - each.start_ns for each in told] == [HOUR_NS] * 6 + [30 * MINUTE_NS]


# ----------------------------------------------------------------------- timers


def test_a_timer_is_told_after_the_bars_that_end_at_its_time():
    told = heard(Timed(), [bar(minute) for minute in range(2, 11)])

    assert [each for each in told if each[0] == "timer"] == [("timer", 5 * MINUTE_NS), ("timer", 10 * MINUTE_NS)]
    assert told.index(("timer", 5 * MINUTE_NS)) == told.index(("bar", 5 * MINUTE_NS)) + 1


def test_of_several_due_times_the_last_is_told_and_none_that_is_too_old():
    told = heard(Timed(), [bar(0), bar(12), bar(80)])

    assert [each[1] for each in told if each[0] == "timer"] == [10 * MINUTE_NS, 80 * MINUTE_NS]


def test_a_time_of_the_day_follows_the_clocks_of_its_zone():
    timer = parse_timer("9:45, 15:50 America/New_York")
    winter, summer = parse_rfc3339("2024-03-08T14:45:00Z"), parse_rfc3339("2024-03-11T13:45:00Z")

    assert timer.last_due(winter) == winter
    assert timer.last_due(winter - 1) == parse_rfc3339("2024-03-07T20:50:00Z")
    assert timer.last_due(summer + HOUR_NS) == summer


@pytest.mark.parametrize("text", ["every 0 s", "every 2 days", "25:00 UTC", "10:00 Nowhere/City", "10:00", "now"])
def test_a_timer_that_is_none_is_refused_with_what_is_accepted(text):
    with pytest.raises(RequestFault, match="every 15 min"):
        parse_timer(text)


def test_what_a_timer_decides_during_the_warm_up_does_not_count():
    class Buying(Timed):
        warmup_bars = 7

        def on_timer(self, context, at_ns):
            context.target("BTCUSDT", weight=0.1)

    runner = runner_of(Buying())
    decided = [bool(runner.on_bars([bar(minute)], {})) for minute in range(10)]

    assert decided == [False] * 9 + [True]
    assert runner.discarded == 1


# ----------------------------------------------------------------------- trades


def test_trades_are_told_before_their_bar_in_order():
    def trades(symbol, start_ns, end_ns):
        return [Trade(start_ns + 1, BTC.parse_price("101.5"), BTC.qty_scale // 2), Trade(end_ns - 1, 10_000, 0)]

    told = heard(Traded(), [bar(0)], trades=trades)

    assert told[0] == ("trade", 1, 101.5, 0.5)
    assert [each[0] for each in told] == ["trade", "trade", "bar"]


def test_a_strategy_of_trades_is_refused_where_none_are_recorded():
    with pytest.raises(RequestFault, match=r"a market with trades: recorded ones \(--trades FILE\)"):
        runner_of(Traded())


# ----------------------------------------------------------------------- slips


class Compiled(CompiledStrategy):
    symbols = ("BTCUSDT",)
    timeframes = ("1h",)


class NoTimer(Listening):
    def on_timer(self, context, at_ns):
        pass


class NoFrames(Listening):
    def on_frame(self, context, timeframe, bar):
        pass


@pytest.mark.parametrize(
    ("strategy", "attributes", "told"),
    [
        (Framed, {"timeframes": ("7m",)}, "timeframes: accepted is some of 3m"),
        (NoTimer, {}, "timer: accepted is a timer such as"),
        (Listening, {"timer": "every 5 min"}, "an on_timer"),
        (NoFrames, {}, "timeframes: accepted is at least one"),
        (Compiled, {}, "write it as a Strategy"),
        (Listening, {"after_stop": "soon"}, "after_stop: accepted is `wait`"),
        (Listening, {"warmup_bars": -1}, "warmup_bars"),
    ],
)
def test_what_cannot_be_declared_is_refused_before_the_first_bar(strategy, attributes, told):
    made = strategy()
    for name, value in attributes.items():
        setattr(made, name, value)

    with pytest.raises(RequestFault, match=told):
        runner_of(made)


def test_an_indicator_of_a_timeframe_that_is_not_declared_is_refused():
    class Wrong(Framed):
        def on_start(self, context):
            context.indicator(EMA(3), "BTCUSDT", timeframe="1h")

    with pytest.raises(RequestFault, match="one that the strategy declares"):
        runner_of(Wrong())


def test_bars_that_do_not_divide_a_timeframe_are_refused():
    strategy = Framed()
    strategy.timeframes = ("5m",)
    longer = dataclasses.replace(bar(0), end_ns=2 * MINUTE_NS)

    with pytest.raises(RequestFault, match="multiples of the run's own bars of 120 s"):
        heard(strategy, [longer])
