"""`seatrial serve ROLE`: one role in this process. `up` runs these; people rarely do."""

from __future__ import annotations

from typing import Any

import click

from seatrial.cli import options as shared

INTERVALS = ("orchestrator.execution_seconds", "orchestrator.heartbeat_seconds")


@click.command(
    hidden=True,
    epilog="""\b
Examples:
  seatrial serve platform
  seatrial serve orchestrator --interval 300
""",
)
@click.argument("role", type=click.Choice(["venues", "platform", "watch", "orchestrator"]))
@click.option("--interval", metavar="SECONDS", help="Between two runs, and between two heartbeat records.")
@shared.market_options
@shared.settings_options
def serve(role: str, interval: str | None, **options: Any) -> int:
    """Run one role in this process until SIGTERM. The orchestrator lives in the platform, beside what it needs."""
    if interval is not None:
        options["others"] = {**options.get("others", {}), **dict.fromkeys(INTERVALS, interval)}
    role = "platform" if role == "orchestrator" else role
    from seatrial.bootstrap.roles import serve_role

    return serve_role(role, shared.load(options), click.echo)
