"""Keys of real venues are changed every quarter."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.domain.time import DAY_NS
from seatrial.release.gates.asked import Asked, several
from seatrial.release.verdict import GateResult

DAYS_MAX = 92


def evaluate(made_ns: Mapping[str, int | None], mode: str, asked: Asked, *, days_max: int = DAYS_MAX) -> GateResult:
    """`made_ns` says of each credential when it was installed; None where nobody knows. A future date is unknown."""
    if mode in {"sim", "dry_run"}:
        return asked.passes(f"mode {mode} uses no venue's credentials")
    if not made_ns:
        return asked.lacks(f"mode {mode} needs credentials, and none is there")
    unknown = sorted(name for name, at_ns in made_ns.items() if at_ns is None or at_ns > asked.as_of_ns)
    if unknown:
        return asked.lacks(f"nobody knows how old {several(unknown)} is: keep it in a file (NAME_FILE)")
    ages = {name: (asked.as_of_ns - at_ns) // DAY_NS for name, at_ns in made_ns.items() if at_ns is not None}
    old = sorted(name for name, days in ages.items() if days > days_max)
    if old:
        return asked.fails(f"{several([f'{name} is {ages[name]} days old' for name in old])}; {days_max} are allowed")
    return asked.passes(f"{len(ages)} credentials, the oldest {max(ages.values())} days")
