"""`docs/reference/settings.md`, written from the declarations. A test keeps the page and the code equal."""

from __future__ import annotations

from seatrial.bootstrap.declarations import FLAGS, SETTINGS
from seatrial.bootstrap.declared import Declared
from seatrial.bootstrap.limits_file import KEYS

_HEAD = """# Settings

Later ones win: built-in default, `config/<stage>.toml`, environment, command line (`--set NAME=VALUE`,
or the option of the same name). `seatrial settings` shows every effective value and where it came from.
What is not understood stops the start with one sentence.

| setting | default | accepted | variables | meaning |
|---|---|---|---|---|
"""

_FLAGS = """
## Flags of older runbooks

{flags} are understood as well; the
strictest wins. `DRY_RUN=true` alone sends nothing; with a paper or local venue named, orders go there
and nowhere else. A paper flag that is false asks for `live`, which exists only in prod. A value that is
not a recognised boolean refuses to start; it never reads as false. `MAX_DAILY_LOSS`, `MAX_POSITION_SIZE`
and `CIRCUIT_BREAKER_ENABLED` can tighten a limit and never loosen one. `SEATRIAL_CACHE` is where compiled
code is kept (default: the user's cache folder).

## Limits

`config/risk_limits.toml`. Every key of the first four sections is required, an unknown one is refused.

| key | accepted |
|---|---|
"""


def settings_page() -> str:
    """The whole page."""
    rows = "".join(_row(declared) for declared in SETTINGS)
    flags = ", ".join(f"`{flag}`" for flag in FLAGS)
    limits = "".join(f"| `{name}` | {key.kind.accepted} |\n" for name, key in KEYS.items())
    return _HEAD + rows + _FLAGS.format(flags=flags) + limits


def _row(declared: Declared) -> str:
    variables = ", ".join(f"`{variable}`" for variable in declared.variables)
    default = f"`{declared.default}`" if declared.default else "empty"
    meaning = declared.meaning + (f" (nothing reads it yet: {declared.idle})" if declared.idle else "")
    return f"| `{declared.name}` | {default} | {declared.kind.accepted} | {variables} | {meaning} |\n"
