"""The command `harvest` of the runbooks: `seatrial` under other words."""

from __future__ import annotations

from typing import Any

import click

from seatrial.cli import options as shared
from seatrial.cli.db import verify
from seatrial.cli.main import end
from seatrial.cli.serve import INTERVALS


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  harvest daemon --interval 300
  harvest verify-postgres --database-url postgresql://seatrial@db/seatrial
""",
)
def harvest() -> None:
    """The runbooks' names for `seatrial up`, `seatrial serve orchestrator` and `seatrial db verify`."""


@harvest.command(
    epilog="""\b
Examples:
  harvest daemon --interval 300
  harvest daemon --interval 60 --set logs.level=debug

In mode sim the local venues and watch run too, as with `seatrial up`; elsewhere the platform alone.
"""
)
@click.option("--interval", metavar="SECONDS", help="Between two runs, and between two heartbeat records.")
@shared.market_options
@shared.settings_options
def daemon(interval: str | None, **options: Any) -> int:
    """Run strategies every SECONDS until stopped, with a heartbeat in the log each time."""
    if interval is not None:
        options["others"] = {**options.get("others", {}), **dict.fromkeys(INTERVALS, interval)}
    settings = shared.load(options)
    from seatrial.bootstrap.credentials import uses_own_venues

    if uses_own_venues(settings):
        from seatrial.bootstrap.supervisor import Supervisor

        return Supervisor(settings, click.echo).run()
    from seatrial.bootstrap.roles import serve_role

    return serve_role("platform", settings, click.echo)


harvest.add_command(verify, "verify-postgres")


def main() -> None:
    """The outermost frame, as in `seatrial`."""
    end(harvest, "harvest")


if __name__ == "__main__":
    main()
