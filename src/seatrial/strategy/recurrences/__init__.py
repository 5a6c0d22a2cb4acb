"""One compiled recurrence per indicator: the next value from the last state and one bar.

Every form of a strategy calls these, one bar or a million at a time, so all forms see the same floats. `nan` means
there is not enough data yet; nothing is filled in. No fastmath: the order of additions is part of the answer.
"""

from seatrial.strategy.recurrences.averages import (
    ATR_STATE,
    EMA_STATE,
    RSI_STATE,
    SMA_STATE,
    atr_next,
    ema_next,
    rsi_next,
    sma_next,
    wilder_next,
)

__all__ = [
    "ATR_STATE",
    "EMA_STATE",
    "RSI_STATE",
    "SMA_STATE",
    "atr_next",
    "ema_next",
    "rsi_next",
    "sma_next",
    "wilder_next",
]
