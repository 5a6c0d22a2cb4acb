"""`seatrial simulate`."""

from __future__ import annotations

import json
from typing import Any

import click

from seatrial.cli import exits
from seatrial.cli import options as shared
from seatrial.cli.progress import progress_bar


@click.command(
    epilog="""\b
Examples:
  seatrial simulate --seeds 20
  seatrial simulate --seed 8127

Exit code 1 when a seed breaks an invariant; the command that replays it is printed.
"""
)
@click.option("--seeds", type=click.IntRange(1), default=20, show_default=True, help="How many, from --first on.")
@click.option("--first", type=click.IntRange(0), default=1, show_default=True, help="The first seed.")
@click.option("--seed", type=click.IntRange(0), help="This seed alone.")
@shared.json_option
def simulate(seeds: int, first: int, seed: int | None, as_json: bool) -> int:
    """Let faults, crashes and restarts strike the whole system, by seed, on virtual time."""
    from seatrial.bootstrap.compiling import compile_core, load_core

    compile_core(lambda line: click.echo(line, err=True))
    load_core()
    from seatrial.bootstrap.logs import quiet_logs

    quiet_logs()
    from seatrial.bootstrap.simulation import simulate_many
    from seatrial.domain.faults import InvariantBroken

    if seed is not None:
        first, seeds = seed, 1
    broken: list[dict[str, Any]] = []
    totals = {"crashes": 0, "faults": 0, "orders": 0, "fills": 0}
    with progress_bar("seeds", shown=not as_json) as bar:
        for done, outcome in enumerate(simulate_many(first, seeds), start=1):
            bar(done, seeds)
            if isinstance(outcome, InvariantBroken):
                broken.append({"seed": first + done - 1, "invariant": outcome.promise, "detail": outcome.detail})
                if not as_json:
                    click.secho(f"seed {first + done - 1} broke: {outcome.promise}\n{outcome.detail}", fg="red")
            else:
                totals = {name: count + getattr(outcome, name) for name, count in totals.items()}
    if as_json:
        click.echo(
            json.dumps({"seeds": seeds, "first": first, "clean": seeds - len(broken), "broken": broken, **totals})
        )
    else:
        told = ", ".join(f"{count:,} {name}" for name, count in totals.items())
        click.echo(f"{seeds - len(broken)} of {seeds} seeds clean: {told}")
    return exits.FAILED if broken else exits.OK
