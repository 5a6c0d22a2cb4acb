"""What brings a release somewhere and looks whether it arrived whole."""
