"""Searching parameters: what may be tried, what is tried next, and a log that survives being killed."""
