"""A trial of a search is a backtest: many tries on one ground, in all three forms, each end as one run alone."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from seatrial.bootstrap.research.job import job_of, run_once, try_once
from seatrial.bootstrap.settings import load_settings
from seatrial.runs.search.trial import Proposal

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how_to" / "three_forms_of_one_strategy.md"
FORMS = [
    text for text in re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL) if "class Cross" in text
]
SESSIONS = 3


@pytest.mark.parametrize("form", FORMS, ids=["python", "compiled", "vectorised"])
def test_a_trial_is_the_backtest_of_its_parameters(form: str, tmp_path: Path) -> None:
    path = tmp_path / "cross.py"
    path.write_text(form)
    settings, draw = load_settings({"seed": "7"}), random.Random(11)
    job = job_of(settings, path, {}, session_count=SESSIONS)
    tried = []
    for number in range(6):
        fast = draw.randint(2, 12)
        given = {
            "fast": str(fast),
            "slow": str(fast + draw.randint(2, 30)),
            "weight": draw.choice(["0.02", "0.04", "9"]),
        }
        trial = try_once(job, Proposal(number, given))
        alone = run_once(job_of(settings, path, given, session_count=SESSIONS), {})

        assert not trial.fault
        assert (trial.fingerprint, trial.fills) == (alone.outcome_fingerprint, len(alone.fills)), given
        tried.append(trial)
    assert len({trial.fingerprint for trial in tried}) > 3
    assert any(trial.refused for trial in tried), "a weight beyond the limits is refused"
