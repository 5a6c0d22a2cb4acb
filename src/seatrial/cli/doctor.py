"""`seatrial doctor`."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seatrial.bootstrap.doctor.examination import Examination
    from seatrial.bootstrap.doctor.findings import Finding
    from seatrial.bootstrap.sources import Sourced

COLOURS = {"ok": "green", "warning": "yellow", "failure": "red"}
NAME_WIDTH, VALUE_WIDTH = 34, 30


@click.command(
    epilog="""\b
Examples:
  seatrial doctor
  DRY_RUN=1 ALPACA_PAPER=true seatrial doctor --json
  seatrial doctor --stage staging
  seatrial doctor --env-file .env.staging
  seatrial doctor --credentials
  seatrial doctor --dependencies

Exit code 0 when nothing is wrong (warnings are not), 1 when something is, 3 when the configuration is refused.
"""
)
@click.option("--env-file", "--file", metavar="FILE", help="Look at a file of variables instead of this installation.")
@click.option("--credentials", is_flag=True, help="Look only at what a deployment to staging needs and must not have.")
@click.option("--dependencies", is_flag=True, help="Look only at programs and machine, as strictly as staging does.")
@shared.json_option
@shared.market_options
@shared.settings_options
def doctor(env_file: str | None, credentials: bool, dependencies: bool, as_json: bool, **options: Any) -> int:
    """Show every setting and its source, and what is wrong here."""
    if dependencies:
        examination = _of_dependencies()
    elif env_file or credentials:
        examination = _of_variables(env_file, credentials)
    else:
        examination = _of_installation(options)
    if as_json:
        click.echo(json.dumps(examination.as_json()))
    else:
        _print(examination)
    return exits.FAILED if examination.level == "failure" else exits.OK


def _of_installation(options: dict[str, Any]) -> Examination:
    from seatrial.bootstrap.doctor.examination import examine
    from seatrial.bootstrap.environment import real_environment

    return examine(shared.load(options), real_environment())


def _of_variables(env_file: str | None, credentials: bool) -> Examination:
    from seatrial.bootstrap.doctor.variables_alone import examine_variables

    return examine_variables(Path(env_file) if env_file else None, credentials_only=credentials)


def _of_dependencies() -> Examination:
    from seatrial.bootstrap.doctor.variables_alone import examine_dependencies

    return examine_dependencies()


# ------------------------------------------------------------------ for people


def _print(examination: Examination) -> None:
    settings = examination.settings
    if settings is not None:
        _head("stage and mode")
        for name in ("stage", "mode"):
            _line(name, str(settings.values[name]), settings.sources[name])
        _print_settings(examination.rows)
        _head("variables")
        for told in examination.variables:
            if told.carried or not told.variable.leads_to:
                _line(told.variable.name, "set" if told.carried else "", f"{told.effect}: {told.variable.meaning}")
        _head("where sources disagreed")
        for conflict in settings.conflicts or ("nowhere",):
            click.echo(f"  {conflict}")
    _print_findings(examination.findings)
    _print_verdict(examination)


def _print_settings(rows: Iterable[Sourced]) -> None:
    for section, group in groupby(rows, key=lambda row: row.name.partition(".")[0] if "." in row.name else "settings"):
        _head(section)
        for row in group:
            _line(row.name, str(row.value).lower() if isinstance(row.value, bool) else str(row.value), row.source)


def _print_findings(findings: Iterable[Finding]) -> None:
    for group, each in groupby(findings, key=lambda finding: finding.group):
        _head(group)
        for finding in each:
            word = click.style(f"{finding.level:<8}", fg=COLOURS[finding.level])
            click.echo(f"  {word} {finding.name:<26} {finding.message}".rstrip())
            if finding.next_step:
                click.echo(f"           {'':<26} -> {finding.next_step}")


def _print_verdict(examination: Examination) -> None:
    levels = [str(finding.level) for finding in examination.findings]
    failures, warnings = levels.count("failure"), levels.count("warning")
    counts = [
        f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((failures, "failure"), (warnings, "warning"))
    ]
    said = ", ".join(counts) if failures or warnings else "nothing is wrong"
    click.echo(f"\n{click.style(said, fg=COLOURS[examination.level], bold=True)}")


def _head(title: str) -> None:
    click.echo(f"\n{click.style(title, bold=True)}")


def _line(name: str, value: str, source: str) -> None:
    click.echo(f"  {name:<{NAME_WIDTH}} {value:<{VALUE_WIDTH}} {source}".rstrip())
