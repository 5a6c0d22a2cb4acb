"""What must be true before anything starts. Each guard stops the start with one clear message."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from seatrial.bootstrap.addresses import host_of, is_live_host
from seatrial.bootstrap.sources import Sourced
from seatrial.bootstrap.stages import Mode, Stage
from seatrial.domain.faults import (
    BadSetting,
    ConfigurationFault,
    LiveCredentialOutsideProd,
    NoData,
    UnsafeInterpreter,
)

LIVE_KEYS = ("alpaca.live_key", "alpaca.live_secret")
ADDRESSES = ("alpaca.base_url", "binance.base_url", "market_data.websocket_url")
LIVE_KEY_PREFIX = "AK"  # Alpaca's live keys begin so; those of paper accounts begin with PK


def refuse_stripped_assertions(*, assertions: bool = __debug__) -> None:
    """The core relies on its assertions, and `python -O` removes them.

    Raises:
        UnsafeInterpreter: they are gone.
    """
    if not assertions:
        raise UnsafeInterpreter(
            "python -O strips the assertions that guard the ledger: start without -O or PYTHONOPTIMIZE"
        )


def refuse_live_credentials(stage: Sourced, values: Mapping[str, Sourced]) -> None:
    """Live credentials may exist in prod only; so may live addresses.

    Raises:
        LiveCredentialOutsideProd: naming the variable and the stage, never a credential's value.
    """
    if stage.value is Stage.PROD:
        return
    for name in LIVE_KEYS:
        if values[name].value:
            variable = values[name].source.removeprefix("environment ")
            raise LiveCredentialOutsideProd(
                f"{variable} found in {stage.value} environment: unset it, it may exist in prod only"
            )
    paper = values["alpaca.paper_key"]
    if paper.value.reveal().startswith(LIVE_KEY_PREFIX):
        raise LiveCredentialOutsideProd(
            f"{paper.source} holds the key of a live account (it begins with {LIVE_KEY_PREFIX}) in {stage.value} "
            "environment: use the keys of the paper account"
        )
    for name in ADDRESSES:
        host = host_of(values[name].value)
        if is_live_host(host):
            raise LiveCredentialOutsideProd(
                f"{name} ({values[name].source}) names the live host {host}, and stage is {stage.value} "
                f"({stage.source}): use the paper host, or stage prod"
            )


def refuse_live_address_in_paper(mode: Sourced, values: Mapping[str, Sourced]) -> None:
    """Which of the two is a mistake cannot be known, so neither wins.

    Raises:
        ConfigurationFault: paper orders would go to a live address; names both sources.
    """
    if mode.value is not Mode.PAPER:
        return
    for name in ADDRESSES:
        host = host_of(values[name].value)
        if is_live_host(host):
            raise ConfigurationFault(
                f"mode = paper ({mode.source}) and {name} = {values[name].value} ({values[name].source}) disagree: "
                f"{host} is a live host, unset one"
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
