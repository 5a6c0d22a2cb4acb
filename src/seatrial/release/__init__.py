"""A release, its gates, its evidence and the machine that moves it: pure, and re-executable by anybody."""
