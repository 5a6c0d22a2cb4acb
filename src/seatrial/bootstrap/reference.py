"""`docs/reference/settings.md`, written from the declarations. A test keeps the page and the code equal."""

from __future__ import annotations

from seatrial.bootstrap.declarations import FLAGS, SETTINGS
from seatrial.bootstrap.declared import Declared
from seatrial.bootstrap.limit_keys import KEYS, SYMBOL_KEYS
from seatrial.bootstrap.system_file import KEYS as SYSTEM_KEYS
from seatrial.bootstrap.variables import DATABASE_PARTS, LATER, TIGHTENERS, Variable

_HEAD = """# Settings

Later ones win: built-in default, `config/<stage>.toml`, `config/system.<stage>.json`, `config/config.toml` (testnet
keys), environment, command line (`--set NAME=VALUE`, or the option of the same name). Credentials come from the
environment or `config/config.toml` only, and two different ones refuse; `NAME_FILE` reads any secret from a file.
`seatrial doctor` shows every effective value, where it came from and what gave way. What is not understood stops
the start with one sentence.

| setting | default | accepted | variables | meaning |
|---|---|---|---|---|
"""

_FLAGS = """
## Flags of older runbooks

{flags} are understood as well; the
strictest wins. `DRY_RUN=true` alone sends nothing; with a paper or local venue named, orders go there
and nowhere else. A paper flag that is false asks for `live`, which exists only in prod. A value that is
not a recognised boolean refuses to start; it never reads as false. An address in `ALPACA_BASE_URL` that is
Alpaca's own asks for `paper` or `live` like a flag. `MAX_DAILY_LOSS`, `MAX_POSITION_SIZE`
and `CIRCUIT_BREAKER_ENABLED` can tighten a limit and never loosen one. `SEATRIAL_CACHE` is where compiled
code is kept (default: the user's cache folder).

## Other variables

| variable | acts on | accepted | meaning |
|---|---|---|---|
{others}
## `config/system.<stage>.json`

Each key leads to one setting; an unknown one is refused, `environment` must be the stage.

| key | setting |
|---|---|
{keys}
## Limits

`config/risk_limits.toml`. An unknown key is refused. Those marked * may be left out; [risk](risk.md) says what each
counts. `[accounts.NAME.SECTION]` tightens a key for one account, `[symbols.NAME]` has keys of its own.

| key | accepted |
|---|---|
"""


def settings_page() -> str:
    """The whole page."""
    rows = "".join(_row(declared) for declared in SETTINGS)
    flags = ", ".join(f"`{flag}`" for flag in FLAGS)
    limits = "".join(f"| `{name}`{'*' * key.optional} | {key.kind.accepted} |\n" for name, key in KEYS.items())
    limits += "".join(f"| `symbols.NAME.{name}`* | {key.kind.accepted} |\n" for name, key in SYMBOL_KEYS.items())
    others = "".join(_variable(each) for each in (*TIGHTENERS, *DATABASE_PARTS, *LATER))
    keys = "".join(f"| `{key}` | `{name}` |\n" for key, name in SYSTEM_KEYS.items())
    return _HEAD + rows + _FLAGS.format(flags=flags, others=others, keys=keys) + limits


def _variable(known: Variable) -> str:
    acts_on = f"`{known.leads_to}`" if known.leads_to else "nothing reads it yet"
    return f"| `{known.name}` | {acts_on} | {known.kind.accepted} | {known.meaning} |\n"


def _row(declared: Declared) -> str:
    variables = ", ".join(f"`{variable}`" for variable in declared.variables)
    default = f"`{declared.default}`" if declared.default else "empty"
    meaning = declared.meaning + (f" (nothing reads it yet: {declared.idle})" if declared.idle else "")
    return f"| `{declared.name}` | {default} | {declared.kind.accepted} | {variables} | {meaning} |\n"
