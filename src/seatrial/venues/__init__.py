"""The adapters: how Seatrial speaks to venues, and how their truth is compared with ours."""
