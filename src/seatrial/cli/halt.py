"""`seatrial halt`, `resume` and `kill`: the operator's words, said at the platform's door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from seatrial.cli import exits
from seatrial.cli import options as shared

Command = TypeVar("Command", bound=Callable[..., Any])


def _reason_option(default: str) -> Callable[[Command], Command]:
    return click.option(
        "--reason", default=default, show_default=True, metavar="TEXT", help="It stands in the journal."
    )


@click.command(
    epilog="""\b
Examples:
  seatrial halt --reason "prices look wrong"
  seatrial halt --close-only --reason "the day is done"
  SEATRIAL_TOKEN=st_... seatrial halt --stage staging

With --close-only what is held can still be closed, and entries that work are taken back.
Working orders stay where they are; `seatrial kill` takes them back. Only a person resumes.
"""
)
@click.option("--close-only", is_flag=True, help="Open nothing new, but let what is held be closed.")
@_reason_option("halted by hand")
@shared.token_option
@shared.json_option
@shared.settings_options
def halt(close_only: bool, reason: str, token: str | None, as_json: bool, **options: Any) -> int:
    """Send nothing new from now on."""
    return _say("close-only" if close_only else "halt", reason, token, as_json, options)


@click.command(epilog='\b\nExample:\n  seatrial resume --reason "the feed is back"')
@_reason_option("resumed by hand")
@shared.token_option
@shared.json_option
@shared.settings_options
def resume(reason: str, token: str | None, as_json: bool, **options: Any) -> int:
    """Lift a halt, and a close-only."""
    return _say("resume", reason, token, as_json, options)


@click.command(epilog='\b\nExample:\n  seatrial kill --reason "unknown orders"')
@_reason_option("killed by hand")
@shared.token_option
@shared.json_option
@shared.settings_options
def kill(reason: str, token: str | None, as_json: bool, **options: Any) -> int:
    """Halt, and take back every working order."""
    return _say("kill", reason, token, as_json, options)


def _say(word: str, reason: str, token: str | None, as_json: bool, options: dict[str, Any]) -> int:
    from seatrial.bootstrap.words import say_word

    said = say_word(shared.load(options), word, reason, token)
    if as_json:
        click.echo(json.dumps({"word": word, "taken": said.taken, **said.answer}))
    elif said.taken:
        halted, closing = bool(said.answer.get("halted")), bool(said.answer.get("close_only"))
        free = "close-only: nothing new is opened" if closing else "not halted: orders are sent"
        click.secho("halted" if halted else free, fg="yellow" if halted or closing else "green")
        if not said.answer.get("journalled", True):
            click.secho("the journal has not confirmed it yet; the word itself holds", fg="yellow")
    else:
        click.secho(f"{word} was not taken: {said.answer.get('message')}", fg="red", err=True)
    return exits.OK if said.taken else exits.FAILED
