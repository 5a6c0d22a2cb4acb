from hypothesis import given
from hypothesis import strategies as st

from seatrial.core.fingerprint import OutcomeFill
from seatrial.domain.ids import AccountId
from seatrial.domain.instrument import binance_spot, us_equity
from seatrial.domain.money import CASH_SCALE, Currency
from seatrial.domain.orders import Side
from seatrial.runs.trades import Trade, cash_change_units, fee_cash_units, trades_of

AAPL = us_equity("AAPL")
LTC = binance_spot("LTC", "USDT", tick="0.01", lot="0.001")


def fill(instrument, at_ns, side, qty, price, fee_units=0, fee_currency=None):
    return OutcomeFill(
        at_ns=at_ns,
        account=AccountId("a"),
        symbol=instrument.symbol,
        side=Side[side.upper()],
        qty_units=instrument.parse_qty(qty),
        price_units=instrument.parse_price(price),
        fee_units=fee_units,
        fee_currency=fee_currency or instrument.quote,
    )


def test_a_round_trip_is_one_trade_however_many_fills_it_took():
    trades = trades_of(
        [
            fill(AAPL, 1, "buy", "4", "100"),
            fill(AAPL, 2, "buy", "6", "101"),
            fill(AAPL, 3, "sell", "10", "102", fee_units=CASH_SCALE),
            fill(AAPL, 4, "buy", "1", "100"),
        ],
        AAPL,
    )

    assert trades == [Trade(1, 3, 3, 13 * CASH_SCALE), Trade(4, None, 1, -100 * CASH_SCALE)]


def test_a_fill_that_crosses_zero_ends_one_trade_and_begins_the_next():
    trades = trades_of([fill(AAPL, 1, "buy", "10", "100"), fill(AAPL, 2, "sell", "15", "90")], AAPL)

    assert trades == [Trade(1, 2, 2, -100 * CASH_SCALE), Trade(2, None, 1, 5 * 90 * CASH_SCALE)]


def test_dust_left_by_a_commission_in_coin_counts_as_flat():
    fee = LTC.parse_qty("0.0010005")
    bought = fill(LTC, 1, "buy", "1.001", "100", fee_units=fee, fee_currency=Currency("LTC"))

    trades = trades_of([bought, fill(LTC, 2, "sell", "0.999", "101", fee_units=CASH_SCALE // 10)], LTC)

    assert [trade.closed for trade in trades] == [True]
    assert fee_cash_units(bought, LTC) == LTC.parse_price("0.10005")


blotters = st.lists(
    st.tuples(st.sampled_from(["buy", "sell"]), st.integers(1, 30), st.integers(1, 999_999)), max_size=30
)


@given(blotters)
def test_over_all_trades_no_unit_of_cash_is_lost(blotter):
    fills = [fill(AAPL, at, side, str(qty), f"0.{price:06d}"[:6]) for at, (side, qty, price) in enumerate(blotter)]

    total = sum(trade.result_units for trade in trades_of(fills, AAPL))

    assert total == sum(cash_change_units(each, AAPL) for each in fills)
