"""The contract as a page: which card holds in which column, and why one is skipped.

python -m tests.venues.contract.matrix            plays every card and writes docs/reference/venue_contract.md
python -m tests.venues.contract.matrix VC-011     plays one card in every column and tells
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from tests.venues.contract.cards import COLUMNS, Card, Column
from tests.venues.contract.suite import SUITE, play

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "venue_contract.md"
HEAD = """# The contract of a venue

Every order leaves through one port (`src/seatrial/venues/port.py`). What the order path may rely on stands here as
numbered cards, which every adapter plays before the venue that is emulated for it: in process on virtual time, and over
sockets in real time. Numbers are never reused. The page is written by the command that plays them, and by `make prove`:

```bash
.venv/bin/python -m tests.venues.contract.matrix
```

`ok`: it held when the page was written. `NO`: it did not. A letter: left out there, for the reason below.

"""

Results = Mapping[tuple[int, Column], bool]


def reasons() -> dict[str, str]:
    """Every reason for a skip, under a letter of its own."""
    told = dict.fromkeys(card.skipped(column) for card in SUITE for column in COLUMNS)
    return {reason: chr(ord("a") + place) for place, reason in enumerate(reason for reason in told if reason)}


def page(results: Results) -> str:
    """The page; a play that is not among the results did not hold."""
    letters = reasons()
    lines = [
        f"| card | promise | {' | '.join(str(column) for column in COLUMNS)} |",
        "|---|---|" + "---|" * len(COLUMNS),
    ]
    for card in SUITE:
        cells = (letters.get(card.skipped(column)) or _word(results, card, column) for column in COLUMNS)
        lines.append(f"| {card.name} | {card.title} | {' | '.join(cells)} |")
    held = sum(results.values())
    lines += ["", f"{len(SUITE)} cards, {len(results)} plays, {held} held.", "", "## Skips", ""]
    lines += ["| | why; a number is a section of `venues.md` |", "|---|---|"]
    lines += [f"| {letter} | {reason} |" for reason, letter in letters.items()]
    return HEAD + "\n".join(lines) + "\n"


def _word(results: Results, card: Card, column: Column) -> str:
    return "ok" if results.get((card.number, column)) else "NO"


def keep(results: Results) -> None:
    """Write the page."""
    PAGE.write_text(page(results), "utf-8")


def rows() -> list[str]:
    """What the page must have whatever the results are: a row of every card."""
    return [f"| {card.name} | {card.title} |" for card in SUITE]


def holds(card: Card, column: Column) -> bool:
    """Play one card; tells why it does not hold."""
    try:
        play(card, column)
    except Exception:  # noqa: BLE001 - whatever a scene raises, the card does not hold, and the page says so
        traceback.print_exc()
        return False
    return True


def main(names: list[str]) -> int:
    """Play, tell, and write the page where everything was played."""
    results: dict[tuple[int, Column], bool] = {}
    for card in SUITE:
        for column in COLUMNS:
            if card.skipped(column) or (names and card.name not in names):
                continue
            results[card.number, column] = held = holds(card, column)
            print(f"{'ok' if held else 'NO':<3} {card.name} {column}: {card.title}", flush=True)
    if not names:
        keep(results)
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
