"""Whole-system simulation: the real platform, both emulated venues and a bad day, all in one virtual loop."""
