"""Strategies to read, to run and to start from: `seatrial strategy new NAME --like EXAMPLE`.

Each says what it bets on and when that is wrong. None of them is a recommendation; most lose money after costs on
most data, and the golden tests write down exactly how much.
"""
