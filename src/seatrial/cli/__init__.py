"""Commands: each file parses one command's words and calls into `bootstrap`. Nothing is decided here.

What a command needs is imported inside it, so that `seatrial --help` stays quick.
"""
