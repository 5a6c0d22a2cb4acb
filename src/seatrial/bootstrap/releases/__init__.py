"""Releases as this machine has them: what is sealed, what runs, and what it is made of."""
