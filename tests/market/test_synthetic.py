import hashlib
from datetime import date

import numpy as np
import pytest

from seatrial.domain.faults import RequestFault
from seatrial.domain.ids import Symbol
from seatrial.market.bars import CLOSE, HIGH, LOW, OPEN, START, VOLUME
from seatrial.market.instruments import instrument_of
from seatrial.market.sessions import sessions
from seatrial.market.shift import align
from seatrial.market.synthetic import padded, synthetic_market

MONDAY = date(2019, 2, 11)
BOTH = [instrument_of("AAPL"), instrument_of("BTCUSDT")]


def made(seed=7, count=2, instruments=BOTH):
    return synthetic_market(instruments, seed=seed, first_day=MONDAY, session_count=count)


def test_one_seed_is_one_market_on_every_machine():
    digest = hashlib.sha256()
    for symbol, table in sorted(made().items()):
        digest.update(symbol.encode() + table.rows.astype("<i8").tobytes())

    assert digest.hexdigest()[:16] == "864fa313a3f7267f"


def test_another_seed_is_another_market():
    assert not np.array_equal(made(7)[Symbol("AAPL")].rows, made(8)[Symbol("AAPL")].rows)


def test_a_symbols_bars_do_not_depend_on_who_else_trades():
    alone = made(instruments=BOTH[:1])[Symbol("AAPL")]

    assert np.array_equal(alone.rows, made()[Symbol("AAPL")].rows)


def test_every_bar_is_possible_and_on_the_grid_of_orders():
    for table in made(count=5).values():
        rows, instrument = table.rows, table.instrument
        assert (rows[:, LOW] <= np.minimum(rows[:, OPEN], rows[:, CLOSE])).all()
        assert (rows[:, HIGH] >= np.maximum(rows[:, OPEN], rows[:, CLOSE])).all()
        assert (rows[:, LOW] > 0).all()
        assert (rows[:, OPEN : CLOSE + 1] % instrument.tick_units == 0).all()
        assert (rows[:, VOLUME] % instrument.lot_units == 0).all()
        assert (rows[:, VOLUME] > 0).all()


def test_equities_trade_in_sessions_and_crypto_round_the_clock():
    tables = made(count=2)

    assert len(tables[Symbol("AAPL")]) == 2 * 390
    assert len(tables[Symbol("BTCUSDT")]) == 2 * 1440
    assert align(tables).sessions == tuple(sessions("XNYS", MONDAY, date(2019, 2, 12)))


def test_wild_minutes_follow_wild_minutes_and_the_open_is_busier_than_noon():
    rows = made(count=10)[Symbol("AAPL")].rows
    moves = np.abs(np.diff(np.log(rows[:, CLOSE])))
    volume = rows[:, VOLUME].reshape(10, 390)

    assert np.corrcoef(moves[1:], moves[:-1])[0, 1] > 0.05
    assert volume[:, :20].mean() > 1.5 * volume[:, 185:205].mean()


def test_made_up_markets_say_so():
    table = made()[Symbol("AAPL")]

    assert table.line().startswith("AAPL: 780 bars of synthetic market, seed 7, made up for 2019-02-11 to 2019-02-12")
    assert table.source_note == "no edge is to be found in it"


def test_recorded_sessions_can_be_followed_by_made_up_ones_that_are_labelled():
    longer = padded(align(made(count=3)), 6, seed=1)

    assert [day.day for day in longer.sessions] == [f"2019-02-{day}" for day in (11, 12, 13, 14, 15, 19)]
    bitcoin = longer.tables[Symbol("BTCUSDT")]
    assert set(np.diff(bitcoin.rows[:, START]).tolist()) == {60 * 10**9}
    assert bitcoin.last_ns == longer.end_ns
    assert "followed by 8640 made-up bars, seed 1" in bitcoin.source_note
    assert len(padded(longer, 2, seed=1).sessions) == 2


def test_crypto_alone_is_made_for_utc_days():
    table = made(count=3, instruments=BOTH[1:])[Symbol("BTCUSDT")]

    assert len(padded(align({table.symbol: table}), 5, seed=1).sessions) == 5


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_a_number_of_sessions_out_of_bounds_is_refused(count):
    with pytest.raises(RequestFault, match="1 to 1000"):
        made(count=count)
