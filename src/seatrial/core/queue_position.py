"""Where an order of ours stands among what rests at its price.

A recording tells how much rests at a price, never who stands where. What trades at the price comes from the front.
What else disappears was cancelled, ahead of us or behind: the models differ in what they take to be likely. With
`a` ahead and `b` behind, a cancelled lot stood behind us with the probability

    f(b) / (f(a) + f(b))        f(x) = x, log(1 + x), x**0.5 or x**n

Source of the form: "How do we estimate position of our order in order book?", quant.stackexchange.com 3782, and
E. Rigtorp, "Estimating Order Queue Position" (2013). CAUTIOUS takes every cancel to be behind us; FRONT is for data
that shows no queue, and lets us stand first.

What stands ahead is counted in millionths of a lot, because an expectation is no whole number.
"""

from __future__ import annotations

import math

from seatrial.core.compiled import compiled, compiled_inner

MICRO = 1_000_000  # millionths of a lot
LOTS_MAX = 2**42  # at one price, so that its millionths fit 64 bits

CAUTIOUS, FRONT, PROPORTIONAL, LOGARITHMIC, ROOT, POWER = range(6)
QUEUE_MODELS = {
    "cautious": CAUTIOUS,
    "front": FRONT,
    "proportional": PROPORTIONAL,
    "log": LOGARITHMIC,
    "sqrt": ROOT,
    "power": POWER,
}
POWER_SCALE = 1_000  # the exponent of POWER is given in thousandths


@compiled_inner
def weight(model: int, power: int, unit_lots: int, micro: int) -> float:
    """`f(x)` of a model. The logarithm is not free of scale: `unit_lots` says what counts as one."""
    if model == LOGARITHMIC:
        return math.log(1.0 + micro / (MICRO * unit_lots))
    if model == ROOT:
        return math.sqrt(micro / MICRO)
    if model == POWER:
        return math.pow(micro / MICRO, power / POWER_SCALE)
    return micro / MICRO


@compiled
def behind_share(model: int, power: int, unit_lots: int, ahead: int, behind: int) -> float:
    """How likely it is that a cancelled lot stood behind us."""
    if ahead <= 0:
        return 1.0
    if behind <= 0:
        return 0.0
    of_behind = weight(model, power, unit_lots, behind)
    return of_behind / (weight(model, power, unit_lots, ahead) + of_behind)


@compiled
def after_change(
    model: int, power: int, unit_lots: int, ahead: int, traded: int, before_lots: int, after_lots: int
) -> int:
    """What stands ahead once the level went from `before_lots` to `after_lots`. It never grows.

    Args:
        ahead: in millionths of a lot, what traded since the level was last told taken off already.
        traded: so much of it, in millionths.
    """
    rests = after_lots * MICRO
    if model in (CAUTIOUS, FRONT):
        return min(ahead, rests)
    stood = before_lots * MICRO - traded
    canceled = stood - rests
    if canceled <= 0:
        return min(ahead, rests)
    behind = max(stood - ahead, 0)
    gone_behind = min(int(behind_share(model, power, unit_lots, ahead, behind) * canceled), behind)
    return min(max(ahead - (canceled - gone_behind), 0), rests)
