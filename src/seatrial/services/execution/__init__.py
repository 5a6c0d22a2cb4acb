"""The order path: the machine, its journal, and the one door through which orders leave.

fact -> `engine` (step, commit, release) -> `sender` (one lane per symbol) -> venue -> fact. `recovery`
and `reconciler` compare our truth with the venue's, at the start and for ever after.
"""
