"""`seatrial emulate` and `seatrial.emulate()`: the local venues alone, for other people's bots and tests."""
