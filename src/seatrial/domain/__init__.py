"""The words of the house: money, instruments, time, ids, orders, facts, faults.

Everything above speaks in these types. This room imports the standard library and nothing else.
"""
