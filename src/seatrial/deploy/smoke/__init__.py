"""The smoke check: a running system asked from outside, through its doors, whether it would trade."""
