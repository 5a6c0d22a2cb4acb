"""`seatrial smoke`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

if TYPE_CHECKING:
    from seatrial.deploy.smoke.suite import Outcome


@click.command(
    epilog="""\b
Examples:
  seatrial smoke
  seatrial smoke --times 3 --json
  SEATRIAL_TOKEN=st_... seatrial smoke --stage staging
  seatrial smoke --prod                      look only, place no order

Exit code 0 when every check passed every time, 1 otherwise. The outcome becomes evidence of the sealed
release that runs, if one does.
"""
)
@click.option("--times", type=click.IntRange(1, 100), default=1, show_default=True, help="Passes in a row.")
@click.option("--prod", is_flag=True, help="Place no test order, whatever the mode is.")
@click.option(
    "--token", envvar="SEATRIAL_TOKEN", metavar="TOKEN", help="A trader's token; not needed on loopback in dev."
)
@shared.json_option
@shared.settings_options
def smoke(times: int, prod: bool, token: str | None, as_json: bool, **options: Any) -> int:
    """Ask a running system, from outside, whether it would trade."""
    from seatrial.bootstrap.smoking import record_smoke, run_smoke
    from seatrial.deploy.smoke.suite import SUCCESS

    settings = shared.load(options)
    outcomes: list[Outcome] = []
    for _ in range(times):
        once = run_smoke(settings, _quiet if as_json else _print, token=token, with_order=not prod)
        recorded = record_smoke(settings, once, token=token, with_order=not prod)
        outcomes += once
    passed = all(outcome.passed for outcome in outcomes)
    if as_json:
        checks = [asdict(outcome) for outcome in outcomes]
        click.echo(json.dumps({"passed": passed, "checks": checks, "evidence_of": recorded.release}))
        return exits.OK if passed else exits.FAILED
    click.echo(recorded.line())
    if passed:
        click.echo(SUCCESS)
    else:
        failed = sorted({outcome.name for outcome in outcomes if not outcome.passed})
        click.echo(f"API smoke check failed: {', '.join(failed)}")
    return exits.OK if passed else exits.FAILED


def _quiet(_: Outcome) -> None:
    """JSON is printed whole, at the end."""


def _print(outcome: Outcome) -> None:
    mark = click.style("ok    ", fg="green") if outcome.passed else click.style("FAILED", fg="red")
    click.echo(f"{mark} {outcome.name:<16} {outcome.duration_ms:>6} ms  {outcome.message}")
