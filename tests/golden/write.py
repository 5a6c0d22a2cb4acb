"""`python -m tests.golden.write`: write down what the examples do now."""

import json
from pathlib import Path

from seatrial.bootstrap.numba_cache import prepare_compiled_core

if __name__ == "__main__":
    prepare_compiled_core()
    from tests.golden.runs import MARKETS, NAMES, statistics

    found = {name: {market: statistics(name, market) for market in MARKETS} for name in NAMES}
    text = json.dumps(found, indent=1) + "\n"
    (Path(__file__).parent / "golden.json").write_text(text, encoding="utf-8")
