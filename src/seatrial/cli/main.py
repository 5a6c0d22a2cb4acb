"""The command `seatrial`: finds the file of a command when it is needed, and turns faults into exit codes."""

from __future__ import annotations

import importlib
import sys

import click

from seatrial import __version__
from seatrial.cli import exits
from seatrial.domain.faults import SeatrialFault

COMMANDS = {
    "up": "up",
    "status": "status",
    "smoke": "smoke",
    "logs": "logs",
    "down": "down",
    "reset": "reset",
    "data": "data",
    "backtest": "backtest",
    "sweep": "sweep",
    "walkforward": "walkforward",
    "compare": "compare",
    "lookahead": "lookahead",
    "recursive": "recursive",
    "rehearse": "rehearse",
    "simulate": "simulate",
    "emulate": "emulate",
    "fault": "fault",
    "seal": "seal",
    "strategy": "strategy",
    "release": "release",
    "gate": "gate",
    "promote": "promote",
    "approve": "approve",
    "key": "key",
    "evidence": "evidence",
    "halt": "halt",
    "resume": "halt",
    "kill": "halt",
    "token": "token",
    "openapi": "openapi",
    "doctor": "doctor",
    "connect": "connect",
    "db": "db",
    "metrics": "metrics",
    "policy": "policy",
    "serve": "serve",
    "version": "version",
}


class LazyCommands(click.Group):
    """A group whose commands are imported one by one, in the order in which people need them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In our order, not the alphabet's."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's file and take the command of the same name."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(importlib.import_module(f"seatrial.cli.{module}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.command(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""\b
First steps:
  seatrial up                                   everything, on the synthetic market
  seatrial up --data DIR --speed 60             on recorded markets, an hour a minute
  seatrial backtest strategies/trend.py         a report of one strategy
  seatrial emulate                              local Alpaca and Binance for your own bot

\b
Completion: eval "$(_SEATRIAL_COMPLETE=bash_source seatrial)"      (also zsh_source, fish_source)
"""
    + "\n"
    + exits.MEANINGS,
)
@click.version_option(__version__, prog_name="seatrial", message="%(prog)s %(version)s")
def commands() -> None:
    """Trading in which a release proves itself before it touches money."""


def main() -> None:
    """The outermost frame of `seatrial`."""
    end(commands, "seatrial")


def end(command: click.Command, name: str) -> None:
    """Run a command and end the process: one sentence for a fault, one exit code for each kind."""
    try:
        code = command.main(prog_name=name, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else exits.OK)
    except click.ClickException as refusal:
        refusal.show()
        sys.exit(refusal.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except SeatrialFault as fault:
        click.echo(f"{type(fault).__name__}: {fault}", err=True)
        sys.exit(exits.code_of(fault))


if __name__ == "__main__":
    main()
