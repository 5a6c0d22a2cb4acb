"""What a fuzzer found, with the one line that shows it again."""

from __future__ import annotations


class Finding(AssertionError):
    """A crash, a 5xx that nobody asked for, an answer that is no JSON, or a state that cannot be."""

    def __init__(self, target: str, seed: int, number: int, what: str) -> None:
        replay = f"python -m tests.fuzz {target} --seed {seed} --inputs {number + 1}"
        super().__init__(f"{what}\nreplay: {replay}")
