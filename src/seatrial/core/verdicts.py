"""What a rule of risk answers: the code of its refusal, or that the order passed, with both numbers."""

from __future__ import annotations

from seatrial.domain.refusals import RefusalCode

PASSED = int(RefusalCode.NONE)

Verdict = tuple[int, int, int]  # code, limit, actual
