"""The core: compiled, pure, integers and arrays. No clock, no randomness, no I/O, no logging."""
