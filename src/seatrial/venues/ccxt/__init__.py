"""The exchanges that ccxt speaks to, behind the same port; `docs/reference/venues.md` has the limits."""
