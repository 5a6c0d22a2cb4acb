"""The numbers of performance: `python -m benchmarks [--quick] [--only W4]`.

Every contender, ours, a peer or the limit, runs in a process of its own and takes its turn in every
round, so that a slow moment of the machine hits all of them. Ratios in one run are what counts.
"""
