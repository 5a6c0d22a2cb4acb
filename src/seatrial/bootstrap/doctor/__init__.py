"""`seatrial doctor`: what holds in this installation, where it came from, and what is wrong with it."""
