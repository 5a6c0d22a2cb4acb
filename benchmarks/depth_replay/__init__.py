"""W3: depth and trade events, market making with queue position and latency."""
