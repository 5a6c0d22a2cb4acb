"""W1: one million minute bars, SMA(20)/SMA(100) cross, always in the market, fill at the next open, 1 bp."""
