"""The accounts of the venues' own endpoints: which mode may use which, and a refusal that names what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.bootstrap.declarations import BY_NAME
from seatrial.bootstrap.settings import Settings
from seatrial.bootstrap.stages import Mode
from seatrial.domain.faults import ConfigurationFault

REAL_MODES = (Mode.PAPER, Mode.LIVE)  # the venues are not ours
PAPER_SETTINGS: Mapping[str, tuple[str, str]] = {
    "alpaca": ("alpaca.paper_key", "alpaca.paper_secret"),
    "binance": ("binance.key", "binance.secret"),
    "ccxt": ("ccxt.key", "ccxt.secret"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Key and secret of one account, in the clear: they go to the adapter and nowhere else."""

    key: str
    secret: str

    def __repr__(self) -> str:
        return "Credentials(********)"


def uses_own_venues(settings: Settings) -> bool:
    """The venues are the local ones, which `up` starts."""
    return settings.mode not in REAL_MODES


def paper_credentials(settings: Settings, venue: str) -> Credentials:
    """The paper account at a venue.

    Raises:
        ConfigurationFault: a part is missing; names the variables.
    """
    missing = [BY_NAME[name].known_as for name in PAPER_SETTINGS[venue] if not settings.values[name]]
    if missing:
        traded = settings.values["trading.venues"]
        others = [each for each in traded if each != venue] if venue in traded else []
        without = f", or trade without it: --set trading.venues={others[0]}" if others else ""
        raise ConfigurationFault(
            f"{' and '.join(missing)} not found: mode = paper ({settings.sources['mode']}) trades on the paper account "
            f"at {venue}; set them, or --mode sim for local venues{without}"
        )
    key, secret = (settings.values[name].reveal() for name in PAPER_SETTINGS[venue])
    return Credentials(key, secret)


def require_accounts(settings: Settings) -> None:
    """Before anything starts: every venue that is traded has an account in this mode.

    Raises:
        ConfigurationFault: the mode is live, or credentials are missing.
    """
    if settings.mode is Mode.LIVE:
        raise ConfigurationFault(
            f"mode = live ({settings.sources['mode']}) needs a release that was armed for real money: no release can "
            "be armed yet, its ramp is a later room; use paper"
        )
    if settings.mode is Mode.PAPER:
        for venue in settings.values["trading.venues"]:
            if settings.strategies[venue]:
                paper_credentials(settings, venue)
