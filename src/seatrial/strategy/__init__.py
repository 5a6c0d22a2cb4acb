"""What strategies are written with."""
