"""What the house shows of itself: money, orders and their ways, limits, health, metrics. Nothing here decides.

Everything shown is learnt from the journal's entries, after their commit and again on replay, so that what
is shown after a restart is what was shown before it.
"""
