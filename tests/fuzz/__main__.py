"""`python -m tests.fuzz TARGET --seed N --inputs N`: one run, as the tests make it."""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.targets import TARGETS


def main() -> int:
    """Fire, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inputs", type=int, default=1_000)
    asked = parser.parse_args()
    TARGETS[asked.target](asked.seed, asked.inputs)
    print(f"{asked.inputs} inputs to {asked.target} from seed {asked.seed}: nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
