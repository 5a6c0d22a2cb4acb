"""A market in which orders meet in one book per symbol: what rests, who comes, and where it comes from."""
