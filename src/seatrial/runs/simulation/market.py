"""The made-up market of a simulation: two shares, two coins, prices that walk, and little to buy at once."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from seatrial.domain.bars import Bar
from seatrial.domain.instrument import Instrument, binance_spot, us_equity
from seatrial.domain.time import MINUTE_NS, Instant, parse_rfc3339

OPEN_NS: Instant = parse_rfc3339("2019-02-11T14:30:00Z")  # a Monday, 09:30 in New York
API_OPEN_NS: Instant = parse_rfc3339("2026-03-02T10:00:00Z")  # so that nobody mixes the two clocks up

SHARES = (us_equity("AAPL"), us_equity("SPY"))
COINS = (
    binance_spot("BTC", "USDT", tick="0.01", lot="0.00001"),
    binance_spot("ETH", "USDT", tick="0.01", lot="0.0001"),
)
_PRICES = {"AAPL": 17_000, "SPY": 27_300, "BTCUSDT": 9_500_000, "ETHUSDT": 185_000}  # ticks
_VOLUMES = {"AAPL": 4_000, "SPY": 6_000, "BTCUSDT": 300_000, "ETHUSDT": 400_000}  # lots a minute
STEP_PPM_MAX = 1_500


def walk(instrument: Instrument, minutes: int, dice: Random) -> Sequence[Bar]:
    """Minute bars from the open on; now and then a minute without a trade has no bar."""
    bars: list[Bar] = []
    ticks = _PRICES[instrument.symbol]
    for minute in range(minutes):
        opened, ticks = ticks, _stepped(ticks, dice)
        if dice.random() < 0.03 and minute not in (0, minutes - 1):
            continue
        high = _stepped_above(max(opened, ticks), dice)
        low = 2 * min(opened, ticks) - _stepped_above(min(opened, ticks), dice)
        start_ns = OPEN_NS + minute * MINUTE_NS
        lots = dice.randrange(_VOLUMES[instrument.symbol] // 10, _VOLUMES[instrument.symbol])
        prices = [price * instrument.tick_units for price in (opened, high, low, ticks)]
        volume_units = lots * instrument.lot_units
        bars.append(
            Bar(
                symbol=instrument.symbol,
                start_ns=start_ns,
                end_ns=start_ns + MINUTE_NS,
                open_units=prices[0],
                high_units=prices[1],
                low_units=prices[2],
                close_units=prices[3],
                volume_units=volume_units,
            )
        )
    return bars


def _stepped(ticks: int, dice: Random) -> int:
    return ticks + ticks * dice.randint(-STEP_PPM_MAX, STEP_PPM_MAX) // 1_000_000


def _stepped_above(ticks: int, dice: Random) -> int:
    return ticks + ticks * dice.randint(0, STEP_PPM_MAX // 2) // 1_000_000
