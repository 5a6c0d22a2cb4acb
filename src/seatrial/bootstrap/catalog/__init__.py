"""What `seatrial data` does: settings, clock and files around the rooms `market` and `venues`."""
