"""Which market the stored accounts traded on. Another one must not go on where the first stopped."""

from __future__ import annotations

import json
from pathlib import Path

from seatrial.bootstrap.addresses import host_of
from seatrial.bootstrap.credentials import uses_own_venues
from seatrial.bootstrap.settings import Settings
from seatrial.domain.faults import BadSetting, ConfigurationFault

FILE = "market.json"


def claim_market(settings: Settings) -> None:
    """Remember which market this state folder belongs to.

    Raises:
        ConfigurationFault: it belongs to another; names both, and what to do.
    """
    path = settings.state / FILE
    wanted = market_name(settings)
    known = _read(path)
    if known is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"market": wanted}) + "\n", encoding="utf-8")
    elif known != wanted:
        raise ConfigurationFault(
            f"the accounts in {settings.state}/ traded on {known}, and this is {wanted}: "
            "`seatrial reset` forgets them, or --state DIR keeps both"
        )


def market_name(settings: Settings) -> str:
    """The market in words."""
    if not uses_own_venues(settings):
        hosts = [host_of(settings.values[f"{venue}.base_url"]) for venue in settings.values["trading.venues"]]
        return f"the {settings.mode} accounts at {' and '.join(hosts)}"
    if (trades := trades_file(settings)) is not None:
        return f"the recorded trades of {trades.name}"
    if settings.data is not None:
        return f"the recorded markets of {settings.data.resolve().name}"
    return f"the synthetic market of seed {settings.seed}"


def trades_file(settings: Settings) -> Path | None:
    """The recorded trades that local venues live through; None where there are none.

    Raises:
        BadSetting: no file, or bars are given as well.
    """
    text = settings.values["trades"]
    if not text:
        return None
    path = Path(text).expanduser()
    if not path.is_file():
        raise BadSetting(f"trades = {text!r} ({settings.sources['trades']}) is no file: name a Parquet file of trades")
    if settings.data is not None:
        raise BadSetting(
            f"trades = {text!r} ({settings.sources['trades']}) and data = {str(settings.data)!r}: give one of them "
            "(--data '' leaves the folder out), as local venues build their bars from their trades"
        )
    return path


def _read(path: Path) -> str | None:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["market"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise ConfigurationFault(f"{path} cannot be understood ({fault}): `seatrial reset` begins anew") from fault
    return str(known)
