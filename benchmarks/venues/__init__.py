"""W7: the emulated venues as other people's clients meet them."""
