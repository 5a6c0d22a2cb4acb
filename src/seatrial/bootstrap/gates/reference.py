"""`docs/reference/gates.md`, written from the catalogue. A test keeps the page and the code equal."""

from __future__ import annotations

from seatrial.release.catalogue import GATES, NEVER_WAIVABLE
from seatrial.release.gates.supply import ABSENT, SIGNED, SUPPLIED
from seatrial.release.policy_file import BUILT_IN, built_in

_HEAD = """# Gates

A gate answers PASS, FAIL, INCONCLUSIVE, NODATA, ERROR, STALE, PENDING or WAIVED, with a reason, the moment it speaks
of, and the command that would change it. Only PASS, or WAIVED where the policy allows a waiver, lets a release
through: what is missing, old or broken holds it. A PASS older than 24 h is STALE. `seatrial gate list` prints
this list, `seatrial gate run GATE` measures, judges and records; they are at work in
[how to promote a release](../how_to/promote_a_release.md).

A gate whose room does not exist yet is asked like any other, answers NODATA and holds. None is left out.

| gate | asks whether | supplied by | asked for by (policy default) |
|---|---|---|---|
"""

_TAIL = """
Never waived, whatever a policy says: {never}.

Two conditions of a release are no gates, because people and time supply them: approvals (`seatrial approve`) and the
waiting time after the last of them.

## Where the older runbooks disagree

One reviewer without waiting for staging against two and 24 h for production: both hold, each for its stage. 48 hours
against ten trading days against several weeks of soak: all of 48 h, the sessions the change asks for, and 95 % uptime
in each, on every calendar that is traded. Artifacts removed after 30 days: evidence is none, and no command removes it.
"""


def gates_page() -> str:
    """The whole page."""
    rows = "".join(f"| `{name}` | {asks} | {_supplied(name)} | {_stages(name)} |\n" for name, asks in GATES.items())
    return _HEAD + rows + _TAIL.format(never=", ".join(f"`{name}`" for name in GATES if name in NEVER_WAIVABLE))


def _supplied(gate: str) -> str:
    if gate in SUPPLIED:
        return f"`{SUPPLIED[gate]}`" if SUPPLIED[gate].startswith("seatrial") else SUPPLIED[gate]
    return f"room absent: {ABSENT[gate]}" if gate in ABSENT else SIGNED[gate]


def _stages(gate: str) -> str:
    policy = built_in(BUILT_IN[0])
    asked = []
    for name, rules in policy.stages.items():
        moments = [
            moment
            for moment, gates in (("entry", rules.entry), ("all along", rules.continuous), ("exit", rules.exit))
            if gate in gates
        ]
        if moments:
            asked.append(f"{name}: {', '.join(moments)}")
    return "; ".join(asked) or "no stage"
