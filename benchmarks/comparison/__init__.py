"""The same strategy on the same data in two engines, and every difference explained."""
