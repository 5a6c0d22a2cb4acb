"""W2: pairs of (fast, slow) over 100,000 bars."""
