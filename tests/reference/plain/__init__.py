"""A second opinion: the backtest's rules in Decimal, slow and plain, written from the docs.

Nothing in this folder imports anything of Seatrial (a test reads its syntax trees). It keeps dollars and shares, not
units, and objects, not arrays. Where it and the core disagree, one of them misread the docs.
"""
