"""`seatrial emulate`: what is asked for is had, or refused in one sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from tests.recorded import RECORDED

from seatrial.bootstrap.emulation.account_file import read_accounts
from seatrial.bootstrap.emulation.asked import Asked
from seatrial.bootstrap.emulation.markets import emulated_markets
from seatrial.bootstrap.markets import VenueMarket
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.faults import BadSetting, NoData, RequestFault
from seatrial.domain.ids import Symbol
from seatrial.domain.time import DAY_NS, MINUTE_NS, parse_rfc3339
from seatrial.market.sessions import sessions

DATA = RECORDED
with_data = pytest.mark.skipif(not DATA.is_dir(), reason="no recorded markets: set SEATRIAL_DATA")
SATURDAY_NS = int(parse_rfc3339("2026-11-21T18:00:00Z"))
MONDAY_NS = int(parse_rfc3339("2026-11-23T15:00:00Z"))


def markets(*symbols: str, now_ns: int = MONDAY_NS, data: str = "", **asked: object) -> dict[str, VenueMarket]:
    """As a backtest fills, unless asked otherwise: then a market's bars are all of them, not those of the past."""
    settings = load_settings({"data": data, "seed": "3", "speed": "1"})
    asked = {"fills": "prints", **asked}
    found = emulated_markets(settings, Asked(symbols=symbols, **asked), now_ns)  # type: ignore[arg-type]
    return {market.venue: market for market in found}


def test_nine_well_known_symbols_are_listed_where_nobody_says_otherwise() -> None:
    found = markets()

    assert [one.symbol for one in found["alpaca"].instruments] == ["AAPL", "MSFT", "SPY", "QQQ", "TSLA"]
    assert [one.symbol for one in found["binance"].instruments] == ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT"]


def test_now_is_inside_the_last_but_few_sessions_with_history_before_it() -> None:
    market = markets("SPY", clock="now")["alpaca"]

    assert market.start_ns == MONDAY_NS
    today = sessions("XNYS", date(2026, 11, 23), date(2026, 11, 23))[0]
    assert today in market.sessions
    bars = market.bars[Symbol("SPY")]
    assert bars[0].start_ns < MONDAY_NS - 4 * DAY_NS
    assert any(bar.start_ns <= MONDAY_NS < bar.end_ns for bar in bars)


def test_made_up_venues_begin_at_the_same_instant_with_days_before_it() -> None:
    for never in (False, True):
        found = markets(clock="recorded", always_open=never)

        assert len({market.start_ns for market in found.values()}) == 1
        for market in found.values():
            first = min(rows[0].start_ns for rows in market.bars.values())
            assert first < market.start_ns - 4 * DAY_NS < max(rows[-1].end_ns for rows in market.bars.values())


def test_on_a_saturday_the_exchange_is_closed_unless_it_never_closes() -> None:
    closed = markets("SPY", clock="now", now_ns=SATURDAY_NS)["alpaca"]
    never = markets("SPY", clock="now", now_ns=SATURDAY_NS, always_open=True)["alpaca"]

    assert not any(session.open_ns <= SATURDAY_NS < session.close_ns for session in closed.sessions)
    assert any(session.open_ns <= SATURDAY_NS < session.close_ns for session in never.sessions)
    assert any(bar.start_ns <= SATURDAY_NS < bar.end_ns for bar in never.bars[Symbol("SPY")])


@with_data
def test_recorded_sessions_end_with_the_one_that_is_now_minute_by_minute() -> None:
    recorded = markets("AAPL", data=str(DATA))["alpaca"]
    moved = markets("AAPL", clock="now", data=str(DATA))["alpaca"]

    rows, put = recorded.bars[Symbol("AAPL")], moved.bars[Symbol("AAPL")]
    assert [bar.close_units for bar in rows] == [bar.close_units for bar in put]
    today = sessions("XNYS", date(2026, 11, 23), date(2026, 11, 23))[0]
    last = [bar for bar in put if bar.start_ns >= today.open_ns]
    assert last[0].start_ns == today.open_ns
    assert "moved onto the sessions 2026-11-17 to 2026-11-23" in moved.lines[0]


@with_data
def test_recorded_sessions_of_an_exchange_that_never_closes_follow_each_other() -> None:
    market = markets("AAPL", clock="now", now_ns=SATURDAY_NS, always_open=True, data=str(DATA))["alpaca"]

    bars = market.bars[Symbol("AAPL")]
    steps = {later.start_ns - earlier.end_ns for earlier, later in pairwise(bars)}
    assert max(steps) <= MINUTE_NS, "a minute or two without a bar is in the data"
    assert any(bar.start_ns == SATURDAY_NS // MINUTE_NS * MINUTE_NS for bar in bars)


@with_data
@pytest.mark.parametrize("kind", ["depth", "quotes", "trades"])
def test_recorded_events_start_now_and_end_with_the_last_of_them(kind: str) -> None:
    market = markets("BTCUSDT", clock="now", data=str(DATA / "crypto"), replay=kind, fills="book")["binance"]

    assert market.flow is not None
    first = next(market.flow.bursts(Symbol("BTCUSDT"), market.start_ns))
    assert first.at_ns == market.start_ns + 1
    assert 10 * MINUTE_NS < market.flow.end_ns - market.start_ns < 12 * MINUTE_NS


@with_data
@pytest.mark.parametrize(
    ("symbols", "asked", "fault", "told"),
    [
        (("AAPL",), {"replay": "depth"}, RequestFault, "auto or bars without --data"),
        (("AAPL",), {"replay": "depth", "data": str(DATA), "fills": "book"}, NoData, "no file of depth with AAPL"),
        (("BTCUSDT",), {"replay": "depth", "data": str(DATA), "fills": "prints"}, RequestFault, "depth are replayed"),
        (("NOSUCH",), {"data": str(DATA)}, NoData, "NOSUCH"),
        (("???",), {}, RequestFault, "AAPL or BTCUSDT"),
    ],
)
def test_what_cannot_be_had_is_refused_in_a_sentence(
    symbols: tuple[str, ...], asked: dict[str, object], fault: type[Exception], told: str
) -> None:
    with pytest.raises(fault, match=told.replace("?", r"\?")):
        markets(*symbols, **asked)  # type: ignore[arg-type]


ONE = "[[account]]\nname = 'a'\nkey = 'k'\nsecret = 's'\n"


def test_an_account_of_a_tier_says_what_it_pays(tmp_path: Path) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(f"{ONE}commission = {{ maker = '0.0002', taker = '0.0004' }}\npays_in_bnb = true\n")
    (account,) = read_accounts(file)
    assert account.commission == {"maker": Decimal("0.0002"), "taker": Decimal("0.0004")}
    assert account.pays_in_bnb


def test_an_account_file_names_who_may_trade_with_how_much(tmp_path: Path) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(
        '[[account]]\nname = "maker"\nkey = "PKMAKER"\nsecret = "s"\ncash = "5"\ncoins = { BTC = "2" }\n'
        '[[account]]\nname = "taker"\nkey = "PKTAKER"\nsecret = "t"\n'
    )

    maker, taker = read_accounts(file)

    assert (maker.name, maker.cash, maker.coins) == ("maker", Decimal(5), {"BTC": Decimal(2)})
    assert taker.cash is None
    assert "secret" not in repr(maker)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "accepted are 1 to"),
        ("[[account]]\nname = 'a'\nkey = 'k'\n", "secret is a text"),
        ("[[account]]\nname = 'a'\nkey = 'k'\nsecret = 's'\ncash = '-1'\n", "zero or more"),
        ("[[account]]\nname = 'a'\nkey = 'k'\nsecret = 's'\nwho = 'x'\n", "accepted are name"),
        ("[[account]]\nname = 'a'\nkey = 'k'\nsecret = 's'\n" * 2, "a name of its own"),
        (f"{ONE}commission = {{ maker = '0.001' }}\n", "commission is a table"),
        (f"{ONE}commission = {{ maker = '0.001', taker = '2' }}\n", "commission.taker is a part"),
        (f"{ONE}pays_in_bnb = 'yes'\n", "pays_in_bnb is true or false"),
        ("not toml", "not a TOML file"),
    ],
)
def test_a_wrong_account_file_is_refused_in_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(text)

    with pytest.raises(BadSetting, match=told):
        read_accounts(file)
