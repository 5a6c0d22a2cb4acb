"""What gates look at: collected here, judged in `release/gates`."""
