"""Seatrial: an algorithmic-trading platform in which a release proves itself before it touches money."""

__version__ = "0.1.0"
