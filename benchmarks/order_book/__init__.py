"""W4: random limit, market and cancel orders into one price-time book."""
