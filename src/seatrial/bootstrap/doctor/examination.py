"""Everything the doctor knows, put together for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.doctor.accounts import account_findings
from seatrial.bootstrap.doctor.computer import computer_findings
from seatrial.bootstrap.doctor.findings import Finding, Level
from seatrial.bootstrap.doctor.installation import installation_findings
from seatrial.bootstrap.doctor.tools import tool_findings
from seatrial.bootstrap.effective import effective
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.sources import DEFAULT, Sourced
from seatrial.bootstrap.stages import Stage
from seatrial.bootstrap.variables import FILE_SUFFIX, KNOWN, Variable


@dataclass(frozen=True, slots=True)
class Told:
    """A known variable, and whether the environment carries it."""

    variable: Variable
    carried: bool

    @property
    def effect(self) -> str:
        """What it acts on, in words."""
        return self.variable.leads_to or "nothing reads it yet"


@dataclass(frozen=True, slots=True)
class Examination:
    """The whole picture. Without settings a file or an environment was looked at, not an installation."""

    findings: tuple[Finding, ...]
    settings: Settings | None = None
    rows: tuple[Sourced, ...] = ()
    variables: tuple[Told, ...] = ()

    @property
    def level(self) -> Level:
        """The worst of what was found."""
        found = {finding.level for finding in self.findings}
        return next((level for level in (Level.FAILURE, Level.WARNING) if level in found), Level.OK)

    def as_json(self) -> dict[str, Any]:
        """For programs; secrets are hidden here as everywhere."""
        told: dict[str, Any] = {
            "status": str(self.level),
            "findings": [
                {"group": each.group, "name": each.name, "level": str(each.level), "message": each.message}
                | ({"next": each.next_step} if each.next_step else {})
                for each in self.findings
            ],
        }
        if self.settings is None:
            return told
        return told | {
            "stage": {"value": str(self.settings.stage), "source": self.settings.sources["stage"]},
            "mode": {"value": str(self.settings.mode), "source": self.settings.sources["mode"]},
            "settings": [_row(row) for row in self.rows],
            "conflicts": [
                {
                    "name": each.name,
                    "holds": each.holds.source,
                    "over": [o.source for o in each.others],
                    "why": str(each),
                }
                for each in self.settings.conflicts
            ],
            "variables": [
                {
                    "name": each.variable.name,
                    "set": each.carried,
                    "acts_on": each.effect,
                    "meaning": each.variable.meaning,
                }
                for each in self.variables
            ],
        }


def examine(settings: Settings, environment: Mapping[str, str]) -> Examination:
    """Look at settings, credentials, tools, machine, ports, database, limits, strategies and page."""
    strict = settings.stage is not Stage.DEV
    findings = [
        *_idle_findings(settings),
        *account_findings(settings),
        *tool_findings(strict=strict),
        *computer_findings(settings.state, strict=strict),
        *installation_findings(settings),
    ]
    return Examination(tuple(findings), settings, tuple(effective(settings)), known_variables(environment))


def known_variables(environment: Mapping[str, str]) -> tuple[Told, ...]:
    """Every variable Seatrial knows, in the order of their names."""
    return tuple(
        Told(variable, bool(environment.get(name, "").strip() or environment.get(name + FILE_SUFFIX, "").strip()))
        for name, variable in sorted(KNOWN.items())
    )


def _idle_findings(settings: Settings) -> list[Finding]:
    """Settings somebody changed although nothing reads them yet."""
    changed = [
        declared
        for name, declared in BY_NAME.items()
        if declared.idle and settings.sources[name] != DEFAULT and str(settings.values[name]) != _default(name)
    ]
    return [
        Finding(
            "settings",
            each.name,
            Level.WARNING,
            f"{settings.values[each.name]} ({settings.sources[each.name]}) changes nothing: {each.idle}",
        )
        for each in changed
    ]


def _default(name: str) -> str:
    declared = BY_NAME[name]
    return str(declared.kind.parse(declared.default))


def _row(row: Sourced) -> dict[str, Any]:
    idle = BY_NAME[row.name].idle if row.name in BY_NAME else ""
    return {"name": row.name, "value": row.value, "source": row.source} | ({"idle": idle} if idle else {})
