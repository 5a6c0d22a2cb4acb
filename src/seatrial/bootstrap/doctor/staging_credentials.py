"""`seatrial doctor --credentials`: the check before a deployment to staging, with the runbooks' own sentences.

It reads variables by their exact names; an alias satisfies nothing here, because the workflow that deploys sets
the exact ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from seatrial.bootstrap import parsing
from seatrial.bootstrap.doctor.findings import Finding, Level, fine
from seatrial.bootstrap.environment import read_environment
from seatrial.bootstrap.modes import DRY_RUN
from seatrial.bootstrap.sources import environment_source
from seatrial.bootstrap.stages import STAGE_WORDS, Stage
from seatrial.domain.faults import BadSetting, ConfigurationFault

GROUP = "credentials"
PAPER = ("ALPACA_PAPER_API_KEY", "ALPACA_PAPER_API_SECRET")
LIVE = ("ALPACA_LIVE_API_KEY", "ALPACA_LIVE_API_SECRET")
STAGE_VARIABLES = ("SEATRIAL_STAGE", "ENVIRONMENT", "APP__STAGE")
_PRODUCTION = re.compile(r"(?:^|[^a-z])prod(?:uction)?(?:$|[^a-z])")
_DATABASE = re.compile(r"DATABASE|POSTGRES|(?:^|_)(?:DB|PG)(?:_|$)|PGPASSWORD|REDIS")


def credential_findings(variables: Mapping[str, str]) -> list[Finding]:
    """What is missing, and what must not be there. The stage is staging unless a variable names another."""
    try:
        told = read_environment(variables).variables
    except ConfigurationFault as fault:
        return [_bad("secrets in files", str(fault))]
    stage = _stage(told)
    needed, forbidden = (LIVE, ()) if stage is Stage.PROD else (PAPER, LIVE)
    found = [_needed(name, told) for name in needed]
    found += [_forbidden(name, told, stage) for name in forbidden]
    if stage is not Stage.PROD:
        found += [_dry_run(told), *_production_databases(told, stage)]
    return found


def _needed(name: str, told: Mapping[str, str]) -> Finding:
    if told.get(name, "").strip():
        return fine(GROUP, name, "present")
    return _bad(name, f"{name} not found", f"set {name}, or {name}_FILE; another name of it does not count here")


def _forbidden(name: str, told: Mapping[str, str], stage: Stage) -> Finding:
    if not told.get(name, "").strip():
        return fine(GROUP, name, "absent, as it must be")
    return _bad(name, f"{name} found in {stage} environment", "unset it: it may exist in prod only")


def _dry_run(told: Mapping[str, str]) -> Finding:
    raw = told.get(DRY_RUN)
    if raw is None:
        return _bad(DRY_RUN, "DRY_RUN not found", "set DRY_RUN=true")
    try:
        said = parsing.parse(DRY_RUN, raw, environment_source(DRY_RUN), parsing.BOOLEAN)
    except BadSetting as fault:
        return _bad(DRY_RUN, str(fault))
    return fine(GROUP, DRY_RUN, "true") if said else _bad(DRY_RUN, "DRY_RUN is not true", "set DRY_RUN=true")


def _production_databases(told: Mapping[str, str], stage: Stage) -> Iterator[Finding]:
    """Variables of a database whose name or address says production."""
    found = False
    for name, raw in told.items():
        if not raw.strip() or not _DATABASE.search(name):
            continue
        if _PRODUCTION.search(name.lower().replace("_", " ")):
            found = True
            yield _bad(name, f"{name} found in {stage} environment", "unset it: it belongs to production")
        elif "://" in raw and _PRODUCTION.search(_place(raw)):
            found = True
            yield _bad(name, f"{name} names a production database in {stage} environment", "use one of this stage")
    if not found:
        yield fine(GROUP, "production databases", "none, as it must be")


def _place(address: str) -> str:
    """User, host and database of an address, without the password."""
    return re.sub(r":[^:@/]*@", "@", address.lower().partition("://")[2])


def _stage(told: Mapping[str, str]) -> Stage:
    for name in STAGE_VARIABLES:
        word = told.get(name, "").strip().lower()
        if word in STAGE_WORDS:
            return STAGE_WORDS[word]
    return Stage.STAGING


def _bad(name: str, message: str, next_step: str = "") -> Finding:
    return Finding(GROUP, name, Level.FAILURE, message, next_step)
