"""Reads an operation history after a run and says what does not hold.

`changes` makes one shape of both venues' events, `states` knows which may follow which, `rules` looks at
orders, `views` at what a client believes. It shares nothing with the venues it checks but the record they write.
"""
