"""Recorded and synthetic markets: bars as whole units, session calendars, and both on one timeline."""
