"""Where real things are made: the only room that reads the environment, the clock and randomness.

Everything here is imported lazily by the commands, so that `seatrial --help` pays for none of it.
"""
