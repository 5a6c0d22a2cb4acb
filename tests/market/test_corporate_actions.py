"""Splits and dividends open to a decision when they were known, and never before."""

from datetime import date
from fractions import Fraction

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.domain.faults import DataFault
from seatrial.domain.time import parse_rfc3339
from seatrial.market.adjusting import back_adjusted, factor_rows, factors, forward_adjusted
from seatrial.market.archive import Archive, Origin
from seatrial.market.bars import BAR_WIDTH, CLOSE, END, HIGH, LOW, OPEN, START, VOLUME, BarTable, Source
from seatrial.market.corporate_actions import CorporateAction, effective, known, load_actions
from seatrial.market.instruments import instrument_of
from seatrial.market.sessions import sessions
from seatrial.market.shapes import parse_name

AAPL = instrument_of("AAPL")
DAYS = sessions("XNYS", date(2020, 8, 24), date(2020, 9, 4))


def daily(closes):
    rows = np.empty((len(closes), BAR_WIDTH), dtype=np.int64)
    for row, (session, close) in enumerate(zip(DAYS, closes, strict=False)):
        units = round(close * 10_000)
        rows[row, [START, END]] = session.open_ns, session.close_ns
        rows[row, [OPEN, HIGH, LOW, CLOSE]] = units
        rows[row, VOLUME] = 1_000 * 10**9
    return BarTable(AAPL, rows, Source("a test", "", int(rows[0, START]), int(rows[-1, END])))


def action(day, ratio="1", cash=0.0, known_at_ns=None):
    ex_ns = next(session.open_ns for session in DAYS if session.day == day)
    return CorporateAction(
        AAPL.symbol, day, ex_ns, Fraction(ratio), round(cash * 10**8), ex_ns if known_at_ns is None else known_at_ns
    )


def write(folder, rows):
    path = folder / "reference" / "corporate_actions.parquet"
    path.parent.mkdir(parents=True)
    values = ", ".join(f"('{s}', '{d}'::date, '{a}', {r}::double, {c}::double)" for s, d, a, r, c in rows)
    duckdb.sql(
        f"copy (select * from (values {values}) as t(symbol, ex_date, action, split_ratio, cash_amount)) to '{path}'"
    )
    return folder


def test_a_file_of_actions_gives_exact_ratios_and_cash_at_the_open_of_the_ex_date(tmp_path):
    rows = [("AAPL", "2020-08-31", "split", 4.0, "null"), ("AAPL", "2020-08-07", "dividend", "null", 0.82),
            ("GE", "2021-08-02", "split", 0.125, "null"), ("MSFT", "2020-08-19", "dividend", "null", 0.51)]  # fmt: skip

    found = load_actions(write(tmp_path, rows), ["AAPL", "GE"])

    assert [(each.symbol, each.ex_day, each.ratio, each.cash_units) for each in found] == [
        ("AAPL", "2020-08-07", 1, 82_000_000),
        ("AAPL", "2020-08-31", 4, 0),
        ("GE", "2021-08-02", Fraction(1, 8), 0),
    ]
    assert found[1].ex_ns == found[1].known_at_ns == parse_rfc3339("2020-08-31T13:30:00Z")


def test_an_action_is_known_from_its_announcement_or_from_its_ex_date(tmp_path):
    archive = Archive(tmp_path / "catalog")
    ex_ns, told_ns = (int(parse_rfc3339(f"{day}T00:00:00Z")) for day in ("2020-08-31", "2020-07-30"))
    columns = {
        "ts": np.array([ex_ns, ex_ns]),
        "action": np.array(["dividend", "split"], dtype=object),
        "split_ratio": np.array([np.nan, 4.0]),
        "cash_amount": np.array([0.82, np.nan]),
        "known_at": np.array([-(2**63), told_ns]),
    }
    archive.add(parse_name("corporate_actions/alpaca/AAPL"), columns, Origin("a test", "", 0))

    found = load_actions(tmp_path / "catalog", ["AAPL"])

    assert [each.ratio for each in found] == [1, 4]
    assert [each.is_split for each in known(found, told_ns)] == [True]
    assert known(found, found[0].ex_ns) == found == effective(found, found[0].ex_ns, found[0].ex_ns + 1)


BAD = [
    (("AAPL", "2020-08-31", "merger", 1, 1), "row 0: AAPL action 'merger'; accepted are split and dividend"),
    (("AAPL", "2020-08-31", "split", "null", 1), "row 0: AAPL split_ratio nan; accepted is a number above zero"),
    (("AAPL", "2020-08-31", "split", -2, 1), "row 0: AAPL split_ratio -2.0"),
    (("AAPL", "2020-08-31", "dividend", 1, "-0.1"), "row 0: AAPL cash_amount -0.1"),
    (("AAPL", "2050-08-31", "split", 4, 1), "row 0: ex_date 2050-08-31: sessions of XNYS are known from"),
]


@pytest.mark.parametrize(("row", "told"), BAD)
def test_a_row_that_is_no_action_is_named(tmp_path, row, told):
    with pytest.raises(DataFault) as caught:
        load_actions(write(tmp_path, [row]), ["AAPL"])
    assert told in str(caught.value)


def test_a_folder_without_actions_tells_none(tmp_path):
    assert load_actions(tmp_path, ["AAPL"]) == []


def test_adjusted_prices_join_across_a_split_and_a_dividend():
    table = daily([500.0, 504.0, 126.0, 125.0])
    split, dividend = action(DAYS[2].day, "4"), action(DAYS[3].day, cash=1.26)

    back = back_adjusted(table, [split, dividend], as_of_ns=DAYS[3].close_ns)

    assert np.allclose(back.close, [123.75, 124.74, 124.74, 125.0])
    assert np.allclose(back.volume, [4_000, 4_000, 1_000, 1_000])
    assert np.allclose(forward_adjusted(table, [split, dividend], dividends=False).close, [500, 504, 504, 500])


def test_a_view_as_of_a_day_knows_nothing_of_the_split_after_it():
    table = daily([500.0, 504.0, 126.0])
    actions = [action(DAYS[2].day, "4", known_at_ns=0)]

    assert back_adjusted(table, actions, as_of_ns=DAYS[1].close_ns).close.tolist() == [500.0, 504.0]


ratios = st.sampled_from(["1", "2", "4", "1/8", "3/2", "10"])
histories = st.lists(st.tuples(st.floats(5, 500), ratios, st.floats(0.0, 2.0)), min_size=2, max_size=9)


@given(histories, st.integers(0, 8))
def test_what_was_told_of_a_bar_never_changes_when_more_becomes_known(history, cut):
    """The truncated history must give the same: no look-ahead, for any splits and dividends."""
    table = daily([price for price, _, _ in history])
    actions = [action(DAYS[row].day, ratio, cash) for row, (_, ratio, cash) in enumerate(history) if row]
    cut = min(cut, len(history) - 1)
    past = [each for each in actions if each.ex_ns <= DAYS[cut].open_ns]

    whole, short = (
        forward_adjusted(table, actions),
        forward_adjusted(daily([p for p, _, _ in history[: cut + 1]]), past),
    )

    assert whole.close[: cut + 1].tolist() == short.close.tolist()
    assert whole.volume[: cut + 1].tolist() == short.volume.tolist()
    back = back_adjusted(table, actions, as_of_ns=DAYS[cut].close_ns)
    assert np.allclose(back.close / back.close[-1], whole.close[: cut + 1] / whole.close[cut])


def test_factors_multiply_like_a_factors_file():
    """Its rule: a row applies up to and including its date, adjusted = raw * price_factor * split_factor."""
    table = daily([500.0, 504.0, 126.0, 125.0, 130.0])
    actions = [action(DAYS[2].day, "4"), action(DAYS[3].day, cash=1.26)]

    rows = factor_rows(table, actions)

    assert [row[0] for row in rows] == [DAYS[1].day, DAYS[2].day]
    assert np.allclose([row[1:] for row in rows], [(0.99, 0.25), (0.99, 1.0)])
    adjusted = []
    for session, raw in zip(DAYS, (500.0, 504.0, 126.0, 125.0, 130.0), strict=False):
        price, split = next(((p, s) for day, p, s in rows if session.day <= day), (1.0, 1.0))
        adjusted.append(raw * price * split)
    assert np.allclose(back_adjusted(table, actions, as_of_ns=DAYS[4].close_ns).close, adjusted)


def test_a_dividend_as_large_as_the_price_is_refused():
    with pytest.raises(DataFault, match="accepted is a dividend below the price"):
        factors(daily([5.0, 1.0]), [action(DAYS[1].day, cash=5.0)])


def test_a_reference_file_is_checked_against_its_factors(recorded_data):
    """The sample may hold both files; where it does, our factors must be theirs."""
    actions, theirs = (recorded_data / "reference" / f"{name}.parquet" for name in ("corporate_actions", "factors"))
    if not (actions.is_file() and theirs.is_file()):
        pytest.skip("this sample holds no corporate actions and no factors")
    rows = duckdb.sql(f"select symbol, date, split_factor from '{theirs}' order by 1, 2").fetchall()
    found = load_actions(recorded_data, {row[0] for row in rows})
    for symbol, day, split_factor in rows:
        later = [each.ratio for each in found if each.symbol == symbol and each.ex_day > day.isoformat()]
        ours = 1.0
        for ratio in later:
            ours /= float(ratio)
        assert ours == pytest.approx(split_factor, rel=1e-4), (symbol, day)
