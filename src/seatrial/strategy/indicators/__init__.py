"""Indicators for `on_bar`: each remembers what it needs and answers None until it has seen enough."""

from seatrial.strategy.indicators.answers import LENGTH_MAX, Band, Crossing, Movement, Newness, Stochastics
from seatrial.strategy.indicators.averages import ATR, EMA, KAMA, RSI, SMA, WMA
from seatrial.strategy.indicators.bands import Bollinger, Donchian, Keltner, StdDev
from seatrial.strategy.indicators.oscillators import CCI, MACD, ROC, TRIX, Momentum, Stochastic, WilliamsR
from seatrial.strategy.indicators.trends import ADX, Aroon, ParabolicSAR, Slope
from seatrial.strategy.indicators.volumes import MFI, OBV, VWAP

__all__ = [
    "ADX",
    "ATR",
    "CCI",
    "EMA",
    "KAMA",
    "LENGTH_MAX",
    "MACD",
    "MFI",
    "OBV",
    "ROC",
    "RSI",
    "SMA",
    "TRIX",
    "VWAP",
    "WMA",
    "Aroon",
    "Band",
    "Bollinger",
    "Crossing",
    "Donchian",
    "Keltner",
    "Momentum",
    "Movement",
    "Newness",
    "ParabolicSAR",
    "Slope",
    "StdDev",
    "Stochastic",
    "Stochastics",
    "WilliamsR",
]
