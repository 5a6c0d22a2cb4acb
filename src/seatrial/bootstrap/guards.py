"""What must be true before anything starts. Each guard stops the start with one clear message."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from seatrial.bootstrap.sources import Sourced
from seatrial.bootstrap.stages import Stage
from seatrial.domain.faults import BadSetting, LiveCredentialOutsideProd, NoData, UnsafeInterpreter

LIVE_VARIABLES = ("ALPACA_LIVE_API_KEY", "ALPACA_LIVE_API_SECRET")
ENDPOINT_VARIABLES = ("ALPACA_BASE_URL", "ALPACA_ENDPOINT", "ALPACA__ENDPOINT")
LIVE_HOSTS = frozenset({"api.alpaca.markets", "api.binance.com"})


def refuse_stripped_assertions(*, assertions: bool = __debug__) -> None:
    """The core relies on its assertions, and `python -O` removes them.

    Raises:
        UnsafeInterpreter: they are gone.
    """
    if not assertions:
        raise UnsafeInterpreter(
            "python -O strips the assertions that guard the ledger: start without -O or PYTHONOPTIMIZE"
        )


def refuse_live_credentials(stage: Stage, environment: Mapping[str, str]) -> None:
    """Live credentials may exist in prod only; so may live endpoints.

    Raises:
        LiveCredentialOutsideProd: naming the variable and the stage, never its value.
    """
    if stage is Stage.PROD:
        return
    for variable in LIVE_VARIABLES:
        if environment.get(variable):
            raise LiveCredentialOutsideProd(
                f"{variable} found in {stage} environment: unset it, it may exist in prod only"
            )
    for variable in ENDPOINT_VARIABLES:
        host = urlsplit(environment.get(variable, "")).hostname
        if host in LIVE_HOSTS:
            raise LiveCredentialOutsideProd(
                f"{variable} names the live host {host} in {stage} environment: use the paper host"
            )


def readable_folder(setting: Sourced) -> Path | None:
    """The folder of recorded data, None where the setting is empty.

    Raises:
        BadSetting: not a folder.
        NoData: a folder that cannot be read, or that is empty.
    """
    if not setting.value:
        return None
    folder = Path(str(setting.value)).expanduser()
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise BadSetting(
            f"{setting.name} = {setting.value!r} ({setting.source}) {what}: use a readable folder of recorded markets, "
            "or leave it out for the synthetic market"
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise NoData(
            f"{setting.name} = {setting.value!r} ({setting.source}) cannot be read by this user: check its permissions"
        )
    return folder
