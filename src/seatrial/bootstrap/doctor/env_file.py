"""`seatrial doctor --env-file FILE`: a file of variables looked at before anything is started with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from seatrial.bootstrap import edge_formats, parsing
from seatrial.bootstrap.doctor.findings import Finding, Level, fine
from seatrial.bootstrap.doctor.staging_credentials import LIVE, PAPER
from seatrial.bootstrap.environment import read_environment
from seatrial.bootstrap.settings import load_settings
from seatrial.bootstrap.stages import Stage
from seatrial.bootstrap.variables import FILE_SUFFIX, KNOWN
from seatrial.domain.faults import BadSetting, ConfigurationFault, SeatrialFault

GROUP = "variables"
REQUIRED = (
    "ENVIRONMENT",
    "DRY_RUN",
    "ALPACA_PAPER",
    *PAPER,
    "API_HOST",
    "GRAFANA_HOST",
    "PROMETHEUS_HOST",
    "ALERTMANAGER_HOST",
    *(f"{gate}_BASIC_AUTH_{part}" for gate in ("GRAFANA", "PROMETHEUS", "ALERTMANAGER") for part in ("USER", "HASH")),
    "GRAFANA_PASSWORD",
    "STAGING_ALLOWED_CIDRS",
)
PLACEHOLDERS = ("changeme", "change_me", "your_", "your-", "<", "xxx", "replace", "todo")


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a file as Compose reads them; `$$` stays as it is written.

    Raises:
        ConfigurationFault: the file cannot be read.
    """
    from dotenv import dotenv_values

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigurationFault(f"{path} cannot be read: {fault}; copy .env.staging.example to begin") from fault
    if not text.strip():
        raise ConfigurationFault(f"{path} is empty: copy .env.staging.example to begin")
    return {name: raw or "" for name, raw in dotenv_values(path).items()}


def env_file_findings(variables: Mapping[str, str]) -> Iterator[Finding]:
    """Required keys, formats, live keys, names nobody knows, and whether a start would take it."""
    yield from _required(variables)
    for name, raw in variables.items():
        yield from _judged(name, raw)
    for name in LIVE:
        if variables.get(name, "").strip() and _stage_of(variables) is not Stage.PROD:
            yield _bad(name, f"{name} found in staging environment", "take it out: it may exist in prod only")
    try:
        settings = load_settings({}, dict(variables))
    except SeatrialFault as fault:
        yield _bad("settings", str(fault))
    else:
        yield fine(GROUP, "settings", f"understood: stage {settings.stage}, mode {settings.mode}")


def _required(variables: Mapping[str, str]) -> Iterator[Finding]:
    try:
        told = read_environment(variables).variables
    except ConfigurationFault as fault:
        yield _bad("secrets in files", str(fault))
        told = variables
    for name in (*REQUIRED, *_for_certificates(variables)):
        raw = told.get(name, "").strip()
        if not raw:
            yield _bad(name, f"{name} is missing", KNOWN[name].meaning)
        elif any(word in raw.lower() for word in PLACEHOLDERS):
            yield _bad(name, f"{name} still holds the example's text", KNOWN[name].meaning)
        else:
            yield fine(GROUP, name, "present")


def _for_certificates(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Without a mode of its own the edge asks an authority, which asks for an address."""
    return () if variables.get("TLS_CERT_MODE", "").strip() else ("TLS_EMAIL",)


def _judged(name: str, raw: str) -> Iterator[Finding]:
    """Whether a value has the format of its variable, and whether the variable is one."""
    known = KNOWN.get(name) or KNOWN.get(name.removesuffix(FILE_SUFFIX))
    if known is None:
        near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.8)
        hint = f"did you mean {near[0]}?" if near else "it is not ours to judge"
        yield Finding(GROUP, name, Level.WARNING, "nothing of Seatrial reads it", hint)
        return
    if known.name != name or (not raw.strip() and known.kind is not parsing.BOOLEAN):
        return
    try:
        parsing.parse(name, raw, "this file", known.kind)
    except BadSetting as fault:
        yield _bad(name, str(fault))
        return
    if known.kind is edge_formats.BCRYPT and not raw.startswith("$$"):
        yield Finding(GROUP, name, Level.WARNING, "its $ are single", "double each $: Compose takes one of two away")


def _stage_of(variables: Mapping[str, str]) -> Stage | None:
    try:
        return Stage(parsing.parse("ENVIRONMENT", variables.get("ENVIRONMENT", ""), "this file", parsing.STAGE))
    except BadSetting:
        return None


def _bad(name: str, message: str, next_step: str = "") -> Finding:
    return Finding(GROUP, name, Level.FAILURE, message, next_step)
